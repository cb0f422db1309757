"""Opening files elsewhere: their parts are held for a while, and what they were when they were looked at is compared."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from repeatpass.data.elsewhere.asking import Asking
from repeatpass.data.elsewhere.candidates import TIFF, ZARR_ZIP
from repeatpass.data.elsewhere.records import FarFile, Look
from repeatpass.data.facts import FOLDER, NotOnAMap, quiet
from repeatpass.kit.connectors.parts import BLOCK, RemoteFile
from repeatpass.kit.connectors.serving import View
from repeatpass.kit.errors import AlteredData, KitError

if TYPE_CHECKING:
    from repeatpass.data.elsewhere.stores import FarStore

HELD = 16  # files elsewhere whose parts are held
BLOCKS = (24 << 20) // BLOCK  # of each
FRESH_S = 600.0  # after which is asked whether a file is still what it was
WHOLE_BYTES = 64_000_000  # of a raster without overviews, above which no map of it is drawn
_numbers = count()

Tell = Callable[[KitError], None]  # hears why a library could not read, which itself only says that it could not


class Held:
    """Files elsewhere that were read last, with the parts of them that are in memory. Safe to use from many threads."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self._held: OrderedDict[str, tuple[float, RemoteFile | FarStore]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, file: FarFile) -> "RemoteFile | FarStore":
        """Return a file, asked for anew after ten minutes; raise KitError, Forbidden, Unavailable."""
        with self._lock:
            known = self._held.get(file.id)
            if known is not None and time.monotonic() - known[0] < FRESH_S:
                self._held.move_to_end(file.id)
                return known[1]
        found = self._asked(file)
        with self._lock:
            self._held[file.id] = (time.monotonic(), found)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
        return found

    def _asked(self, file: FarFile) -> "RemoteFile | FarStore":
        place = self.asking.place(file)
        if file.media_type != FOLDER:
            return RemoteFile(place, file.media_type, kept=BLOCKS)
        from repeatpass.data.elsewhere.stores import FarStore

        return FarStore(place)

    def forget(self, file: FarFile) -> None:
        """Ask for a file anew the next time."""
        with self._lock:
            self._held.pop(file.id, None)


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


@contextmanager
def raster(found: "RemoteFile | FarStore", tell: Tell) -> Iterator[Any]:
    """Open a GeoTIFF; nothing but that file is read, and by no other driver: others would follow it anywhere."""
    import rasterio

    assert isinstance(found, RemoteFile)
    name = f"/elsewhere/{next(_numbers)}/file.tif"

    def opener(path: str, mode: str = "rb") -> View:
        if path != name:
            raise FileNotFoundError(path)  # GDAL looks for files beside it
        return View(found, tell)

    options: Any = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR"}
    with quiet(), rasterio.Env(**options), rasterio.open(name, opener=opener, driver="GTiff") as dataset:
        yield dataset


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
