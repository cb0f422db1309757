"""The database itself: reads that see one moment, writes that are whole."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from repeatpass.core.errors import Unavailable
from repeatpass.storage import events
from repeatpass.storage.database import Database, sqlite_url
from repeatpass.storage.upgrading import upgrade


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(events.events)).scalar_one()


def test_a_change_is_kept_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as connection:
        events.record(connection, "x", "1")
        raise ZeroDivisionError
    assert count(database) == 0


def test_a_reader_is_not_kept_waiting_by_a_writer(database: Database) -> None:
    with database.write() as connection:
        events.record(connection, "x", "1")
        assert count(database) == 0
    assert count(database) == 1


def test_many_writers_of_two_processes_wait_for_each_other(database: Database) -> None:
    other = Database(database.url)

    def write(through: Database) -> None:
        for number in range(20):
            with through.write() as connection:
                events.record(connection, "x", str(number))

    threads = [threading.Thread(target=write, args=(through,)) for through in (database, other) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 120
    assert database.check() == "ok"
    other.close()


def test_sqlite_keeps_a_log_ahead_and_its_references_whole(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "x.db"))
    upgrade(database)
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with pytest.raises(sa.exc.IntegrityError), database.write() as connection:
        connection.exec_driver_sql("insert into items values ('nothing', 'i', '{}', null, null)")
    database.close()


def test_an_operator_is_told_in_a_sentence_that_the_disk_is_full(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "x.db"))
    upgrade(database)
    with database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(Unavailable, match="full; nothing of this change was kept"), database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for number in range(2000):
            events.record(connection, "x" * 80, f"{number}" * 40)
    assert count(database) == 0
    assert database.check() == "ok"
    database.close()


def test_only_one_at_a_time_is_alone(database: Database) -> None:
    other = Database(database.url)
    with database.alone("x") as ours, other.alone("x") as theirs, other.alone("y") as elsewhere:
        assert (ours, theirs, elsewhere) == (True, False, True)
        with database.alone("x") as again:
            assert not again
    with other.alone("x") as free:
        assert free
    other.close()
