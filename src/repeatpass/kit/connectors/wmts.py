"""Layers of a WMTS as pictures: its capabilities are read with OWSLib, its tiles put together in their own grid."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from repeatpass.kit.connectors.pictures import check_bbox, check_size, require_readers, said
from repeatpass.kit.connectors.places import Place, clean, http_place
from repeatpass.kit.connectors.requesting import exchange
from repeatpass.kit.connectors.tiles import Matrix, braces, chosen, mosaic, projected
from repeatpass.kit.errors import RemoteTrouble, UnknownData, UnreadableData

CELL = 0.28e-3  # metres that a scale denominator takes a cell of a screen for (OGC 07-057r7 §6.1)
DEGREE = math.pi * 6378137 / 180  # metres
FORMATS = ("image/png", "image/jpeg", "image/webp", "image/png8", "image/gif")
LIMIT = 100  # tiles


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is asked of a service, in its own names."""

    layer: str
    style: str
    format: str
    matrix_set: str
    dimensions: Mapping[str, str]


def open_wmts(
    address: str,
    *,
    layer: str,
    bbox: Sequence[float],
    zoom: int | str | None = None,
    size: tuple[int, int] = (1024, 1024),
    crs: str = "EPSG:4326",
    matrix_set: str = "",
    style: str = "",
    format: str = "",
    limit: int = LIMIT,
    secret: str = "",
    **dimensions: str,
) -> Any:
    """Return a layer of a WMTS (1.0.0) as a picture: colours as it is drawn, not the values behind them.

    Args:
        address: ``wmts+https://host/wmts``, or the address of the document of capabilities.
        layer, matrix_set, style, format: as the service lists them; all but the layer have a default.
        bbox: west, south, east, north in units of *crs*.
        zoom: name of a tile matrix; without it the coarsest one in which the box has at least *size* cells.
        size: columns and rows that are wished for; what comes is cut from the tiles and never resampled.
        crs: of *bbox*.
        limit: tiles at most.
        secret: name of the secret that holds a token.
        **dimensions: of the layer (``time="2024-06-01"``).

    Returns: xarray.DataArray (band, y, x) of red, green, blue, alpha in the CRS of the matrix set; where there is no
        tile alpha is 0.

    Raises: UnknownData for what the service does not list, naming what it does; as `tiles.mosaic`.
    """
    require_readers()
    check_bbox(bbox)
    check_size(size)
    base = address.removeprefix("wmts+")
    service = _capabilities(base, secret)
    wanted = _wanted(service, layer, matrix_set, style, format, dimensions)
    matrices = _matrices(service.tilematrixsets[wanted.matrix_set])
    box = projected(bbox, crs, matrices[0].crs)
    matrix = chosen(matrices, box, zoom, size)
    template = _template(service, base, wanted)
    whence = http_place(_filled(template, wanted, {"TileMatrix": matrix.id}))

    def tile(column: int, row: int) -> Place:
        at = {"TileMatrix": matrix.id, "TileCol": str(column), "TileRow": str(row)}
        url = _filled(template, wanted, at)
        # Tiles at another host than the service's are not shown our token.
        return http_place(url, secret=secret if urlsplit(url).netloc == urlsplit(base).netloc else "")

    return mosaic(matrix, box, tile, replace(whence, address=braces(whence.address)), limit)


def _capabilities(base: str, secret: str) -> Any:
    try:
        from owslib.wmts import WebMapTileService
    except ModuleNotFoundError as error:
        raise UnreadableData(
            f"Opening WMTS needs the package {error.name!r}: pip install 'repeatpass[wmts]'.", package=error.name
        ) from None
    place = http_place(_asked(base), secret=secret)
    document = exchange(place, lambda answer: bytes(answer.read()))
    try:
        return WebMapTileService(clean(base), xml=document)
    except Exception as error:  # whatever OWSLib trips over: the document is no such one
        words = said(document.decode("utf-8", "replace"))
        raise RemoteTrouble(
            f"{place.address} gave no capabilities of a WMTS ({error}): {words}", address=place.address
        ) from None


def _asked(base: str) -> str:
    parts = urlsplit(base)
    given = {name.upper() for name, _ in parse_qsl(parts.query)}
    if parts.path.lower().endswith(".xml") or "REQUEST" in given:
        return base
    more = {"SERVICE": "WMTS", "REQUEST": "GetCapabilities", "VERSION": "1.0.0"}
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.upper() not in more]
    return parts._replace(query=urlencode([*kept, *more.items()])).geturl()


def _wanted(
    service: Any, layer: str, matrix_set: str, style: str, format: str, dimensions: Mapping[str, str]
) -> Wanted:
    listed = service.contents.get(layer) or _one_of("layer", layer, service.contents)
    sets = [each for each in listed.tilematrixsetlinks if each in service.tilematrixsets]
    defaults = [each for each, about in listed.styles.items() if about["isDefault"]] + list(listed.styles) + ["default"]
    known = {name.lower(): about for name, about in listed.dimensions.items()}
    for name in dimensions:
        if name.lower() not in known:
            _one_of("dimension", name, known)
    return Wanted(
        layer=layer,
        style=_pick("style", style, listed.styles) or defaults[0],
        format=_pick("format", format, listed.formats) or next(
            (each for each in FORMATS if each in listed.formats), listed.formats[0] if listed.formats else "image/png"
        ),
        matrix_set=_pick("matrix_set", matrix_set, sets) or (sets[0] if sets else _one_of("matrix_set", "", sets)),
        dimensions={name: dimensions.get(name.lower(), dimensions.get(name, str(about["default"] or about["values"][-1])))
                    for name, about in listed.dimensions.items()},
    )  # fmt: skip


def _pick(field: str, value: str, known: Any) -> str:
    return value if not value or value in known else _one_of(field, value, known)


def _one_of(field: str, value: str, known: Any) -> Any:
    some = ", ".join(sorted(map(str, known))[:20]) or "none"
    raise UnknownData(f"{field} is {value!r}; the service lists: {some}.", field=field)


def _matrices(found: Any) -> list[Matrix]:
    from owslib.crs import Crs

    crs = Crs(found.crs)
    name, turned = crs.getcode().replace("EPSG:900913", "EPSG:3857"), crs.axisorder == "yx"
    return [_matrix(each, name, turned) for each in found.tilematrix.values()]


def _matrix(found: Any, crs: str, turned: bool) -> Matrix:
    from rasterio.crs import CRS

    known = CRS.from_user_input(crs)
    left, top = reversed(found.topleftcorner) if turned else found.topleftcorner
    if known.is_geographic and abs(top) > 90:  # services that write longitude first, whatever their CRS says
        left, top = top, left
    unit = DEGREE if known.is_geographic else known.linear_units_factor[1]
    cell = found.scaledenominator * CELL / unit
    return Matrix(
        id=found.identifier, crs=crs, left=left, top=top, across=cell, down=cell,
        tile=(found.tilewidth, found.tileheight), tiles=(found.matrixwidth, found.matrixheight),
    )  # fmt: skip


def _template(service: Any, base: str, wanted: Wanted) -> str:
    """Return the address of tiles with {TileMatrix}, {TileCol} and {TileRow} in it."""
    for resource in service.contents[wanted.layer].resourceURLs:
        if resource["resourceType"] == "tile" and resource["format"] == wanted.format:
            return str(resource["template"])
    parts = urlsplit(_get_tile(service) or base)
    fixed = {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": wanted.layer, "STYLE": wanted.style,
        "FORMAT": wanted.format, "TILEMATRIXSET": wanted.matrix_set,
        **{name.upper(): value for name, value in wanted.dimensions.items()},
    }  # fmt: skip
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name.upper() not in fixed]
    query = urlencode([*kept, *fixed.items()])
    return parts._replace(query=f"{query}&TILEMATRIX={{TileMatrix}}&TILECOL={{TileCol}}&TILEROW={{TileRow}}").geturl()


def _get_tile(service: Any) -> str:
    found = [each for each in service.operations if each.name == "GetTile"]
    urls = [method["url"] for each in found for method in each.methods if method["type"].lower() == "get"]
    return str(urls[0]).rstrip("?&") if urls else ""


def _filled(template: str, wanted: Wanted, at: Mapping[str, str]) -> str:
    values = {"Style": wanted.style, "TileMatrixSet": wanted.matrix_set, "layer": wanted.layer, "Layer": wanted.layer}
    for name, value in {**values, **wanted.dimensions, **at}.items():
        for spelt in {name, name.lower(), name[:1].upper() + name[1:]}:
            template = template.replace(f"{{{spelt}}}", quote(value, safe=":"))
    return template
