"""One server per home: a lock that the system takes back when the server dies, and a note of its address."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from repeatpass.core.errors import Conflict

LOCK = "server.lock"


@contextmanager
def only_server(home: Path, address: str) -> Iterator[None]:
    """Hold the home for this server; raise Conflict, naming the other, if one is up."""
    with (home / LOCK).open("a+") as file:
        try:
            _lock(file)
        except OSError:
            raise Conflict(
                f"A server is up on {home} already, at {_noted(home)}. Use that one, stop it, or give another --home."
            ) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "address": address}))
        file.flush()
        yield


def server_of(home: Path) -> str | None:
    """Return the address of the server that is up on *home*, None if there is none."""
    path = home / LOCK
    if not path.exists():
        return None
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _noted(home)
    return None


def _lock(file: TextIO) -> None:
    """Take the lock; try again for a moment, because a command that only looks holds it while it looks."""
    for _ in range(10):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError:
            time.sleep(0.02)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _noted(home: Path) -> str:
    try:
        return str(json.loads((home / LOCK).read_text())["address"])
    except (ValueError, KeyError):
        return "an address that it has not written down yet"
