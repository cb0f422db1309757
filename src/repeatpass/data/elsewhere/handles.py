"""Rasters elsewhere as GDAL has them open, lent to one reader at a time, so that many read one file side by side.

GDAL reads through Python and so through `RemoteFile`, whose parts all readers share; what is opened costs a hundred small
readings, and holds the cells that it unpacked last, so it stays open for the next reader.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from repeatpass.data.facts import quiet
from repeatpass.kit.connectors.parts import RemoteFile
from repeatpass.kit.connectors.serving import QuietView
from repeatpass.kit.errors import KitError

MOST = 48  # rasters that stay open while nobody reads them, of all files together
_numbers = count()

Tell = Callable[[KitError], None]  # hears why a library could not read, which itself only says that it could not


@dataclass(kw_only=True, slots=True)
class Handle:
    """A raster that is open; *context*: where rasterio looks for its openers, also when it is closed."""

    file: RemoteFile
    context: Context = field(default_factory=copy_context)
    dataset: Any = None
    troubles: list[KitError] = field(default_factory=list)

    def open(self) -> None:
        """Open it: nothing but that file is read, and by no other driver, for others would follow it anywhere."""
        import rasterio

        name = f"/elsewhere/{next(_numbers)}/file.tif"
        options: Any = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
        opener = _container()(name, lambda: QuietView(self.file, self.troubles.append))
        with quiet(), rasterio.Env(**options):
            self.dataset = self.context.run(rasterio.open, name, opener=opener, driver="GTiff")

    def close(self) -> None:
        """Close it."""
        if self.dataset is not None:
            self.context.run(self.dataset.close)


class Handles:
    """The rasters elsewhere that are open. Safe to use from many threads."""

    def __init__(self) -> None:
        self._idle: list[Handle] = []  # the one that was used last at the end
        self._lock = threading.Lock()

    @contextmanager
    def lent(self, file: RemoteFile, tell: Tell) -> Iterator[Any]:
        """Open a raster for one reader; *tell* hears why it cannot be read, which is raised at the end, too."""
        handle = self._taken(file) or Handle(file=file)
        try:
            if handle.dataset is None:
                handle.open()
            yield handle.dataset
            if handle.troubles:  # GDAL may have taken noughts for cells
                raise handle.troubles[-1]
        except BaseException:
            for each in handle.troubles:
                tell(each)
            handle.close()
            raise
        self._give_back(handle)

    def drop(self, file: RemoteFile) -> None:
        """Close what is open of a file; what is being read, when it is given back."""
        file.close()
        with self._lock:
            gone = [each for each in self._idle if each.file is file]
            self._idle = [each for each in self._idle if each.file is not file]
        for each in gone:
            each.close()

    def _taken(self, file: RemoteFile) -> Handle | None:
        with self._lock:
            at = next((at for at in reversed(range(len(self._idle))) if self._idle[at].file is file), None)
            return None if at is None else self._idle.pop(at)

    def _give_back(self, handle: Handle) -> None:
        with self._lock:
            if handle.file.closed:
                gone = [handle]
            else:
                self._idle.append(handle)
                gone = [self._idle.pop(0) for _ in range(len(self._idle) - MOST)]
        for each in gone:
            each.close()


@lru_cache(1)
def _container() -> Any:
    """The kind of opener by which GDAL may ask for several parts of a file at once; rasterio is imported when needed."""
    from rasterio.abc import MultiByteRangeResourceContainer

    class One(MultiByteRangeResourceContainer):
        """A folder of a single file."""

        def __init__(self, name: str, view: Callable[[], QuietView]) -> None:
            self.name, self.view = name, view

        def open(self, path: str, mode: str = "r", **_options: Any) -> QuietView:
            if path != self.name:
                raise FileNotFoundError(path)  # GDAL looks for files beside it
            return self.view()

        def isfile(self, path: str) -> bool:
            return path == self.name

        def isdir(self, _path: str) -> bool:
            return False

        def ls(self, _path: str) -> list[str]:
            return []

        def mtime(self, _path: str) -> int:
            return 0

        def size(self, path: str) -> int:
            if path != self.name:
                raise FileNotFoundError(path)
            return self.view().file.size

        def rm(self, path: str) -> None:
            raise PermissionError(path)

    return One
