"""Restore: a house from a backup, into an empty home; checked before it gets its name."""

import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.progress import Progress

from repeatpass.core.errors import Conflict, Exhausted, Invalid, RepeatpassError, Unavailable
from repeatpass.notebooks.store import environments
from repeatpass.runs.records import State
from repeatpass.runs.store import runs
from repeatpass.storage.database import Database, sqlite_url
from repeatpass.storage.upgrading import require_known
from repeatpass.upkeep.archive import DATABASE, STATEMENT, TOPS, Statement, checked, read_statement


def read_backup(file: Path, target: Path, console: Console) -> None:
    """Bring the house in *file* back into *target*, which must be empty or not exist: all of it, or nothing.

    Raise Invalid for a damaged or hostile archive, Conflict for a home that is not empty or for a backup that a
    newer Repeatpass wrote, Exhausted where there is no room for it.
    """
    if not file.is_file():
        raise Invalid(f"There is no file {file}.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Conflict(f"The home {target} is not empty; give an empty one, or one that does not exist, with --home.")
    with _readable(file), _draft_beside(target) as draft:
        statement = _unpack(file, draft, console)
        _settle(draft, target, statement)
        if target.exists():
            target.rmdir()
        draft.rename(target)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except RepeatpassError:
        raise
    except tarfile.FilterError as error:
        raise Invalid(f"{file} is not a backup that can be trusted: {error}. Nothing was unpacked.") from None
    except (tarfile.TarError, EOFError, zlib.error, sa.exc.DatabaseError) as error:
        raise Invalid(f"{file} is damaged, or no backup at all ({error}). Nothing was restored.") from None
    except OSError as error:
        if error.errno is None:  # gzip's own complaints
            raise Invalid(f"{file} is damaged, or no backup at all ({error}). Nothing was restored.") from None
        raise Unavailable(f"The house could not be restored: {error.strerror} ({error.filename}).") from error


@contextmanager
def _draft_beside(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _unpack(file: Path, draft: Path, console: Console) -> Statement:
    with Progress(console=console, transient=True) as progress, tarfile.open(file, "r|gz") as tar:
        statement = read_statement(tar)
        if statement.size > shutil.disk_usage(draft).free:
            raise Exhausted(f"The house needs {statement.size / 1e6:.0f} MB, more than is free at {draft.parent}.")
        task = progress.add_task("Restoring", total=statement.size)
        for member in tar:
            if member.name == STATEMENT:  # has been read
                continue
            _require_harmless(member)
            tar.extract(member, draft, filter="data")
            if member.isreg():
                checked(draft / member.name, member.name, statement)
            progress.advance(task, member.size)
    if not (draft / DATABASE).is_file():
        raise Invalid("The backup has no database; it is no backup of a house.")
    return statement


def _require_harmless(member: tarfile.TarInfo) -> None:
    top = member.name.split("/", 1)[0]
    plain = member.isreg() or member.isdir() or (member.issym() and top == "workspaces")
    if top not in TOPS or not plain or ".." in member.name.split("/"):
        raise Invalid(f"“{member.name}” does not belong into a backup; it is refused as a whole.")


def _settle(draft: Path, target: Path, statement: Statement) -> None:
    """Check the database and tell it that the house has moved."""
    with closing(Database(sqlite_url(draft / DATABASE))) as database:
        require_known(database)
        if (said := database.check()) != "ok":
            raise Invalid(f"The database in the backup is damaged: {said}.")
        with database.write() as connection:
            _move_environments(connection, statement.home, target)
            # The folders of runs under way are not in a backup; without a ticket they are begun anew.
            connection.execute(runs.update().where(runs.c.state == State.RUNNING).values(ticket=""))
    for left in draft.glob(f"{DATABASE}-*"):
        left.unlink()
    os.chmod(draft, 0o755)  # noqa: PTH101 — mkdtemp makes it private


def _move_environments(connection: sa.Connection, former: str, target: Path) -> None:
    for digest, prefix in connection.execute(sa.select(environments.c.digest, environments.c.prefix)).all():
        if Path(prefix).is_relative_to(former):
            moved = str(target / Path(prefix).relative_to(former))
            connection.execute(environments.update().where(environments.c.digest == digest).values(prefix=moved))
