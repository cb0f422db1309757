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
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from repeatpass.core.digests import digest_bytes, digest_file
from repeatpass.notebooks.environments.records import Alteration

STATEMENT = "environment.json"
MANIFEST = "manifest.json"


def verify(prefix: Path) -> list[Alteration]:
    """Hash every installed file again; return those altered, missing or added (none: all is well).

    Takes about a second for ten thousand files. An environment whose manifest is gone is altered as a whole.
    """
    try:
        manifest: dict[str, str] = json.loads((prefix / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return [Alteration(path=MANIFEST, how="missing" if not (prefix / MANIFEST).exists() else "altered")]
    recorded = dict(_recorded(prefix))
    found = [_checked(prefix, path, expected) for path, expected in {**recorded, **manifest}.items()]
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


def _checked(prefix: Path, path: str, expected: str) -> Alteration | None:
    file = prefix / path
    if not file.is_file():
        return Alteration(path=path, how="missing")
    return None if _digest(file, expected) == expected else Alteration(path=path, how="altered")


def _digest(file: Path, expected: str) -> str:
    """Return what the file's checksum is now, written in the way of *expected*.

    A file that was read before is read again only when its inode, size or times changed: the system sets the
    time of change (ctime) itself, whoever alters a file cannot put it back.
    """
    facts = file.stat()
    return _digest_of(
        file, expected.partition("=")[0], facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns
    )


@lru_cache(maxsize=200_000)
def _digest_of(file: Path, expected: str, *_stamp: int) -> str:
    if expected.startswith("python "):
        return _version(file)
    if expected.startswith("sha256:"):
        return digest_file(file)
    algorithm = expected
    with file.open("rb") as content:
        raw = hashlib.file_digest(content, algorithm).digest()
    return f"{algorithm}={base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def _version(python: Path) -> str:
    # The interpreter is a link to one that the system may exchange: what counts is what it says now.
    asked = [str(python), "-I", "-S", "-c", "import platform; print(platform.python_version())"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return f"python {said.stdout.strip()}"
