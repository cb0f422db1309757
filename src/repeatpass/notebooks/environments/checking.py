"""Says whether an environment is still what was installed, file by file.

Every installed package carries a RECORD with the SHA-256 of its files (PyPA, "Recording installed projects").
What RECORD does not cover (itself, ``.pth`` files, ``pyvenv.cfg``) is listed with its checksum in a manifest
when the environment is made, so that a file which somebody adds is seen as well. Compiled ``.pyc`` files are
left out: they are made again from their source. Scripts in ``bin`` are left out: no notebook is run by one.
"""

import base64
import csv
import hashlib
import json
import os
import posixpath
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path

from repeatpass.core.digests import digest_bytes, digest_file
from repeatpass.notebooks.environments.records import Alteration

STATEMENT = "environment.json"
MANIFEST = "manifest.json"


def verify(prefix: Path) -> list[Alteration]:
    """Check every installed file; return those altered, missing or added (none: all is well).

    A file is read again only where its inode, size or times changed since it was last read. An environment
    whose manifest is gone is altered as a whole.
    """
    try:
        manifest: dict[str, str] = json.loads((prefix / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return [Alteration(path=MANIFEST, how="missing" if not (prefix / MANIFEST).exists() else "altered")]
    recorded = dict(_recorded(prefix))
    memory = _Memory(prefix)
    found = [memory.check(path, expected) for path, expected in {**recorded, **manifest}.items()]
    memory.keep()
    known = recorded.keys() | manifest.keys()
    added = [Alteration(path=path, how="added") for path in _present(prefix) if path not in known]
    return sorted((each for each in [*found, *added] if each), key=lambda each: each.path)


def write_manifest(prefix: Path, python: Path) -> None:
    """Write down the checksum of every file that no RECORD covers, and the interpreter's version."""
    covered = dict(_recorded(prefix))
    rest = {path: digest_file(prefix / path) for path in _present(prefix) if path not in covered}
    rest[python.relative_to(prefix).as_posix()] = _version(python)
    (prefix / MANIFEST).write_text(json.dumps(rest, indent=0, sort_keys=True), encoding="utf-8")


def here() -> str:
    """Return the digest of the packages that this interpreter itself has, by name and version.

    It names the environment of a repeat that runs in the caller's own Python.
    """
    pairs = {f"{each.metadata['Name'].lower()}=={each.version}" for each in metadata.distributions() if each.metadata}
    return digest_bytes("\n".join([*sorted(pairs), f"# python {sys.version.split()[0]}"]).encode())


def _recorded(prefix: Path) -> Iterator[tuple[str, str]]:
    """Yield (path, ``algorithm=digest``) of every file of the installed packages outside ``bin``."""
    for site in _sites(prefix):
        for record in (prefix / site).glob("*.dist-info/RECORD"):
            with record.open(encoding="utf-8", newline="") as file:
                for row in csv.reader(file):
                    name, expected = (*row, "", "")[:2]
                    path = posixpath.normpath(f"{site}/{name}")
                    if expected and _counts(path):
                        yield path, expected


def _present(prefix: Path) -> Iterator[str]:
    for site in _sites(prefix):
        for folder, _, names in os.walk(prefix / site):
            base = Path(folder).relative_to(prefix).as_posix()
            yield from (path for name in names if _counts(path := f"{base}/{name}"))
    if (prefix / "pyvenv.cfg").is_file():
        yield "pyvenv.cfg"


def _counts(path: str) -> bool:
    return not path.endswith(".pyc") and not path.startswith(("bin/", "Scripts/"))


def _sites(prefix: Path) -> list[str]:
    """Return the folders of packages, relative to the prefix. ``lib64`` is often a link to ``lib``."""
    found = [*prefix.glob("lib/python*/site-packages"), *prefix.glob("Lib/site-packages")]
    if not (prefix / "lib64").is_symlink():
        found += prefix.glob("lib64/python*/site-packages")
    return [each.relative_to(prefix).as_posix() for each in found]


class _Memory:
    """What files were when they were last read, kept beside the prefix, so that only changed ones are read again.

    The stamp of a file is its inode, size and times; the system sets the time of change (ctime) itself, so
    whoever alters a file cannot put the stamp back.
    """

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.place = prefix.parent / f".{prefix.name}.read.json"
        self.known: dict[str, list[str]] = self._load()
        self.changed = False

    def _load(self) -> dict[str, list[str]]:
        try:
            found: dict[str, list[str]] = json.loads(self.place.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def keep(self) -> None:
        """Write down what was read, if anything was; a folder that cannot be written to costs time only."""
        if self.changed:
            part = self.place.with_suffix(f".{os.getpid()}")
            with suppress(OSError):
                part.write_text(json.dumps(self.known), encoding="utf-8")
                part.replace(self.place)

    def check(self, path: str, expected: str) -> Alteration | None:
        """Return how a file differs from what is expected of it, None if it does not."""
        file = self.prefix / path
        if not file.is_file():
            return Alteration(path=path, how="missing")
        facts = file.stat()
        stamp = f"{facts.st_ino} {facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns} {_kind(expected)}"
        if self.known.get(path, [""])[0] != stamp:
            self.known[path], self.changed = [stamp, _digest(file, _kind(expected))], True
        return None if self.known[path][1] == expected else Alteration(path=path, how="altered")


def _kind(expected: str) -> str:
    """Return in which way *expected* is written: the version of Python, our checksums, or RECORD's."""
    if expected.startswith("python "):
        return "python"
    return "sha256:" if expected.startswith("sha256:") else expected.partition("=")[0]


def _digest(file: Path, kind: str) -> str:
    """Return what the file is now, written in the way that *kind* says."""
    if kind == "python":
        return _version(file)
    if kind == "sha256:":
        return digest_file(file)
    with file.open("rb") as content:
        raw = hashlib.file_digest(content, kind).digest()
    return f"{kind}={base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def _version(python: Path) -> str:
    # The interpreter is a link to one that the system may exchange: what counts is what it says now.
    asked = [str(python), "-I", "-S", "-c", "import platform; print(platform.python_version())"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return f"python {said.stdout.strip()}"
