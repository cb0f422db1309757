"""What the data hold: bands, variables and columns, as the document states them, completed by what the files say."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from repeatpass.catalog.records import CollectionAsset
from repeatpass.catalog.registry import Variable, variables_of
from repeatpass.catalog.registry.contents import Contents
from repeatpass.data.metadata import FileFacts, UnreadableFile, read_metadata
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.views import Cell, Column, Table

COLUMNS = (("Name", "name"), ("What it is", "title"), ("Unit", "unit"), ("Type", "kind"), ("More", "note"))
NOUNS = {"raster": "band", "cube": "variable", "table": "column"}


def variables_table(
    desk: Desk, body: Mapping[str, Any], contents: Contents, file: CollectionAsset | None
) -> Table | None:
    """The table; columns that would be empty are left out. None where nothing is known. *file* stands for all."""
    kind, read = _read(desk, file) if file else ("", ())
    stated = variables_of(body, contents.newest[0].body if contents.newest else None)
    known = {each.name: each for each in read}
    found = tuple(_completed(each, known.get(each.name)) for each in stated) or read
    if not found:
        return None
    used = [(title, field) for title, field in COLUMNS if any(getattr(each, field) for each in found)]
    rows = tuple(
        tuple(Cell(text=getattr(each, field), mono=field in ("name", "kind")) for _, field in used) for each in found
    )
    caption = words.plural(len(found), "column" if "table:columns" in body else NOUNS.get(kind, "variable"))
    return Table(caption=caption, columns=tuple(Column(title=title) for title, _ in used), rows=rows)


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


def _read(desk: Desk, file: CollectionAsset) -> tuple[str, tuple[Variable, ...]]:
    """What a file says of itself, read once and kept; nothing of one that cannot be read."""

    def look() -> bytes:
        try:
            facts = read_metadata(desk.house.files.path(file.checksum))
        except (UnreadableFile, OSError):
            return b'["", []]'
        return json.dumps([facts.kind, [asdict(each) for each in _told(facts)]]).encode()

    try:
        kind, told = json.loads(desk.drawings.get(f"holds {file.checksum}", look))
    except ImportError:  # another thread is importing the same library, whose modules import one another
        return "", ()
    return kind, tuple(Variable(**each) for each in told)


def _told(facts: FileFacts) -> list[Variable]:
    grid = _sizes(facts.shape)
    bands = [
        Variable(name=each.name, title=_words((each.title, each.common_name), each.name), unit=_unit(each.unit),
                 kind=each.data_type, note=", ".join(filter(None, (grid, *_stored(each.scale, each.offset, each.nodata)))))
        for each in facts.bands
    ]  # fmt: skip
    variables = [
        Variable(name=each.name, title=_words((each.title,), each.name), unit=_unit(each.unit), kind=each.data_type,
                 note=", ".join(f"{name} {words.number(size)}"
                                for name, size in zip(each.dimensions, each.shape, strict=True)))
        for each in facts.variables
    ]  # fmt: skip
    return bands + variables + [Variable(name=each.name, kind=each.data_type) for each in facts.columns]


def _unit(unit: str) -> str:
    return "" if unit == "1" else unit


def _words(said: Sequence[str], name: str) -> str:
    return ", ".join(dict.fromkeys(each for each in said if each and each != name))


def _sizes(shape: Sequence[int]) -> str:
    return " × ".join(words.number(size) for size in shape)


def _stored(scale: float, offset: float, nodata: float | None) -> list[str]:
    return [
        f"scale {scale:g}" if scale != 1 else "",
        f"offset {offset:g}" if offset else "",
        f"no data {nodata:g}" if nodata is not None and nodata == nodata else "",  # NaN goes without saying
    ]
