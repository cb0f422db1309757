"""What a client of the WMTS wants: by query (07-057r7, 8) or by path (10), as the same records."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from repeatpass.api.maps import telling
from repeatpass.api.maps.composing import FORMATS
from repeatpass.api.maps.numbers import whole
from repeatpass.api.maps.refusing import Refused, missing, wrong
from repeatpass.api.ows.query import Query
from repeatpass.api.wmts.writing import VERSION

OPERATIONS = ("GetCapabilities", "GetTile", "GetFeatureInfo")
SECTIONS = ("ServiceIdentification", "ServiceProvider", "OperationsMetadata", "Contents", "Themes")
MOST = 2**25  # no row, column or zoom is larger
SUFFIXES = {"txt": telling.TEXT, "json": telling.JSON, "geojson": telling.GEOJSON, "html": telling.HTML}
PICTURES = {name: media_type for media_type, name in FORMATS.items()} | {"jpeg": "image/jpeg"}


@dataclass(frozen=True, kw_only=True, slots=True)
class GetCapabilities:
    """Ask what there is."""

    sections: tuple[str, ...] = ()  # empty: all
    update_sequence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetTile:
    """Ask for a tile."""

    layer: str
    style: str
    media_type: str
    tms: str
    zoom: int
    row: int
    column: int
    time: str = ""
    words: Mapping[str, str] = field(default_factory=dict)  # every parameter: some of our own say how to draw


@dataclass(frozen=True, kw_only=True, slots=True)
class GetFeatureInfo:
    """Ask for the values under a pixel of a tile."""

    tile: GetTile
    media_type: str
    i: int  # from the left
    j: int  # from the top


Asked = GetCapabilities | GetTile | GetFeatureInfo


def asked_in(query: Query) -> Asked:
    """Read a request from the query of an address; raise Refused."""
    service = query.get("service")
    if not service:
        raise missing("service", "WMTS")
    if service.upper() != "WMTS":
        raise wrong("service", service, "WMTS")
    operation = next((each for each in OPERATIONS if each.lower() == query.get("request").lower()), "")
    if operation == "GetCapabilities":
        return _capabilities(query)
    if not query.get("request"):
        raise missing("request", ", ".join(OPERATIONS))
    if not operation:
        text = f"There is no operation “{query.get('request')[:100]}”; there is {', '.join(OPERATIONS)}."
        raise Refused("InvalidParameterValue", text, "request")
    _check_version(query.get("version"))
    return _tile(query) if operation == "GetTile" else _info(query)


def _check_version(text: str) -> None:
    if not text:
        raise missing("version", VERSION)
    if text != VERSION:
        raise wrong("version", text, VERSION)


def _capabilities(query: Query) -> GetCapabilities:
    accepted = query.words("AcceptVersions") or query.words("version")
    if accepted and VERSION not in accepted:
        text = f"None of the versions {', '.join(accepted)} is spoken here; {VERSION} is."
        raise Refused("VersionNegotiationFailed", text, "AcceptVersions")
    known = {each.lower(): each for each in (*SECTIONS, "All")}
    sections = tuple(known.get(each.lower(), "") for each in query.words("sections"))
    if "" in sections:
        raise wrong("sections", query.get("sections"), f"among {', '.join(known.values())}")
    return GetCapabilities(sections=() if "All" in sections else sections, update_sequence=query.get("updateSequence"))


def _tile(query: Query) -> GetTile:
    return GetTile(
        layer=_required(query, "layer", "the name of a layer"),
        style=_style(query),
        media_type=_format(query, "format", tuple(FORMATS)),
        tms=_required(query, "TileMatrixSet", "one of the layer's sets, such as WebMercatorQuad"),
        zoom=number(query.get("TileMatrix").rpartition(":")[2], "TileMatrix"),
        row=number(query.get("TileRow"), "TileRow"),
        column=number(query.get("TileCol"), "TileCol"),
        time=query.get("time"),
        words=query.pairs(),
    )


def _info(query: Query) -> GetFeatureInfo:
    media_type = _format(query, "InfoFormat", telling.FORMATS)
    return GetFeatureInfo(tile=_tile(query), media_type=media_type, i=_pixel(query, "I"), j=_pixel(query, "J"))


def _style(query: Query) -> str:
    """Return the style, which may be empty but not left out (07-057r7, table 21)."""
    if "style" not in query:
        raise missing("style", "one of the layer's styles, or empty for the default")
    return query.get("style")


def _pixel(query: Query, name: str) -> int:
    return whole(query.get(name), name, 0, MOST, "PointIJOutOfRange")


def number(text: str, name: str) -> int:
    """Return a number of a tile; raise Refused for what is none."""
    return whole(text, name, 0, MOST)


def _required(query: Query, name: str, right: str) -> str:
    if not (found := query.get(name)):
        raise missing(name, right)
    return found


def _format(query: Query, name: str, known: tuple[str, ...]) -> str:
    text = _required(query, name, f"one of {', '.join(known)}")
    plain = text.partition(";")[0].strip().lower().replace(" ", "+").replace("jpg", "jpeg")
    if plain not in known:
        raise wrong(name, text, f"one of {', '.join(known)}")
    return plain


def of_suffix(suffix: str, known: Mapping[str, str]) -> str:
    """Return the media type of the ending of a path; raise Refused."""
    if suffix.lower() not in known:
        raise wrong("format", suffix, f"one of the endings {', '.join(known)}")
    return known[suffix.lower()]
