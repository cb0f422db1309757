"""Backup: the whole house in one file, written while it is in use, and read back before it counts."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from rich.console import Console
from rich.progress import Progress

import repeatpass
from repeatpass.assembly import House
from repeatpass.core.digests import digest_file
from repeatpass.core.errors import Invalid, Unavailable
from repeatpass.core.times import iso, now
from repeatpass.storage.upgrading import copy_sqlite, present
from repeatpass.upkeep.archive import DATABASE, FOLDERS, FORMAT, KEPT, STATEMENT, Statement, kept_name, read_statement
from repeatpass.upkeep.gc import needed_files
from repeatpass.upkeep.restoring import read_backup

__all__ = ["read_backup", "write_backup"]
Members = list[tuple[str, Path]]


def write_backup(house: House, file: Path, console: Console) -> None:
    """Write *house* into *file*, which appears only once it is whole and was read back.

    Raise Invalid where the database is not ours to copy or a kept file was altered, Unavailable if the file
    cannot be written.
    """
    _require_sqlite(house)
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise Invalid(f"{file} cannot be a backup: give the name of a file in a folder that exists.")
    part = file.absolute().with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=house.settings.home) as folder:
            _write(house, part, Path(folder) / DATABASE, console)
        _read_back(part, console)
        part.replace(file)
    except OSError as error:
        raise Unavailable(f"The backup {file} could not be written ({error.strerror or error}).") from error
    finally:
        part.unlink(missing_ok=True)


def _require_sqlite(house: House) -> None:
    if not house.database.is_sqlite:
        raise Invalid(
            "The database of this house is in PostgreSQL, which has its own tool for a consistent copy: run "
            "pg_dump --format=custom first, then copy the home and the file area beside it."
        )


def _write(house: House, part: Path, copy: Path, console: Console) -> None:
    copy_sqlite(house.database, copy)  # before the files: whatever this copy needs is in the file area by now
    members: Members = [(DATABASE, copy), *_kept_files(house, console), *_folders(house, console)]
    statement = Statement(
        format=FORMAT,
        version=repeatpass.__version__,
        schema=present(house.database),
        database=digest_file(copy),
        created=iso(now()),
        size=sum(path.lstat().st_size for _, path in members),
        home=str(house.settings.home),
    )
    with Progress(console=console, transient=True) as progress, _private(part) as raw:
        task = progress.add_task("Writing the backup", total=statement.size)
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as tar:
            _add_statement(tar, statement)
            for name, path in members:
                tar.add(path, arcname=name, recursive=False, filter=_nobodys)
                progress.advance(task, path.lstat().st_size)
        raw.flush()
        os.fsync(raw.fileno())


def _private(path: Path) -> BinaryIO:
    """Open a new file that nobody else may read: it holds everybody's work."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _kept_files(house: House, console: Console) -> Iterator[tuple[str, Path]]:
    if not house.files.is_local:
        console.print("The file area is elsewhere and stays there; everything else is in the backup.")
        return
    for checksum in sorted(needed_files(house)):
        if house.files.has(checksum):
            yield kept_name(checksum), house.files.path(checksum)
        else:
            console.print(f"The kept file {checksum[:19]}… is missing; repeatpass doctor says more.", highlight=False)


def _folders(house: House, console: Console) -> Iterator[tuple[str, Path]]:
    home = house.settings.home
    for folder in FOLDERS:
        yield from ((str(path.relative_to(home)), path) for path in _inside(home / folder, console))
    for statement in sorted((home / "environments").glob("[0-9a-f]*/environment.json")):
        yield f"environments/{statement.parent.name}.json", statement


def _inside(root: Path, console: Console) -> Iterator[Path]:
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        if path.is_symlink() and (path.readlink().is_absolute() or not path.resolve().is_relative_to(root)):
            console.print(f"{path} leads out of the house and is left out.", highlight=False)
        elif path.is_symlink() or path.is_file() or path.is_dir():
            yield path


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _add_statement(tar: tarfile.TarFile, statement: Statement) -> None:
    content = json.dumps(asdict(statement), indent=2).encode()
    member = tarfile.TarInfo(STATEMENT)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def _read_back(file: Path, console: Console) -> None:
    with Progress(console=console, transient=True) as progress, tarfile.open(file, "r|gz") as tar:
        statement = read_statement(tar)
        task = progress.add_task("Checking the backup", total=statement.size)
        for member in tar:
            if member.name.startswith(KEPT) and _digest(tar, member) != member.name.removeprefix(KEPT).replace("/", ""):
                raise Invalid(f"The kept file {member.name} was altered on disk; repeatpass doctor says who needs it.")
            progress.advance(task, member.size)


def _digest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    content, total = tar.extractfile(member), hashlib.sha256()
    while content is not None and (piece := content.read(1 << 20)):
        total.update(piece)
    return total.hexdigest()
