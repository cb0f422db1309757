"""passport.json: all legs of the run, and the checksum of every file of the crate."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repeatpass.kit.context import Context
from repeatpass.kit.records import Tolerance
from repeatpass.notebooks.environments import Environment
from repeatpass.verification.crate.records import (
    CONTEXT,
    EDITION,
    EXECUTED,
    KIT,
    LOCK,
    NOTEBOOK,
    OUTPUTS,
    CrateContent,
    CrateInput,
    CrateOutput,
    CrateUnreadable,
)
from repeatpass.verification.footing import Footing, PinnedInput

PLAIN = ("run", "title", "started", "finished", "agent", "description", "licence", "citation", "address", "subject")
PIN = tuple(PinnedInput.__slots__)
OUTPUT = ("path", "name", "kind", "media_type", "title", "unit", "checksum")


def passport_json(content: CrateContent, places: Mapping[str, str], files: Mapping[str, str]) -> dict[str, Any]:
    """Return passport.json. *places* maps an input's checksum to its path in the crate."""
    return {
        "passport": EDITION,
        **{name: getattr(content, name) for name in PLAIN},
        "authors": list(content.authors),
        "footing": content.footing.to_json(),
        "environment": {"name": content.environment.name, "python": content.environment.python,
                        "digest": content.environment.digest, "lock": LOCK},
        "inputs": [
            {**{name: getattr(each.pin, name) for name in PIN}, "href": each.href,
             "path": places.get(each.pin.checksum)}
            for each in content.inputs
        ],
        "outputs": [
            {**{name: getattr(each, name) for name in OUTPUT}, "checksum": files[f"{OUTPUTS}/{each.path}"]}
            for each in content.outputs
        ],
        "tolerances": {name: tolerance.to_json() for name, tolerance in content.tolerances.items()},
        "more": dict(content.more),
        "files": dict(files),
    }  # fmt: skip


def content_of(data: Mapping[str, Any], folder: Path) -> CrateContent:
    """Read a passport whose files lie in *folder*. Raises CrateUnreadable."""
    edition = data.get("passport")
    if not isinstance(edition, int) or edition > EDITION:
        raise CrateUnreadable("This crate was made by a newer version of Repeatpass; install that one to repeat it.")
    try:
        return _content(data, folder)
    except (KeyError, TypeError, ValueError, AttributeError, OSError) as error:
        raise CrateUnreadable(f"The passport in this crate is damaged ({error!r}).") from error


def _content(data: Mapping[str, Any], folder: Path) -> CrateContent:
    lock = (folder / data["environment"]["lock"]).read_text("utf-8")
    environment = data["environment"]
    return CrateContent(
        **{name: str(data.get(name, "")) for name in PLAIN},
        authors=tuple(data.get("authors", ())),
        notebook=folder / NOTEBOOK,
        executed=_if_there(folder / EXECUTED),
        kit=_if_there(folder / KIT),
        footing=Footing.from_json(data["footing"]),
        environment=Environment(name=environment["name"], python=environment["python"], lock=lock),
        context=Context.read(folder / CONTEXT),
        inputs=tuple(_input(each, folder) for each in data["inputs"]),
        outputs=tuple(_output(each, folder) for each in data["outputs"]),
        tolerances={name: Tolerance.from_json(each) for name, each in data.get("tolerances", {}).items()},
        more=data.get("more", {}),
        files=dict(data["files"]),
        folder=folder,
    )


def _input(data: Mapping[str, Any], folder: Path) -> CrateInput:
    pin = PinnedInput(**{name: data[name] for name in PIN if name in data})
    return CrateInput(pin=pin, href=data.get("href", ""), path=inside(folder, data["path"]) if data["path"] else None)


def _output(data: Mapping[str, Any], folder: Path) -> CrateOutput:
    source = inside(folder, f"{OUTPUTS}/{data['path']}")
    return CrateOutput(**{name: data[name] for name in OUTPUT if name in data}, source=source)


def inside(folder: Path, name: str) -> Path:
    """Return a path below *folder*; a passport may not name files elsewhere on this machine."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise CrateUnreadable(f"The passport in this crate names a file outside of it: {name}.")
    return path


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None
