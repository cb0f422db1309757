"""Cubes elsewhere as xarray opens them: NetCDF-4 from its parts, Zarr from its objects, a zipped store from its parts."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from zarr.abc.store import ByteRequest
from zarr.storage import ZipStore

from repeatpass.data.facts import NotOnAMap, dated, quiet
from repeatpass.kit.connectors.places import Place
from repeatpass.kit.connectors.zarrs import RemoteStore
from repeatpass.kit.memory import Remembered
from repeatpass.kit.opening import described

OBJECTS = 48 << 20  # bytes of the objects of one store that are held
METADATA = (".zmetadata", "zarr.json")
CLASSIC = (
    "It is a NetCDF file of the classic format, which cannot be read in parts; its owner can bring it here, or write it "
    "as NetCDF-4 or Zarr."
)
OUTSIDE = "Parts of it lie in other files ({}), which are not looked for."


class FarStore(RemoteStore):
    """A Zarr store elsewhere; the objects that were read last are held."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._objects: Remembered[tuple[bytes | None]] = Remembered(OBJECTS, lambda each: len(each[0] or b"") + 100)

    def _content(self, key: str, part: ByteRequest | None) -> bytes | None:
        known = self._objects.get((key, part))
        if known is None:
            known = (super()._content(key, part),)
            self._objects.put((key, part), known)
        return known[0]

    def metadata(self) -> bytes:
        """Return the metadata of all arrays; raise NotOnAMap where they do not stand in one place."""
        for name in METADATA:
            found = self._content(name, None)
            if found is not None and (name != "zarr.json" or b'"consolidated_metadata"' in found):
                return found
        raise NotOnAMap(
            "It is no Zarr store with consolidated metadata, which are needed where nothing can be listed "
            "(zarr.consolidate_metadata writes them)."
        )


class _Zipped(ZipStore):
    """A zipped store that is read in parts."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(Path("elsewhere.zarr.zip"), mode="r")
        self._file = file

    def _sync_open(self) -> None:
        import threading

        self._lock = threading.RLock()
        self._zf = zipfile.ZipFile(self._file)
        self._is_open = True


def open_folder(store: FarStore, options: Mapping[str, Any]) -> Any:
    """Open a Zarr store; raise NotOnAMap, KitError or what zarr raises."""
    import xarray

    store.metadata()
    given = {"chunks": None, "consolidated": True, "decode_timedelta": False, **options}
    with quiet():
        return _known(xarray.open_zarr(store, **given), options)


def open_zip(view: Callable[[], io.RawIOBase], options: Mapping[str, Any]) -> Any:
    """Open a zipped Zarr store."""
    import xarray

    given = {"chunks": None, "consolidated": False, "decode_timedelta": False, **options}
    with quiet():
        store = _Zipped(io.BufferedReader(view()))
        found = described(xarray.open_zarr(store, **given))
        return _known(found[[*sorted(found.coords, key=str), *sorted(found.data_vars, key=str)]], options)


def open_netcdf(view: Callable[[], io.RawIOBase], options: Mapping[str, Any]) -> Any:
    """Open a NetCDF-4 file; raise NotOnAMap for the classic format, and where it leads to other files.

    *view* gives a further reader of it: each is closed with what reads from it.
    """
    import xarray

    if (view().read(8) or b"").startswith(b"CDF"):
        raise NotOnAMap(CLASSIC)
    _require_whole(io.BufferedReader(view()))
    given = {"engine": "h5netcdf", "decode_timedelta": False, **options}
    with quiet():
        return _known(xarray.open_dataset(io.BufferedReader(view()), **given), options)


def _known(dataset: Any, options: Mapping[str, Any]) -> Any:
    return dataset if options.get("decode_cf") is False else dated(dataset)


def _require_whole(file: BinaryIO) -> None:
    """HDF5 may have numbers read from any other file of this machine; such are refused (HDF5 User Guide, 5.5.4 and 4.4)."""
    import h5py

    with h5py.File(file, "r") as opened:
        _walk(opened)


def _walk(group: Any) -> None:
    import h5py

    for name in group:
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            raise NotOnAMap(OUTSIDE.format("external links"))
        if not isinstance(link, h5py.HardLink):
            continue
        found = group[name]
        if isinstance(found, h5py.Dataset) and (found.external or found.is_virtual):
            raise NotOnAMap(OUTSIDE.format("external storage"))
        if isinstance(found, h5py.Group):
            _walk(found)
