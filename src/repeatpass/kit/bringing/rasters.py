"""GeoTIFFs: read to the last block, placed, summed up, and written as cloud-optimised ones by GDAL where they are not."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from repeatpass.kit.bringing.overviews import overviews_fit
from repeatpass.kit.bringing.places import crs_text, placed, require_crs
from repeatpass.kit.bringing.reasons import reason
from repeatpass.kit.bringing.records import Most, Piece, Refused, Source
from repeatpass.kit.bringing.summing import Summing
from repeatpass.kit.opening import COG

Tell = Callable[[str, int, int], None]
DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_]?(0[1-9]|1[0-2])[-_]?(0[1-9]|[12]\d|3[01])(?!\d)")
BLOCK = 512


def check_raster(source: Source, target: Path, id: str, most: Most, tell: Tell) -> Piece:
    """Check a GeoTIFF and write it to *target*; Refused for whatever is wrong with it."""
    import rasterio
    from rasterio.errors import RasterioError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(source.path, driver="GTiff") as dataset:
                crs, bounds, box = _place(dataset, source.name, most)
                bands = _read_through(dataset, source.name, tell)
                remarks = _remarks(dataset, bands)
                fields = _fields(dataset, crs, bands)
                start = _time(dataset, source.name)
                ready = dataset.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == "COG"
            if ready and not overviews_fit(source.path, bands):
                ready, remarks = False, [*remarks, "Its overviews did not fit its cells; they are made anew."]
    except RasterioError as error:
        raise _damaged(source.name, error) from None
    _write(source.path, target, ready, fields)
    return Piece(
        name=source.name, id=id, kind="raster", format="GeoTIFF", path=target.name, media_type=COG,
        converted=not ready, crs=crs_text(crs), bounds=bounds, bbox=box, start=start, end=start, fields=fields,
        remarks=tuple(remarks),
    )  # fmt: skip


def _damaged(name: str, error: Exception) -> Refused:
    return Refused(
        "truncated",
        f"“{name}” cannot be read to its end: {reason(error)}.",
        "It was probably cut off while it was copied; send it again, or write it anew with gdal_translate.",
    )


def _place(dataset: Any, name: str, most: Most) -> tuple[Any, Any, Any]:
    size = dataset.width * dataset.height * sum(_width(each) for each in dataset.dtypes)
    if size > most.bytes:
        raise Refused(
            "too-large",
            f"“{name}” has {dataset.height:,} × {dataset.width:,} cells in {dataset.count} bands: {size / 1e9:,.1f} GB.",
            f"At most {most.bytes / 1e9:,.0f} GB are taken; bring it in tiles.",
        )
    crs = require_crs(dataset.crs and dataset.crs.to_wkt(), name)
    if dataset.transform.is_identity or dataset.transform.is_degenerate:
        points = "ground control points only" if dataset.gcps[0] else "no place for its cells"
        raise Refused(
            "not-georeferenced", f"“{name}” has a CRS, but {points}.", "Warp it to a grid with gdalwarp, then bring it."
        )
    bounds = tuple(map(float, dataset.bounds))
    west, south, east, north = bounds
    bounds = (min(west, east), min(south, north), max(west, east), max(south, north))
    return crs, bounds, placed(bounds, crs, name)


def _width(dtype: str) -> int:
    import numpy as np

    return 4 if dtype == "complex_int16" else np.dtype(dtype).itemsize


def _read_through(dataset: Any, name: str, tell: Tell) -> list[Summing]:
    """Read every block once: what is cut off or damaged shows only so."""
    found = [Summing() for _ in dataset.indexes]
    if any("complex" in dtype for dtype in dataset.dtypes):
        raise Refused("complex-numbers", f"“{name}” holds complex numbers.", "Bring amplitude and phase as two bands.")
    windows = [window for _, window in dataset.block_windows(1)]
    for number, window in enumerate(windows):
        values = dataset.read(window=window, masked=True)
        for band, summing in enumerate(found):
            summing.add(values[band])
        if number % max(1, len(windows) // 20) == 0 or number == len(windows) - 1:
            tell(f"reading {name}", number + 1, len(windows))
    return found


def _remarks(dataset: Any, bands: list[Summing]) -> list[str]:
    empty = [str(number) for number, each in enumerate(bands, 1) if not each.valid]
    if len(empty) == len(bands):
        return ["Every cell is without data."]
    said = [f"Band {', '.join(empty)} has no data anywhere."] if empty else []
    if all(value is None for value in dataset.nodatavals):
        said.append("No value for cells without data is stated; all count as data.")
    return said


def _fields(dataset: Any, crs: Any, bands: list[Summing]) -> dict[str, Any]:
    return {
        "proj:code": crs_text(crs) if ":" in crs_text(crs)[:12] else None,
        "proj:shape": [dataset.height, dataset.width],
        "proj:transform": [float(each) for each in tuple(dataset.transform)[:6]],
        "bands": [_band(dataset, number, summing) for number, summing in enumerate(bands, 1)],
    }


def _band(dataset: Any, number: int, summing: Summing) -> dict[str, Any]:
    at, nodata = number - 1, dataset.nodatavals[number - 1]
    title = dataset.descriptions[at] or ""
    known: dict[str, Any] = {
        "name": re.sub(r"[^A-Za-z0-9_]+", "_", title).strip("_") or f"band_{number}",
        "description": title,
        "data_type": str(dataset.dtypes[at]),
        "unit": dataset.units[at] or "",
        "statistics": summing.statistics(),
    }
    if nodata is not None:
        known["nodata"] = nodata if nodata == nodata else "nan"
    if (dataset.scales[at], dataset.offsets[at]) != (1.0, 0.0):
        known |= {"raster:scale": dataset.scales[at], "raster:offset": dataset.offsets[at]}
    return {key: value for key, value in known.items() if value != ""}


def _time(dataset: Any, name: str) -> str:
    """The day that the file's own tag or else its name says; empty where neither does."""
    for text in (str(dataset.tags().get("TIFFTAG_DATETIME", "")).replace(":", "-", 2), name):
        if found := DATE.search(text):
            return "-".join(found.groups()) + "T00:00:00Z"
    return ""


def _write(path: Path, target: Path, ready: bool, fields: dict[str, Any]) -> None:
    """Copy a cloud-optimised GeoTIFF as it is; write any other with overviews and compression that loses nothing."""
    import shutil

    if ready:
        shutil.copyfile(path, target)
        return
    import rasterio.shutil

    whole = all(each["data_type"].startswith(("int", "uint")) for each in fields["bands"])
    many = len(fields["bands"]) in (3, 4) and all(each["data_type"] == "uint8" for each in fields["bands"])
    rasterio.shutil.copy(
        path, target, driver="COG", COMPRESS="DEFLATE", PREDICTOR="YES", BLOCKSIZE=BLOCK, BIGTIFF="IF_SAFER",
        OVERVIEWS="IGNORE_EXISTING",
        OVERVIEW_RESAMPLING="NEAREST" if whole and not many else "AVERAGE", NUM_THREADS="ALL_CPUS",
    )  # fmt: skip
