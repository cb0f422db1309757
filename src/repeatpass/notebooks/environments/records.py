"""What an environment is: a name, a lock, and the Python it runs on."""

import json
import platform
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal, Self

from repeatpass.core.digests import digest_bytes
from repeatpass.core.errors import Exhausted, Invalid, NotFound, Unavailable


class EnvironmentUnavailable(Unavailable):
    """An environment cannot be made now: no index, no Python, no tool."""

    kind = "environment-unavailable"


class EnvironmentFull(Exhausted):
    """There is no room for an environment."""

    kind = "environment-full"


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """The packages a notebook runs with, each pinned with the checksums of its files."""

    name: str
    lock: str  # requirements with hashes, as `uv pip compile --generate-hashes` writes them
    python: str = platform.python_version()  # in full, e.g. 3.11.7

    def __post_init__(self) -> None:
        if "--hash=" not in self.lock and self.requirements:
            raise Invalid(f"The lock of the environment {self.name} has no checksums, so it pins nothing.")

    @property
    def digest(self) -> str:
        """``sha256:<hex>`` of the lock and the version of Python: what a passport names."""
        text = "\n".join(line.rstrip() for line in self.lock.strip().splitlines())
        return digest_bytes(f"{text}\n# python {self.python}\n".encode())

    @property
    def short(self) -> str:
        """The first twelve hex digits of the digest: the name of its folder."""
        return self.digest.removeprefix("sha256:")[:12]

    @property
    def requirements(self) -> dict[str, str]:
        """Package name → pinned version, as the lock states them for this Python and machine."""
        found = {}
        for line in self.lock.splitlines():
            pinned, _, marker = line.split("--hash")[0].rstrip(" \\").partition(";")
            name, equals, version = pinned.strip().partition("==")
            if equals and not name.startswith("#") and self._applies(marker.strip()):
                found[name.strip()] = version.strip()
        return found

    def _applies(self, marker: str) -> bool:
        """Say whether a line of the lock is meant for this Python on this kind of machine."""
        if not marker:
            return True
        from packaging.markers import Marker  # comes with ipykernel and xarray

        short = ".".join(self.python.split(".")[:2])
        return Marker(marker).evaluate({"python_full_version": self.python, "python_version": short})

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {"name": self.name, "digest": self.digest, "python": self.python, "lock": self.lock}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` gave."""
        return cls(name=data["name"], lock=data["lock"], python=data["python"])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the JSON text of an environment."""
        return cls.from_json(json.loads(text))


@dataclass(frozen=True, kw_only=True, slots=True)
class Alteration:
    """One file of an environment that is not what it was when the environment was made."""

    path: str  # relative to the prefix
    how: Literal["altered", "missing", "added"]

    def __str__(self) -> str:
        return f"{self.path} was {'removed' if self.how == 'missing' else self.how}"


def shipped(name: str = "earth", python: str | None = None) -> Environment:
    """Return an environment whose lock comes with this package. Raises NotFound."""
    file = resources.files(__package__) / f"{name}.txt"
    if not name.isidentifier() or not file.is_file():
        raise NotFound(f"There is no environment called {name}.", environment=name)
    return Environment(name=name, lock=file.read_text("utf-8"), python=python or platform.python_version())
