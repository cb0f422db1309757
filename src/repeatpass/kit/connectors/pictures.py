"""Maps of a WMS as pictures: one GetMap request, with its corners and its CRS."""

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from repeatpass.kit.connectors.places import http_place
from repeatpass.kit.connectors.recording import record
from repeatpass.kit.connectors.requesting import SAID
from repeatpass.kit.connectors.whole import fetch_whole
from repeatpass.kit.errors import RemoteTrouble, UnknownData, UnreadableData

MOST = 8192  # cells along one side
PICTURES = ("image/png", "image/jpeg", "image/tiff", "image/geotiff")


def open_wms(
    address: str,
    *,
    layers: str | Sequence[str],
    bbox: Sequence[float],
    size: tuple[int, int] = (1024, 1024),
    crs: str = "EPSG:4326",
    styles: str = "",
    time: str = "",
    format: str = "image/png",
    secret: str = "",
    **members: str,
) -> Any:
    """Return a picture of a WMS: colours as it draws them, not the values behind them.

    Args:
        address: ``wms+https://host/wms``; what its query holds is kept.
        layers: names of layers.
        bbox: west, south, east, north in units of *crs* (degrees for EPSG:4326).
        size: columns and rows.
        crs: as the service lists it.
        styles, time, format: of the request.
        secret: name of the secret that holds a token.
        **members: further members of the request (``transparent="TRUE"``, …).

    Returns: xarray.DataArray (band, y, x) of 8 bits with its CRS.

    Raises: as `exchange`; RemoteTrouble with the service's own words where it answers with a report of an exception.
    """
    named = layers if isinstance(layers, str) else ",".join(layers)
    require_readers()
    _check(named, bbox, size, format)
    parts = urlsplit(address.removeprefix("wms+"))
    asked = {
        # Version 1.1.1: the order of its axes is x, y whatever the CRS.
        "SERVICE": "WMS", "VERSION": "1.1.1", "REQUEST": "GetMap", "LAYERS": named, "STYLES": styles, "SRS": crs,
        "BBOX": ",".join(f"{each:.12g}" for each in bbox), "WIDTH": str(size[0]), "HEIGHT": str(size[1]),
        "FORMAT": format, **({"TIME": time} if time else {}), **members,
    }  # fmt: skip
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.upper() not in asked]
    place = http_place(parts._replace(query=urlencode([*kept, *asked.items()])).geturl(), secret=secret)
    found = fetch_whole(place)
    if found.media_type not in PICTURES:
        words = said(found.path.read_text("utf-8", "replace"))
        raise RemoteTrouble(f"{place.host} drew no map of {named!r}: {words}", address=place.address)
    record(place, checksum=found.checksum, size=found.size, media_type=found.media_type, version=found.version)
    return _placed(found.path, place.address, bbox, size, crs)


def _check(layers: str, bbox: Sequence[float], size: tuple[int, int], format: str) -> None:
    if not layers:
        raise UnknownData("layers is empty; name one or more layers of the service.")
    check_bbox(bbox)
    check_size(size)
    if format not in PICTURES:
        raise UnknownData(f"format is {format!r}; one of {', '.join(PICTURES)} can be read.")


def check_bbox(bbox: Sequence[float]) -> None:
    """Raise UnknownData for what is no west, south, east, north."""
    try:
        west, south, east, north = (float(each) for each in bbox)
    except (TypeError, ValueError):
        west = south = east = north = math.nan
    if not (-math.inf < west < east < math.inf and -math.inf < south < north < math.inf):
        raise UnknownData(f"bbox is {bbox!r}; write west, south, east, north.", field="bbox")


def check_size(size: tuple[int, int], most: int = MOST) -> None:
    """Raise UnknownData for what is no count of columns and of rows."""
    given = list(size) if isinstance(size, (tuple, list)) else []
    if len(given) != 2 or not all(isinstance(each, int) and 0 < each <= most for each in given):
        raise UnknownData(f"size is {size}; write columns and rows of 1 to {most}.", field="size")


def said(document: str) -> str:
    """Return the words of a service's report of an exception, or of whatever came instead of a picture."""
    return " ".join(_text(document).split())[:SAID]


def _text(document: str) -> str:
    from xml.etree import ElementTree

    try:
        return "".join(ElementTree.fromstring(document).itertext())
    except ElementTree.ParseError:
        return document


def cells_of(picture: Any, address: str) -> Any:
    """Return what a picture (a path or an open file) holds as an array (band, row, column)."""
    import warnings

    import rasterio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        try:
            with rasterio.open(picture) as file:
                return file.read()
        except rasterio.errors.RasterioError as error:
            raise RemoteTrouble(f"What {address} gave is no picture: {error}", address=address) from error


def on_the_map(content: Any, bbox: Sequence[float], crs: str) -> Any:
    """Return an array (band, row, column) as xarray.DataArray (band, y, x) that fills *bbox*, with its CRS."""
    import rioxarray  # noqa: F401
    import xarray

    bands, rows, columns = content.shape
    across, down = (bbox[2] - bbox[0]) / columns, (bbox[3] - bbox[1]) / rows
    coords = {
        "band": range(1, bands + 1),
        "y": [bbox[3] - down * (row + 0.5) for row in range(rows)],
        "x": [bbox[0] + across * (column + 0.5) for column in range(columns)],
    }
    return xarray.DataArray(content, dims=("band", "y", "x"), coords=coords, name="map").rio.write_crs(crs)


def require_readers() -> None:
    """Raise UnreadableData unless pictures can be read here."""
    try:
        import PIL  # noqa: F401
        import rasterio  # noqa: F401
        import rioxarray  # noqa: F401
        import xarray  # noqa: F401
    except ModuleNotFoundError as error:
        raise UnreadableData(
            f"Reading a picture needs the package {error.name!r}: pip install 'repeatpass[http]'.", package=error.name
        ) from None


def _placed(path: Any, address: str, bbox: Sequence[float], size: tuple[int, int], crs: str) -> Any:
    content = cells_of(path, address)
    if content.shape[:0:-1] != tuple(size):
        raise RemoteTrouble(f"{address} gave {content.shape[2]} × {content.shape[1]} cells instead of {size}.")
    return on_the_map(content, bbox, crs)
