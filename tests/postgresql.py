"""A private PostgreSQL for the tests: no network, no waiting for the disk, gone afterwards."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import sqlalchemy as sa

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=120")
USER = "postgres"  # PostgreSQL refuses to run as root


class NotHere(Exception):
    """PostgreSQL cannot be started on this machine."""


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL server; raise NotHere if there is none."""
    on_path = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found and not on_path:
        raise NotHere("PostgreSQL's server is not installed; Debian's package is called postgresql.")
    return found[-1].parent if found else Path(str(on_path)).resolve().parent


class Cluster:
    """One PostgreSQL server with its socket in a folder of its own."""

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rp-pg-"))
        self.numbers = count(1)
        self.prefix = ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []
        if self.prefix:
            shutil.chown(self.folder, USER, USER)
        data = self.folder / "data"
        self._run([str(binaries / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8"])
        options = [part for setting in QUICK for part in ("-c", setting)]
        self.command = [str(binaries / "postgres"), "-D", str(data), "-k", str(self.folder), *options]
        self.start()

    def start(self) -> None:
        """Start the server and wait until its socket is there."""
        with (self.folder / "log").open("ab") as log:
            self.server = subprocess.Popen([*self.prefix, *self.command], cwd=self.folder, stdout=log, stderr=log)
        self._wait()

    def stop(self, number: int = signal.SIGINT) -> None:
        """End the server, without waiting for who is connected; what was committed is kept."""
        # The parent is runuser where we are root: the server itself writes its process id down.
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, number)
        self.server.wait(20)

    def _run(self, command: list[str]) -> None:
        done = subprocess.run([*self.prefix, *command], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotHere(f"PostgreSQL cannot be set up: {done.stderr.strip()}")

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while not (self.folder / ".s.PGSQL.5432").exists():
            if self.server.poll() is not None or time.monotonic() > until:
                raise NotHere(f"PostgreSQL does not start: {(self.folder / 'log').read_text()[-500:]}")
            time.sleep(0.05)

    def address(self, database: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make an empty database and give its address; drop it afterwards."""
        name = f"t{next(self.numbers)}"
        self._say(f"create database {name}")
        try:
            yield self.address(name)
        finally:
            self._say(f"drop database if exists {name} with (force)")

    def _say(self, statement: str) -> None:
        engine = sa.create_engine(self.address("postgres"), isolation_level="AUTOCOMMIT")
        for _ in range(100):  # the socket is there a moment before the server answers
            try:
                with engine.connect() as connection:
                    connection.exec_driver_sql(statement)
                break
            except sa.exc.OperationalError as error:
                if "starting up" not in str(error):
                    raise
                time.sleep(0.05)
        engine.dispose()

    def close(self) -> None:
        """Stop the server and remove everything."""
        self.stop(signal.SIGQUIT)  # at once, nothing is kept
        shutil.rmtree(self.folder, ignore_errors=True)
