"""Pictures that were drawn once: kept on disk under a key, and the newest of them in memory.

Drawing a chart costs tens of milliseconds and the first one most of a second; reading it back costs nothing. A key
names everything the picture depends on; the code that draws is part of every key, so an upgrade draws anew.
"""

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path

KEPT_IN_MEMORY = 200
LARGE = 400_000  # bytes; larger pictures are read from disk each time
DRAWN_BY = (
    "charts", "chart_layers", "chart_palette", "frames", "place_chart", "rasters", "peeking", "notebook_html",
    "sanitising", "pages/charting",
)  # fmt: skip


@cache
def _code() -> str:
    """A digest of the modules that draw."""
    folder = Path(__file__).parent
    known = [path.read_bytes() for name in DRAWN_BY if (path := folder / f"{name}.py").is_file()]
    return hashlib.sha256(b"\0".join(known)).hexdigest()


class Drawings:
    """The cache of drawings in *folder*; safe to use from several threads and to remove at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The drawing called *key*, made by *make* when there is none yet. Two askers never draw the same twice."""
        name = hashlib.sha256(f"{_code()}\0{key}".encode()).hexdigest()[:32]
        if (known := self._known(name)) is not None:
            return known
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            known = self._known(name)
            content = self._keep(name, make()) if known is None else known
        with self._guard:
            self._locks.pop(name, None)
        return content

    def _known(self, name: str) -> bytes | None:
        with self._guard:
            if name in self._memory:
                self._memory.move_to_end(name)
                return self._memory[name]
        path = self._path(name)
        return self._remember(name, path.read_bytes()) if path.is_file() else None

    def _remember(self, name: str, content: bytes) -> bytes:
        if len(content) <= LARGE:
            with self._guard:
                self._memory[name] = content
                while len(self._memory) > KEPT_IN_MEMORY:
                    self._memory.popitem(last=False)
        return content

    def _keep(self, name: str, content: bytes) -> bytes:
        path = self._path(name)
        part = path.with_name(f"{name}.{os.getpid()}.{threading.get_ident()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)  # a full disk must not keep anybody from seeing the page
        return self._remember(name, content)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / name
