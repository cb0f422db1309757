"""The files of layers, here or elsewhere, opened in the same way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from repeatpass.core.errors import NotFound
from repeatpass.data.elsewhere.records import PREFIX
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.facts import opened
from repeatpass.storage.files import FileArea


class Originals:
    """Opens files by their checksum, or by what stands in place of one for a file elsewhere."""

    def __init__(self, files: FileArea, elsewhere: Elsewhere | None = None) -> None:
        self.files = files
        self._elsewhere = elsewhere

    @property
    def elsewhere(self) -> Elsewhere:
        """The files elsewhere; raise NotFound where none are looked at."""
        if self._elsewhere is None:
            raise NotFound("Files elsewhere are not looked at here.")
        return self._elsewhere

    def path(self, checksum: str) -> Path:
        """Return where a file of here lies; raise NotFound."""
        return self.files.path(checksum)

    @contextmanager
    def raster(self, checksum: str) -> Iterator[Any]:
        """Open a raster with rasterio; raise NotFound, or Unavailable where it lies elsewhere and cannot be read."""
        import rasterio

        with self.elsewhere.raster(checksum) if is_far(checksum) else rasterio.open(self.path(checksum)) as file:
            yield file

    @contextmanager
    def cube(self, checksum: str, media_type: str) -> Iterator[Any]:
        """Open a cube with xarray, lazily and without dask; raise as `raster`."""
        with self.elsewhere.cube(checksum) if is_far(checksum) else opened(self.path(checksum), media_type) as dataset:
            yield dataset


def is_far(checksum: str) -> bool:
    """Say whether a file lies elsewhere."""
    return checksum.startswith(PREFIX)
