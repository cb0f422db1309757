"""Bring a database to the newest schema: a copy first, a newer one refused, a failed step undone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from repeatpass.core.errors import Conflict, Unavailable
from repeatpass.storage.database import Database

UPGRADE_LOCK = 7_201_978  # any number of our own


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "repeatpass.storage:migrations")
    return config


def newest() -> str:
    """Return the schema that this program writes."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def present(database: Database) -> str:
    """Return the schema that the database has; empty for an empty database.

    Raise Unavailable if it does not answer, or is damaged beyond reading.
    """
    try:
        with database.read() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    except sa.exc.DatabaseError as error:
        where = database.engine.url.render_as_string(hide_password=True)
        raise Unavailable(
            f"The database {where} cannot be read: {str(error.orig).strip()}. Start it, correct its address, or "
            "restore a backup."
        ) from None


def require_known(database: Database) -> str:
    """Return the schema of *database*; raise Conflict if a newer program wrote it."""
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    before = present(database)
    if before and before not in known:
        raise Conflict(
            f"The database was written by a newer Repeatpass (schema {before}; this one knows up to {newest()}). "
            "Install that version again, or restore a backup made by this one."
        )
    return before


def upgrade(database: Database, copies: Path | None = None) -> str:
    """Bring *database* to the newest schema and return what was done, in words.

    An SQLite database is copied into *copies* first. Raise Conflict if the database is newer than this
    program; Unavailable if a step failed, in which case the database is as it was.
    """
    before = require_known(database)
    if before == newest():
        return "up to date"
    if before and copies and database.is_sqlite:
        copy_sqlite(database, copies / f"before-{newest()}.db")
    _step_up(database, before)
    return f"upgraded from {before or 'nothing'} to {newest()}"


def _step_up(database: Database, before: str) -> None:
    config = _config()
    try:
        with database.write() as connection:  # SQLite's DDL is transactional: all steps, or none
            config.attributes["connection"] = connection
            if not database.is_sqlite:  # two programs that open the house at once come one after the other
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(UPGRADE_LOCK)))
            command.upgrade(config, "head")
    except Exception as error:  # a migration is a program of its own and may fail in any way
        raise Unavailable(
            f"The database could not be upgraded from {before or 'nothing'} ({error}); it is as it was before. "
            "The older Repeatpass still works with it."
        ) from error


def copy_sqlite(database: Database, target: Path) -> None:
    """Copy a SQLite database while it is in use (SQLite's online backup)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    source = database.engine.raw_connection()
    try:
        with closing(sqlite3.connect(part)) as copy:
            source.driver_connection.backup(copy)  # type: ignore[union-attr]
    finally:
        source.close()
    part.replace(target)
