"""A raster that a part left: its grid, its bands, its cells; GeoTIFF and NetCDF alike."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from repeatpass.batches.merging.records import Piece
from repeatpass.kit.cubes.lattices import Lattice, lattice_of
from repeatpass.kit.cubes.records import BadSpecification

ROWS = 512  # read at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """One layer of numbers, as it is stored."""

    name: str
    dtype: str
    nodata: float | None  # NaN is a value of its own here
    scale: float
    offset: float
    unit: str
    title: str = ""
    standard_name: str = ""

    def like(self, other: "Band") -> bool:
        """Whether the numbers of two bands mean the same."""
        mine, theirs = (self.nodata, other.nodata)
        same = mine == theirs or (mine is not None and theirs is not None and mine != mine and theirs != theirs)
        return same and (self.name, self.dtype, self.scale, self.offset, self.unit) == (
            other.name, other.dtype, other.scale, other.offset, other.unit
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A raster without its cells."""

    piece: Piece
    path: Path
    crs: str
    left: float  # outer edges in units of the CRS
    top: float
    dx: float
    dy: float
    width: int
    height: int
    bands: tuple[Band, ...]
    times: tuple[datetime, ...] = ()  # UTC without a zone; empty where the file has no axis of time
    lattice: Lattice | None = None  # of NetCDF


def look(piece: Piece, path: Path) -> Tile:
    """Read what is known of a part's raster without reading its cells."""
    return _look_tiff(piece, path) if _tiff(piece) else _look_netcdf(piece, path)


@contextmanager
def opened(tile: Tile) -> Iterator["Reader"]:
    """The tile, open for reading."""
    if _tiff(tile.piece):
        import rasterio

        with rasterio.open(tile.path) as source:
            yield Reader(tile, source)
    else:
        with _dataset(tile.path) as source:
            yield Reader(tile, source)


class Reader:
    """Reads rows of a tile, north up, as they are stored."""

    def __init__(self, tile: Tile, source: Any) -> None:
        self.tile, self.source = tile, source

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Yield the rows that are read at once: first, and first after."""
        for start in range(0, self.tile.height, ROWS):
            yield start, min(start + ROWS, self.tile.height)

    def read(self, band: int, start: int, stop: int, time: int | None = None) -> Any:
        """Rows *start* to before *stop* of a band, at a place along the time axis where there is one."""
        if _tiff(self.tile.piece):
            from rasterio.windows import Window

            return self.source.read(band + 1, window=Window(0, start, self.tile.width, stop - start))
        lattice = self.tile.lattice
        assert lattice is not None
        array = self.source[self.tile.bands[band].name]
        rows = slice(lattice.height - stop, lattice.height - start) if lattice.flipped else slice(start, stop)
        others = {dim: 0 for dim in array.dims if dim not in (lattice.y, lattice.x, "time")}
        moment = {"time": time or 0} if "time" in array.dims else {}
        cells = array.isel({lattice.y: rows, **others, **moment}).transpose(lattice.y, lattice.x).values
        return cells[::-1] if lattice.flipped else cells


def _tiff(piece: Piece) -> bool:
    return piece.output.media_type.startswith("image/tiff")


def _look_tiff(piece: Piece, path: Path) -> Tile:
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with rasterio.open(path) as source:
            grid = source.transform
            if source.crs is None or grid.b or grid.d or grid.e >= 0:
                raise piece.fails("it states no CRS, or is not north up; write it with both.")
            tags = [source.tags(number) for number in source.indexes]
            bands = tuple(
                Band(
                    name=source.descriptions[place] or f"B{place + 1}",
                    dtype=source.dtypes[place],
                    nodata=source.nodatavals[place],
                    scale=source.scales[place],
                    offset=source.offsets[place],
                    unit=source.units[place] or "",
                    title=tags[place].get("long_name", ""),
                )
                for place in range(source.count)
            )
            return Tile(
                piece=piece, path=path, crs=_code(source.crs), left=grid.c, top=grid.f, dx=grid.a, dy=-grid.e,
                width=source.width, height=source.height, bands=bands,
            )  # fmt: skip
    except RasterioError as error:
        raise piece.fails(f"it cannot be read as a GeoTIFF ({error}).") from None


def _dataset(path: Path) -> Any:
    import xarray as xr

    return xr.open_dataset(path, engine="h5netcdf", mask_and_scale=False, decode_timedelta=False)


def _look_netcdf(piece: Piece, path: Path) -> Tile:
    try:
        source = _dataset(path)
    except (OSError, ValueError) as error:
        raise piece.fails(f"it cannot be read as a raster ({str(error).splitlines()[0]}).") from None
    with source:
        bounds = {each.attrs.get("bounds") for each in source.coords.values()}
        arrays = [each for each in source.data_vars.values() if each.ndim >= 2 and each.name not in bounds]
        if not arrays:
            raise piece.fails("it has no variable with two axes.")
        try:
            lattice = lattice_of(arrays[0], _wkt(source, arrays[0]), "it")
        except BadSpecification as error:
            raise piece.fails(str(error)) from None
        for array in arrays:
            left = {str(dim): size for dim, size in array.sizes.items() if dim not in (lattice.y, lattice.x, "time")}
            if any(size > 1 for size in left.values()):
                raise piece.fails(f"{array.name} also has the dimension {', '.join(left)}; leave one place in it.")
        times = source["time"].values.astype("datetime64[s]").tolist() if "time" in arrays[0].dims else []
        return Tile(
            piece=piece, path=path, crs=lattice.crs if lattice.geographic else _code(lattice.crs), left=lattice.left,
            top=lattice.top, dx=lattice.dx, dy=lattice.dy, width=lattice.width, height=lattice.height,
            bands=tuple(_band(array) for array in arrays), times=tuple(times), lattice=lattice,
        )  # fmt: skip


def _wkt(source: Any, array: Any) -> str:
    named = array.encoding.get("grid_mapping") or array.attrs.get("grid_mapping") or "spatial_ref"
    attributes = source[named].attrs if named in source.variables else {}
    return str(attributes.get("crs_wkt") or attributes.get("spatial_ref") or "")


def _band(array: Any) -> Band:
    notes = array.attrs
    nodata = notes.get("_FillValue", notes.get("missing_value"))
    missing = float("nan") if nodata is None and array.dtype.kind == "f" else nodata
    return Band(
        name=str(array.name),
        dtype=str(array.dtype),
        nodata=None if missing is None else float(missing),
        scale=float(notes.get("scale_factor", 1.0)),
        offset=float(notes.get("add_offset", 0.0)),
        unit=str(notes.get("units", "")),
        title=str(notes.get("long_name", "")),
        standard_name=str(notes.get("standard_name", "")),
    )


def _code(crs: Any) -> str:
    from rasterio.crs import CRS

    known = CRS.from_user_input(crs)
    code = known.to_epsg()
    return f"EPSG:{code}" if code else str(known.to_wkt())


def common(tiles: Sequence[Tile]) -> "Mosaic":
    """The grid on which all tiles lie; CannotMerge names the first part that does not, and what differs."""
    first = tiles[0]
    for tile in tiles[1:]:
        _require_same(tile, first)
    left, top = min(tile.left for tile in tiles), max(tile.top for tile in tiles)
    right = max(tile.left + tile.width * tile.dx for tile in tiles)
    bottom = min(tile.top - tile.height * tile.dy for tile in tiles)
    return Mosaic(
        crs=first.crs, left=left, top=top, dx=first.dx, dy=first.dy, bands=first.bands,
        width=round((right - left) / first.dx), height=round((top - bottom) / first.dy),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Mosaic:
    """The grid of all tiles together."""

    crs: str
    left: float
    top: float
    dx: float
    dy: float
    width: int
    height: int
    bands: tuple[Band, ...]

    def place(self, tile: Tile) -> tuple[int, int]:
        """The row and the column at which a tile begins."""
        return round((self.top - tile.top) / self.dy), round((tile.left - self.left) / self.dx)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top."""
        return self.left, self.top - self.height * self.dy, self.left + self.width * self.dx, self.top


def _require_same(tile: Tile, first: Tile) -> None:
    there = f"in the first part ({first.piece.name})"
    if tile.crs != first.crs:
        raise tile.piece.fails(f"its CRS is {tile.crs[:60]}, {there} {first.crs[:60]}; publish all parts in one.")
    cells = max(tile.width, tile.height, first.width, first.height)
    if abs(tile.dx - first.dx) * cells > 0.1 * first.dx or abs(tile.dy - first.dy) * cells > 0.1 * first.dy:
        raise tile.piece.fails(
            f"its cells are {tile.dx:g} by {tile.dy:g}, {there} {first.dx:g} by {first.dy:g}; publish all in one resolution."
        )
    across, down = (tile.left - first.left) / first.dx, (tile.top - first.top) / first.dy
    if abs(across - round(across)) > 0.05 or abs(down - round(down)) > 0.05:
        raise tile.piece.fails(f"its cells lie between those {there}; align all parts to multiples of the resolution.")
    if len(tile.bands) != len(first.bands):
        raise tile.piece.fails(f"it has {len(tile.bands)} bands, {there} there are {len(first.bands)}.")
    for mine, theirs in zip(tile.bands, first.bands, strict=True):
        if not mine.like(theirs):
            raise tile.piece.fails(f"its band {mine.name} is {_said(mine)}; {there} {theirs.name} is {_said(theirs)}.")


def _said(band: Band) -> str:
    return (
        f"{band.dtype}, no data {band.nodata}, scale {band.scale:g}, offset {band.offset:g}, unit {band.unit or 'none'}"
    )
