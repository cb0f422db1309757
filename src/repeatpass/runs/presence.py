"""Which workers of a home are alive, so that the runs of a dead one are taken up and those of a live one are left alone.

Each worker holds a lock on a file of its own, which the system takes back when the worker dies, however it dies.
"""

import fcntl
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from repeatpass.core.ids import new_id


class Presence:
    """The lock files of the workers of one home, in *folder*.

    The names of those who use the memory of this machine begin with its name; *elsewhere* is for those who do not.
    """

    def __init__(self, folder: Path, *, elsewhere: str = "") -> None:
        self.folder, self.elsewhere = folder, elsewhere
        self._held: TextIO | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def enter(self) -> str:
        """Begin a life under a name that nobody had before, and return the name."""
        name = f"{self.elsewhere}{socket.gethostname()[:50]}-{new_id()}"
        self._held = (self.folder / name).open("w")
        fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return name

    def leave(self) -> None:
        """End this life; whoever lives on takes up what is left."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def alive(self) -> set[str]:
        """Return the names of the workers that live."""
        return {path.name for path, alive in self._looked_at() if alive}

    def dead(self) -> set[str]:
        """Return the names of the workers that have died and are not forgotten."""
        return {path.name for path, alive in self._looked_at() if not alive}

    def forget(self, name: str) -> None:
        """Remove the file of a dead worker, once nothing of it is left to take up."""
        (self.folder / name).unlink(missing_ok=True)

    def _looked_at(self) -> Iterator[tuple[Path, bool]]:
        for path in sorted(self.folder.iterdir()):
            with suppress(FileNotFoundError), path.open("r+") as file:  # another may just have forgotten it
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    yield path, True
                else:
                    yield path, False
