"""The file that a backup is: a lightly compressed tar that begins with a statement and the database.

Then come the kept files that some room needs, the kits, the statements of the environments (name, lock, Python)
and the workspaces. Environments themselves are not in it, because they are made again from their locks; nor are
the machine's secrets (session key, owner's token, the key that people's secrets are sealed with).
"""

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path

from repeatpass.core.digests import digest_file
from repeatpass.core.errors import Invalid

FORMAT = 1
STATEMENT = "backup.json"
DATABASE = "repeatpass.db"
FOLDERS = ("kits", "workspaces")
TOPS = {STATEMENT, DATABASE, "files", "environments", *FOLDERS}
KEPT = "files/sha256/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What a backup says of itself, in its first member."""

    format: int
    version: str  # of the program that wrote it
    schema: str  # of its database
    database: str  # checksum of its database
    created: str  # ISO 8601, UTC
    size: int  # bytes of everything in it, unpacked
    home: str  # where the house stood


def kept_name(checksum: str) -> str:
    """Return the name of a kept file inside a backup."""
    digest = checksum.removeprefix("sha256:")
    return f"{KEPT}{digest[:2]}/{digest[2:]}"


def read_statement(tar: tarfile.TarFile) -> Statement:
    """Return what a backup says of itself; raise Invalid if it is none, or of another format."""
    first = tar.next()
    content = tar.extractfile(first) if first is not None and first.name == STATEMENT and first.isreg() else None
    if content is None:
        raise Invalid("This is not a backup of a house: it does not begin with a statement.")
    try:
        known = json.loads(content.read(1 << 20))
        if known["format"] != FORMAT:
            raise Invalid(f"This backup has format {known['format']}; this Repeatpass reads format {FORMAT}.")
        return Statement(**known)
    except (ValueError, KeyError, TypeError):
        raise Invalid("This is not a backup of a house: its statement cannot be read.") from None


def checked(path: Path, name: str, statement: Statement) -> None:
    """Raise Invalid unless the unpacked file *path*, called *name* in the backup, is what it was."""
    if name == DATABASE:
        expected = statement.database
    elif name.startswith(KEPT):
        expected = "sha256:" + name.removeprefix(KEPT).replace("/", "")
    else:
        return
    if digest_file(path) != expected:
        raise Invalid(f"The backup is damaged: {name} is not what it was. Nothing was restored; use another one.")
