"""What a GeoTIFF says of itself, read by GDAL."""

from typing import Any

from repeatpass.core.times import iso, parse_time
from repeatpass.data.metadata.places import crs_text, degrees
from repeatpass.data.metadata.records import Band, Bounds, FileFacts
from repeatpass.data.metadata.sources import Source

TIFF = "image/tiff; application=geotiff"
COG = f"{TIFF}; profile=cloud-optimized"
SMALL = 512  # cells a side: what one tile holds needs no overview
COLOURS = {"red": "red", "green": "green", "blue": "blue"}
TIME_TAGS = ("ACQUISITIONDATETIME", "TIFFTAG_DATETIME", "datetime", "time")
STATED = {"title": "TIFFTAG_DOCUMENTNAME", "description": "TIFFTAG_IMAGEDESCRIPTION", "license": "TIFFTAG_COPYRIGHT"}


def read_raster(source: Source) -> FileFacts:
    """Return the facts of a GeoTIFF; raise UnreadableFile where GDAL cannot open it."""
    import rasterio

    try:
        with source.opened() as file, rasterio.open(file) as dataset:
            return _facts(source, dataset)
    except rasterio.errors.RasterioError as error:
        raise source.unreadable("as GeoTIFF", error) from None


def _facts(source: Source, dataset: Any) -> FileFacts:
    crs, placed = crs_text(dataset.crs), not dataset.transform.is_identity
    bounds: Bounds | None = tuple(dataset.bounds) if placed else None
    cloud = is_cloud_optimised(dataset)
    moment = _time(dataset.tags())
    return FileFacts(
        name=source.name, kind="raster", format="cloud-optimised GeoTIFF" if cloud else "GeoTIFF",
        media_type=COG if cloud else TIFF, size=source.size, crs=crs, bounds=bounds,
        bbox=degrees(bounds, crs) if bounds and crs else None,
        times=(moment,) if moment else (), start=moment, end=moment,
        shape=dataset.shape, transform=tuple(dataset.transform)[:6],
        bands=tuple(_band(dataset, number) for number in dataset.indexes), cloud_optimised=cloud,
        stated={name: dataset.tags()[tag] for name, tag in STATED.items() if dataset.tags().get(tag)},
        remarks=tuple(_remarks(dataset, crs, placed)),
    )  # fmt: skip


def is_cloud_optimised(dataset: Any) -> bool:
    """Say whether a window of an open raster can be read alone, at every scale: tiled, with overviews if it is large."""
    small = max(dataset.shape) <= SMALL
    tiled = bool(dataset.profile.get("tiled")) or small
    return tiled and (small or all(dataset.overviews(number) for number in dataset.indexes))


def _band(dataset: Any, number: int) -> Band:
    at = number - 1
    colour = dataset.colorinterp[at].name
    title = dataset.descriptions[at] or ""
    return Band(
        name=_name(title) or f"b{number}", title=title, data_type=dataset.dtypes[at], unit=dataset.units[at] or "",
        nodata=dataset.nodatavals[at], scale=dataset.scales[at], offset=dataset.offsets[at],
        common_name=COLOURS.get(colour, ""),
    )  # fmt: skip


def _name(title: str) -> str:
    return title if title and title.isidentifier() else ""


def _time(tags: dict[str, str]) -> str:
    for name in TIME_TAGS:
        text = tags.get(name, "").strip()
        if len(text) == 19 and text[4] == text[7] == ":":  # as TIFF writes it: 2026:05:03 12:00:00
            text = text[:10].replace(":", "-") + text[10:]
        try:
            return iso(parse_time(text))
        except Exception:
            continue
    return ""


def _remarks(dataset: Any, crs: str, placed: bool) -> list[str]:
    said = []
    if not crs:
        said.append("It states no coordinate reference system.")
    if not placed:
        said.append("It does not say where its cells lie: there is no geotransform.")
    if placed and crs and degrees(tuple(dataset.bounds), crs) is None:
        said.append(f"Its bounds {tuple(dataset.bounds)} do not lie in {crs[:40]}.")
    if not is_cloud_optimised(dataset):
        said.append("It is not cloud-optimised: a part of it cannot be read without much of the rest.")
    return said
