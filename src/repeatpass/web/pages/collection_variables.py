"""What the data hold: bands, variables and columns, as the document states them, else as the files do."""

from collections.abc import Mapping, Sequence
from typing import Any

from repeatpass.catalog.registry import Variable, variables_of
from repeatpass.catalog.registry.contents import Contents
from repeatpass.data.records import Layer
from repeatpass.web import words
from repeatpass.web.views import Cell, Column, Table


def variables_table(body: Mapping[str, Any], contents: Contents, layers: Sequence[Layer]) -> Table | None:
    """The table; columns that would be empty are left out. None where nothing is known."""
    found = known_variables(body, contents, layers)
    if not found:
        return None
    columns = [("Name", "name"), ("What it is", "title"), ("Unit", "unit"), ("Type", "kind"), ("More", "note")]
    used = [(title, field) for title, field in columns if any(getattr(each, field) for each in found)]
    rows = tuple(
        tuple(Cell(text=getattr(each, field), mono=field in ("name", "kind")) for _, field in used) for each in found
    )
    noun = _noun(layers, body)
    return Table(
        caption=words.plural(len(found), noun), columns=tuple(Column(title=title) for title, _ in used), rows=rows
    )


def known_variables(body: Mapping[str, Any], contents: Contents, layers: Sequence[Layer]) -> tuple[Variable, ...]:
    """Return what is stated, completed by what the files say of the same names."""
    stated = variables_of(body, contents.newest[0].body if contents.newest else None)
    read = {each.name: each for each in _read(layers)}
    if not stated:
        return tuple(read.values())
    return tuple(_completed(each, read.get(each.name)) for each in stated)


def _completed(stated: Variable, read: Variable | None) -> Variable:
    if read is None:
        return stated
    return Variable(
        name=stated.name,
        title=stated.title or read.title,
        unit=stated.unit or read.unit,
        kind=stated.kind or read.kind,
        note=stated.note or read.note,
    )


def _read(layers: Sequence[Layer]) -> list[Variable]:
    found: list[Variable] = []
    for layer in layers:
        note = ", ".join(filter(None, (_dimensions(layer), _stored(layer))))
        if layer.kind == "raster" and layer.bands:
            found += [
                Variable(name=band.name, title=_words(band.title, band.common_name, band.name), unit=layer.unit,
                         kind=layer.dtype, note=note)
                for band in layer.bands
            ]  # fmt: skip
        else:
            title = layer.description or layer.title
            found.append(Variable(name=layer.name, title=title, unit=layer.unit, kind=layer.dtype, note=note))
    return found


def _words(title: str, common: str, name: str) -> str:
    return ", ".join(dict.fromkeys(each for each in (title, common) if each and each != name))


def _dimensions(layer: Layer) -> str:
    rows, columns = layer.shape
    times = f"{words.number(len(layer.times))} × " if len(layer.times) > 1 and layer.kind == "cube" else ""
    return f"{times}{words.number(rows)} × {words.number(columns)}"


def _stored(layer: Layer) -> str:
    parts = [f"scale {layer.scale:g}" if layer.scale != 1 else "", f"offset {layer.offset:g}" if layer.offset else ""]
    nodata = layer.nodata
    parts.append(f"no data {nodata:g}" if nodata is not None and nodata == nodata else "")
    return ", ".join(filter(None, parts))


def _noun(layers: Sequence[Layer], body: Mapping[str, Any]) -> str:
    if "table:columns" in body:
        return "column"
    return "band" if layers and layers[0].kind == "raster" else "variable"
