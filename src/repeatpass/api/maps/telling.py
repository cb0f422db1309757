"""The values at a point, in the forms that GetFeatureInfo offers."""

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from repeatpass.data.records import Layer, Value, Values

JSON, GEOJSON, TEXT, HTML = "application/json", "application/geo+json", "text/plain", "text/html"
FORMATS = (TEXT, JSON, GEOJSON, HTML)
Found = Sequence[tuple[Layer, Values]]


def told(found: Found, media_type: str) -> bytes:
    """Write the values of layers at a point as *media_type*, one of `FORMATS`."""
    if media_type == TEXT:
        return "\n".join(_as_text(*each) for each in found).encode()
    if media_type == HTML:
        return _page(found).encode()
    return json.dumps(_features(found), ensure_ascii=False).encode()


def _as_text(layer: Layer, values: Values) -> str:
    head = f"{layer.title} ({layer.id})" + (f", {values.time}" if values.time else "")
    place = f"longitude {values.lon:.6f}, latitude {values.lat:.6f}"
    return "\n".join([head, place, *(f"{each.name} = {_number(each)}" for each in values.values), ""])


def _number(value: Value) -> str:
    return "no data" if value.value is None else f"{value.value:.7g} {value.unit}".strip()


def _features(found: Found) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [_feature(*each) for each in found]}


def _feature(layer: Layer, values: Values) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": layer.id,
        "geometry": {"type": "Point", "coordinates": [values.lon, values.lat]},
        "properties": {
            "layer": layer.id,
            "title": layer.title,
            **({"time": values.time} if values.time else {}),
            **{each.name: each.value for each in values.values},
            **{f"{each.name} unit": each.unit for each in values.values if each.unit},
        },
    }


def _page(found: Found) -> str:
    parts = [
        f"<h2>{escape(layer.title)}</h2><table>"
        + (f"<tr><th>time</th><td>{escape(values.time)}</td></tr>" if values.time else "")
        + "".join(f"<tr><th>{escape(each.name)}</th><td>{escape(_number(each))}</td></tr>" for each in values.values)
        + "</table>"
        for layer, values in found
    ]
    head = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Values</title></head>'
    return f"{head}<body>{''.join(parts)}</body></html>"
