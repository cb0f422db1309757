"""Bands, variables and columns, wherever a STAC document states them.

STAC 1.1 ``bands`` and common metadata, the older ``eo:bands`` and ``raster:bands``, Datacube 2 ``cube:variables`` and
Table 1 ``table:columns``; at the collection, in ``item_assets``, in ``summaries``, or of one item that stands for all.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from repeatpass.catalog.registry.plain import records_in, texts
from repeatpass.catalog.registry.records import Variable

MOST = 500


def variables_of(body: Mapping[str, Any], item: Mapping[str, Any] | None = None) -> tuple[Variable, ...]:
    """Return what the data hold, each name once; *item* is asked where the collection says nothing."""
    found = _once(_stated(body))
    return found or _once(_stated(item or {}))


def _stated(body: Mapping[str, Any]) -> Iterator[Variable]:
    properties = body.get("properties")
    for part in (body, properties, body.get("summaries")):
        yield from _in_part(part)
    for name in ("item_assets", "assets"):
        assets = body.get(name)
        for key, asset in assets.items() if isinstance(assets, Mapping) else ():
            if isinstance(asset, Mapping) and "data" in (texts(asset.get("roles")) or ("data",)):
                yield from _in_part(asset, str(key))


def _in_part(part: Any, key: str = "") -> Iterator[Variable]:
    if not isinstance(part, Mapping):
        return
    variables = part.get("cube:variables")
    for name, each in variables.items() if isinstance(variables, Mapping) else ():
        yield _of_cube(str(name), each if isinstance(each, Mapping) else {})
    for column in records_in(part.get("table:columns")):
        yield Variable(
            name=str(column.get("name", "")), title=str(column.get("description", "")), kind=str(column.get("type", "")),
            unit=str(column.get("unit", "")),
        )  # fmt: skip
    yield from _bands(part, key)


def _bands(part: Mapping[str, Any], key: str) -> Iterator[Variable]:
    bands = records_in(part.get("bands"))
    eo, raster = records_in(part.get("eo:bands")), records_in(part.get("raster:bands"))
    number = max(len(bands), len(eo), len(raster))
    for at in range(number):
        merged: dict[str, Any] = {}
        for source in (raster, eo, bands):
            merged |= source[at] if at < len(source) else {}
        inherited = {name: part[name] for name in ("data_type", "unit", "nodata", "raster:scale") if name in part}
        fallback = key if number == 1 else f"{at + 1}"
        yield _band(inherited | merged, fallback)


def _band(band: Mapping[str, Any], fallback: str) -> Variable:
    wave = band.get("eo:center_wavelength", band.get("center_wavelength"))
    scale, offset = band.get("raster:scale", band.get("scale")), band.get("raster:offset", band.get("offset"))
    notes = [
        f"{1000 * wave:g} nm" if isinstance(wave, int | float) else "",
        str(band.get("eo:common_name") or band.get("common_name") or ""),
        f"scale {scale:g}" if isinstance(scale, int | float) and scale != 1 else "",
        f"offset {offset:g}" if isinstance(offset, int | float) and offset else "",
        f"no data {band['nodata']}" if band.get("nodata") is not None else "",
    ]
    return Variable(
        name=str(band.get("name") or fallback), title=str(band.get("description") or band.get("title") or ""),
        unit=str(band.get("unit") or ""), kind=str(band.get("data_type") or ""), note=", ".join(filter(None, notes)),
    )  # fmt: skip


def _of_cube(name: str, each: Mapping[str, Any]) -> Variable:
    dimensions = " × ".join(str(size) for size in texts(each.get("dimensions")))
    title = each.get("description") or each.get("title") or each.get("long_name") or ""
    return Variable(name=name, title=str(title), unit=str(each.get("unit") or ""),
                    kind=str(each.get("data_type") or ""), note=dimensions)  # fmt: skip


def _once(found: Iterator[Variable]) -> tuple[Variable, ...]:
    known: dict[str, Variable] = {}
    for each in found:
        if each.name and len(known) < MOST:
            known.setdefault(each.name, each)
    return tuple(known.values())
