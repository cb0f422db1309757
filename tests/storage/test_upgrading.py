"""Upgrades: whole or not at all, from every schema that a house was ever stored with."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from rich.console import Console
from tests.houses import working_house

from repeatpass import assembly  # noqa: F401 — every room declares its tables
from repeatpass.core.errors import Conflict, Unavailable
from repeatpass.storage import upgrading
from repeatpass.storage.database import Database, sqlite_url
from repeatpass.storage.schema import metadata
from repeatpass.storage.upgrading import newest, present, upgrade
from repeatpass.upkeep.backup import read_backup
from repeatpass.verification.comparison.records import Verdict

DATA = Path(__file__).parents[1] / "data"
BROKEN = """
revision, down_revision, branch_labels, depends_on = "broken", "{head}", None, None


def upgrade():
    from alembic import op
    op.execute("create table half_way (x integer)")
    op.execute("insert into users values ('ghost', 'Ghost', 'reader', '2020-01-01', true)")
    {fault}
"""


def test_the_migrations_make_exactly_the_tables_that_the_rooms_declare(database_url: str) -> None:
    database = Database(database_url)
    assert upgrade(database).startswith("upgraded from nothing")
    with database.read() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_name": _described}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    assert upgrade(database) == "up to date"
    database.close()


def _described(name: str | None, kind: str, _parents: object) -> bool:
    """The R*Tree and an index over an expression are made by a migration alone: no metadata can describe them."""
    made = (kind == "table" and str(name).startswith(("item_extents", "feature_extents"))) or name in (
        "ix_item_index_extent",
        "ix_features_extent",
    )
    return not made


def test_a_newer_database_is_refused_and_left_as_it_is(database_url: str) -> None:
    database = Database(database_url)
    upgrade(database)
    with database.write() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9999'")
    with pytest.raises(Conflict, match="written by a newer Repeatpass"):
        upgrade(database)
    assert present(database) == "9999"
    database.close()


@pytest.mark.parametrize("fault", ["raise RuntimeError('a bug')", "op.execute('nonsense')"])
def test_a_migration_that_fails_leaves_the_old_house_working(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    database, head = Database(database_url), newest()
    upgrade(database)
    extra = tmp_path / "versions"
    extra.mkdir()
    (extra / "broken.py").write_text(BROKEN.format(head=head, fault=fault))
    original = upgrading._config

    def with_broken() -> object:
        config = original()
        scripts = ScriptDirectory.from_config(original()).versions
        config.set_main_option("version_locations", f"{scripts};{extra}")
        config.set_main_option("path_separator", ";")
        config.set_main_option("version_path_separator", ";")
        return config

    with monkeypatch.context() as patched:
        patched.setattr(upgrading, "_config", with_broken)
        assert newest() == "broken"
        with pytest.raises(Unavailable, match="it is as it was before"):
            upgrade(database, copies=tmp_path / "backups")
        if database.is_sqlite:
            with sqlite3.connect(tmp_path / "backups" / "before-broken.db") as copy:
                assert copy.execute("select version_num from alembic_version").fetchone() == (head,)
    assert upgrade(database) == "up to date"
    with database.read() as connection:
        assert "half_way" not in sa.inspect(connection).get_table_names()
        assert connection.exec_driver_sql("select count(*) from users").scalar() == 0
    database.close()


def test_two_programs_that_open_an_empty_house_at_once_agree(database_url: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    databases = [Database(database_url) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, databases))
    assert present(databases[0]) == newest()
    for database in databases:
        database.close()


def test_a_sqlite_file_is_copied_while_it_is_in_use(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "a.db"))
    upgrade(database)
    with database.write() as connection:
        connection.exec_driver_sql("insert into users values ('late', 'Late', 'reader', '2020-01-01', 1)")
        upgrading.copy_sqlite(database, tmp_path / "copies" / "b.db")
    copy = Database(sqlite_url(tmp_path / "copies" / "b.db"))
    assert copy.check() == "ok"
    assert present(copy) == newest()
    copy.close()
    database.close()


@pytest.mark.parametrize("stored", sorted(path.name for path in DATA.glob("home-*.backup")))
def test_a_home_of_every_older_schema_opens_with_its_values_and_repeats(stored: str, tmp_path: Path) -> None:
    read_backup(DATA / stored, tmp_path / "home", Console(quiet=True))
    with working_house(tmp_path / "home") as house:
        assert present(house.database) == newest()
        values = house.indicators.current("warmth")
        assert [(value.place, value.value) for value in values] == [("here", 4.5), ("there", -0.25)]
        run = house.runs.run(values[0].run)
        assert [repeat.verdict for repeat in house.repeats.of(run.id)] == [Verdict.IDENTICAL]
        assert house.runs.provenance(run.id).outputs[0].name == "values"
        assert house.shelf.find(run.name).file == run.legs.source
        again = house.runs.wait(house.submitting.submit(house.owner, "warmth").id, 60)
        assert again.state == "succeeded", again.message
        ours = house.files.read(house.runs.provenance(run.id).outputs[0].checksum)
        theirs = house.files.read(house.runs.provenance(again.id).outputs[0].checksum)
        assert ours == theirs
