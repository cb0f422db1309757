"""Requests of the WMS in the query of an address (06-042, 7.2.3, 7.3.3, 7.4.3; 01-068r3, 7.1 to 7.3)."""

import re
from collections.abc import Callable, Mapping

from repeatpass.api.maps import telling
from repeatpass.api.maps.composing import FORMATS, PNG
from repeatpass.api.maps.numbers import box, whole
from repeatpass.api.maps.refusing import Refused, missing, wrong
from repeatpass.api.ows.query import Query
from repeatpass.api.wms.asked import (
    V111,
    V130,
    Asked,
    Frame,
    GetCapabilities,
    GetFeatureInfo,
    GetLegendGraphic,
    GetMap,
    Version,
)
from repeatpass.api.wms.values import background, format_of, pixel_of, system_of

OPERATIONS = ("GetCapabilities", "GetMap", "GetFeatureInfo", "GetLegendGraphic")
LARGEST = 4096  # pixels along a side
MOST_LAYERS = 8  # of one picture


def asked_in(query: Query) -> Asked:
    """Read a request; raise Refused."""
    service = query.get("service")
    if service and service.upper() != "WMS":
        raise wrong("service", service, "WMS")
    request = query.get("request")
    if not request:
        raise missing("request", ", ".join(OPERATIONS))
    spoken = version_of(query)
    if request.lower() in {"getcapabilities", "capabilities"}:
        return GetCapabilities(version=spoken, update_sequence=query.get("updateSequence"))
    _check_version(query)
    reader = READERS.get(request.lower())
    if reader is None:
        known = ", ".join(OPERATIONS)
        raise Refused("OperationNotSupported", f"There is no operation “{request[:100]}”; there is {known}.", "request")
    return reader(query, spoken)


def version_of(query: Query) -> Version:
    """Say which version to answer in, whatever else is wrong (06-042, 6.2.4): the highest that is not above the asked."""
    named = query.get("version", "wmtver")
    if not named:
        return V111 if query.get("srs") and not query.get("crs") else V130
    numbers = tuple(int(each) for each in re.findall(r"\d{1,9}", named)[:3])
    return V130 if numbers >= (1, 3, 0) else V111


def _check_version(query: Query) -> None:
    named = query.get("version", "wmtver")
    if named and named not in {V130, V111}:
        raise wrong("version", named, f"{V130} or {V111}")


def _map(query: Query, version: Version) -> GetMap:
    # What is asked of a pixel need not name the picture's format.
    drawn = query.get("request").lower() in {"getmap", "map"}
    layers = _layers(query, "layers")
    media_type = format_of(query, "format", tuple(FORMATS), "" if drawn else PNG)
    return GetMap(
        version=version,
        layers=layers,
        styles=_styles(query, len(layers)),
        frame=_frame(query, version),
        media_type=media_type,
        background=background(query, media_type),
        time=query.get("time"),
        words=query.pairs(),
    )


def _layers(query: Query, name: str) -> tuple[str, ...]:
    if query.get("sld", "sld_body"):
        raise Refused("OperationNotSupported", "Styles cannot be sent as SLD; use the styles that are listed.", "sld")
    found = query.words(name)
    if not found:
        raise missing(name, "the name of one layer or of several, with commas between them")
    if len(found) > MOST_LAYERS:
        raise wrong(name, ",".join(found), f"at most {MOST_LAYERS} layers")
    return found


def _styles(query: Query, layers: int) -> tuple[str, ...]:
    text = query.get("styles")
    named = tuple(each.strip() for each in text.split(",")) if text else ("",) * layers
    if len(named) != layers:
        raise wrong("styles", text, f"one style for each of the {layers} layers, or empty", "StyleNotDefined")
    return named


def _frame(query: Query, version: Version) -> Frame:
    found = system_of(query, version)
    bounds = box(query.get("bbox"), "bbox")
    bounds = found.in_x_y(bounds) if version == V130 else bounds
    return Frame(
        system=found,
        bounds=bounds,
        width=whole(query.get("width"), "width", 1, LARGEST),
        height=whole(query.get("height"), "height", 1, LARGEST),
    )


def _info(query: Query, version: Version) -> GetFeatureInfo:
    shown = _map(query, version)
    layers = _layers(query, "query_layers")
    media_type = format_of(query, "info_format", telling.FORMATS, telling.TEXT)
    across, down = ("i", "j") if version == V130 else ("x", "y")
    column, row = (pixel_of(query, *pair) for pair in ((across, shown.frame.width), (down, shown.frame.height)))
    return GetFeatureInfo(shown=shown, layers=layers, media_type=media_type, column=column, row=row)


def _legend(query: Query, version: Version) -> GetLegendGraphic:
    layers = _layers(query, "layer")
    return GetLegendGraphic(
        layer=layers[0],
        name=query.get("style"),
        media_type=format_of(query, "format", (PNG,), PNG),
        words=query.pairs(),
    )


READERS: Mapping[str, Callable[[Query, Version], Asked]] = {
    "getmap": _map,
    "map": _map,  # of WMS 1.0
    "getfeatureinfo": _info,
    "getlegendgraphic": _legend,
}
