"""Says which pins of a crate are missing or altered, before anything is run."""

import json
from pathlib import Path

from repeatpass.core.digests import digest_file
from repeatpass.notebooks.source import revision_of
from repeatpass.verification.changes import BrokenPin, Cause
from repeatpass.verification.crate.records import CONTEXT, INPUTS, KIT, LOCK, NOTEBOOK, OUTPUTS, CrateContent

# The leg that a file of the crate belongs to; None: the original's outputs, which a repeat is compared with.
# What only tells about the run (README, metadata, the executed notebook) is no pin.
LEGS: dict[str, Cause | None] = {
    NOTEBOOK: Cause.CODE,
    CONTEXT: Cause.INPUTS,
    LOCK: Cause.ENVIRONMENT,
    f"{KIT}/": Cause.ENVIRONMENT,
    f"{INPUTS}/": Cause.INPUTS,
    f"{OUTPUTS}/": None,
}


def broken_pins(content: CrateContent) -> list[BrokenPin]:
    """Hash every file of an unpacked crate that its repeat stands on; return those missing or altered.

    An input that was left out of the crate is missing unless it has an address to fetch it from.
    """
    if content.folder is None:
        return []
    pinned = {path: checksum for path, checksum in content.files.items() if path.startswith(tuple(LEGS))}
    found = [_file(content.folder, path, checksum) for path, checksum in pinned.items()]
    digest = content.environment.digest
    if content.footing.environment and digest != content.footing.environment:
        found.append(BrokenPin(cause=Cause.ENVIRONMENT, clause="the environment's lock is not the one of the run"))
    return [each for each in found if each] + _revision(content) + _added(content) + _left_out(content)


def _file(folder: Path, path: str, checksum: str) -> BrokenPin | None:
    cause = next(leg for start, leg in LEGS.items() if path.startswith(start))
    if not (folder / path).is_file():
        return BrokenPin(cause=cause, clause=f"the file {path} of the crate is missing")
    if digest_file(folder / path) != checksum:
        return BrokenPin(cause=cause, clause=f"the file {path} of the crate was altered")
    return None


def _revision(content: CrateContent) -> list[BrokenPin]:
    """Check the notebook against the revision too: it is the pin that the platform names."""
    try:
        found = revision_of(json.loads(content.notebook.read_text("utf-8")))
    except (ValueError, OSError, KeyError, TypeError):
        return []  # an unreadable notebook is told by its checksum, or fails when it is run
    if not content.footing.revision or found == content.footing.revision.removeprefix("sha256:"):
        return []
    return [BrokenPin(cause=Cause.CODE, clause="the notebook is not the revision that the passport names")]


def _added(content: CrateContent) -> list[BrokenPin]:
    """Name code in the kit's folder that the passport does not know: Python would import it."""
    if content.kit is None or content.folder is None:
        return []
    present = (path for path in content.kit.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    names = (path.relative_to(content.folder).as_posix() for path in present)
    return [
        BrokenPin(cause=Cause.ENVIRONMENT, clause=f"the file {name} was added to the crate")
        for name in sorted(names)
        if name not in content.files
    ]


def _left_out(content: CrateContent) -> list[BrokenPin]:
    return [
        BrokenPin(cause=Cause.INPUTS, clause=f"the input {each.pin.name} is not in the crate and has no address")
        for each in content.inputs
        if each.path is None and not each.href
    ]
