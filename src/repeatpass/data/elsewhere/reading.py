"""Opening files elsewhere: their parts are held for a while, and what they were when they were looked at is compared."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from repeatpass.data.elsewhere.asking import Asking
from repeatpass.data.elsewhere.candidates import TIFF, ZARR_ZIP
from repeatpass.data.elsewhere.handles import Handles, Tell
from repeatpass.data.elsewhere.records import FarFile, Look
from repeatpass.data.facts import FOLDER, NotOnAMap
from repeatpass.kit.connectors.blocks import Once
from repeatpass.kit.connectors.parts import RemoteFile
from repeatpass.kit.connectors.serving import View
from repeatpass.kit.errors import AlteredData
from repeatpass.kit.memory import Remembered

if TYPE_CHECKING:
    from repeatpass.data.elsewhere.stores import FarStore

HELD = 64  # files elsewhere that are held
ROOM = 384 << 20  # bytes of their parts, of all of them together
FRESH_S = 600.0  # after which is asked whether a file is still what it was
WHOLE_BYTES = 64_000_000  # of a raster without overviews, above which no map of it is drawn


class Held:
    """Files elsewhere that were read last, with the parts of them that are in memory. Safe to use from many threads."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self._held: OrderedDict[str, tuple[float, RemoteFile | FarStore]] = OrderedDict()
        self._asking: Once[str, RemoteFile | FarStore] = Once()
        self._room: Remembered[bytes] = Remembered(ROOM, len)
        self._handles = Handles()
        self._lock = threading.Lock()

    def of(self, file: FarFile) -> "RemoteFile | FarStore":
        """Return a file, asked for anew after ten minutes; raise KitError, Forbidden, Unavailable.

        Many who want it at once wait for one question.
        """
        with self._lock:
            known = self._held.get(file.id)
            if known is not None and time.monotonic() - known[0] < FRESH_S:
                self._held.move_to_end(file.id)
                return known[1]
        return self._asking.of(file.id, lambda: self._asked(file))

    def _asked(self, file: FarFile) -> "RemoteFile | FarStore":
        found = self._opened(file)
        with self._lock:
            _, old = self._held.get(file.id, (0.0, None))
        if old is not None and identity(old) == identity(found):
            found = old  # with all that is known of it
        with self._lock:
            self._held[file.id] = (time.monotonic(), found)
            self._held.move_to_end(file.id)
            gone = [self._held.popitem(last=False)[1][1] for _ in range(len(self._held) - HELD)]
        self._close(*gone, *([old] if old is not None and old is not found else []))
        return found

    def _opened(self, file: FarFile) -> "RemoteFile | FarStore":
        place = self.asking.place(file)
        if file.media_type != FOLDER:
            return RemoteFile(place, file.media_type, room=self._room)
        from repeatpass.data.elsewhere.stores import FarStore

        return FarStore(place)

    def forget(self, file: FarFile) -> None:
        """Ask for a file anew the next time."""
        with self._lock:
            known = self._held.pop(file.id, None)
        if known is not None:
            self._close(known[1])

    def close(self) -> None:
        """Hold nothing any more."""
        with self._lock:
            gone = [each for _, each in self._held.values()]
            self._held.clear()
        self._close(*gone)

    def _close(self, *gone: "RemoteFile | FarStore") -> None:
        for each in gone:
            if isinstance(each, RemoteFile):
                self._handles.drop(each)

    def raster(self, found: "RemoteFile | FarStore", tell: Tell) -> AbstractContextManager[Any]:
        """Return a GeoTIFF of `of` to enter, opened for this reader alone; raise what GDAL raises, KitError."""
        assert isinstance(found, RemoteFile)
        return self._handles.lent(found, tell)


def identity(found: "RemoteFile | FarStore") -> tuple[str, int]:
    """Return by what it is told whether a file is another: its ETag and size; of a Zarr store those of its metadata."""
    if isinstance(found, RemoteFile):
        return found.etag, found.size
    content = found.metadata()
    return hashlib.sha256(content).hexdigest()[:32], len(content)


def same(held: Held, look: Look) -> "RemoteFile | FarStore":
    """Return the file of a look; raise AlteredData where it is not what it was then."""
    found = held.of(look.file)
    if (look.etag or look.size) and identity(found) != (look.etag, look.size):
        held.forget(look.file)
        raise AlteredData(f"{look.file.address} was changed since it was looked at.", address=look.file.address)
    return found


def cube(found: "RemoteFile | FarStore", media_type: str, tell: Tell, options: Mapping[str, Any] = {}) -> Any:
    """Open a cube, lazily and without dask; *options* are of xarray."""
    from repeatpass.data.elsewhere import stores

    if isinstance(found, stores.FarStore):
        return stores.open_folder(found, options)
    opening = stores.open_zip if media_type == ZARR_ZIP else stores.open_netcdf
    return opening(lambda: View(found, tell), options)


def require_light(dataset: Any, size: int) -> None:
    """Raise NotOnAMap for a large raster of which every map would read all."""
    if size > WHOLE_BYTES and not dataset.overviews(1) and max(dataset.shape) > 4 * 512:
        raise NotOnAMap(
            f"It has {size / 1e6:,.0f} MB and no overviews, so a map of it would have to read all; write it as a "
            "cloud-optimised GeoTIFF."
        )


def is_raster(file: FarFile) -> bool:
    """Say whether a file is read as a raster, not as a cube."""
    return file.media_type == TIFF
