"""Several servers on one PostgreSQL: one looks at the clock, and another does so soon after it was killed."""

import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from repeatpass.schedules.lease import Lease
from repeatpass.storage.database import Database
from repeatpass.storage.upgrading import upgrade

SHORT = timedelta(seconds=1.5)
HOLD = """
import sys, time
from datetime import timedelta
from repeatpass.schedules.lease import Lease
from repeatpass.storage.database import Database
lease = Lease(Database(sys.argv[1]), "clock", timedelta(seconds=1.5))
while True:
    print(lease.held(), flush=True)
    time.sleep(0.5)
"""


def test_one_of_several_holds_it_and_gives_it_back(database: Database) -> None:
    one, other = Lease(database, "clock"), Lease(database, "clock")
    assert (one.held(), other.held(), one.held()) == (True, False, True)
    one.give_back()
    assert (other.held(), one.held()) == (True, False)
    other.give_back()


def test_a_server_that_was_killed_is_replaced_within_seconds(database: Database, tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, database.url], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "True"
        ours = Lease(database, "clock", SHORT)
        assert not ours.held()
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        killed = time.monotonic()
        while not ours.held() and time.monotonic() < killed + 30:
            time.sleep(0.1)
        assert ours.leading
        assert time.monotonic() - killed < SHORT.total_seconds() + 2
        ours.give_back()
    finally:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def test_a_server_that_hangs_loses_it(empty_postgresql: str) -> None:
    database = Database(empty_postgresql)
    upgrade(database)
    hanging, ours = Lease(database, "clock", SHORT), Lease(database, "clock", SHORT)
    assert hanging.held()
    time.sleep(SHORT.total_seconds() + 0.3)
    assert ours.held()
    assert not hanging.held()
    assert not hanging.leading
    database.close()


def test_a_connection_that_is_lost_comes_back(empty_postgresql: str) -> None:
    database, other = Database(empty_postgresql), Database(empty_postgresql)
    upgrade(database)
    lease = Lease(database, "clock")
    assert lease.held()
    with other.write() as connection:
        connection.exec_driver_sql(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and pid <> pg_backend_pid()"
        )
    assert lease.held()
    database.close()
    other.close()
