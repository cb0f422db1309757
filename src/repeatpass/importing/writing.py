"""What is written of one imported series: its collection, its notebook, its definition."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import nbformat

from repeatpass.core.times import parse_time, words
from repeatpass.importing.places import box_of
from repeatpass.importing.records import Said
from repeatpass.kit.eodash import Row, Values

ORIGIN = "repeatpass:imported"  # marks what an import may change when it is done again
OUTPUT = "values"
AGENCIES = ("ESA", "NASA", "JAXA")
UNIT = re.compile(r"[\[(]([^\[\]()]{1,40})[\])]\s*$")
INTRODUCTION = """# {title}

*Licence of this notebook: Apache-2.0. The data: {licence}.*

The values of indicator {code} as its dashboard published them. This notebook computes nothing: it reads the files that were
imported, and publishes what they say."""
METHOD = """## Method

A row is a value of a place (AOI id) at a time (UTC where no zone is written). Rows that say exactly the same are one; rows
that disagree are all published, and wait for a person. A row without a number is a gap. Of a reference
`[median,std,max,min]` the median is the reference, minimum and maximum are the band. Colour and judgement are the flag."""
LIMITS = """## Limits

- How the numbers were computed from observations, only their publisher can know.
- What could not be read is in the output `what-became-of-the-rows`, by file and line.

## Cite as

{citation}"""
READ = """import pandas as pd
import repeatpass
from repeatpass.kit.eodash import read_rows, to_values
from repeatpass.kit.reading import located

collection = {name}
files = {files}
rows = [row for file in files for row in read_rows(located(collection, asset=file).read_bytes(), file)]
found = to_values(rows, {code})
found.counts()"""
PUBLISH = """repeatpass.publish(pd.DataFrame(found.table), "values", title={title}, unit={unit})
repeatpass.publish(found.counts(), "what-became-of-the-rows", title="What became of the rows")
f"{{len(found.table)}} values of {{found.rows}} rows\""""


def first(rows: Sequence[Row], name: str) -> str:
    """Return what the first row that says anything says of *name*."""
    return next((text for row in rows if (text := str(getattr(row, name)))), "")


def every(rows: Sequence[Row], name: str) -> list[str]:
    """Return all that is said of *name*, each once, in the order of appearance."""
    parts = (" ".join(part.split()) for row in rows for part in re.split(r"[;,]", getattr(row, name)))
    return list(dict.fromkeys(part for part in parts if part))


def unit_of(rows: Sequence[Row], code: str, said: Said) -> str:
    """Return the unit that a person states, or that stands in brackets behind the name of the axis; else nothing."""
    found = UNIT.search(first(rows, "axis"))
    return said.units.get(code) or (found[1].strip() if found else "")


def title_of(rows: Sequence[Row], code: str) -> str:
    """Return the indicator's name on one line."""
    return " ".join((first(rows, "title") or first(rows, "description") or code).split())[:200]


def agencies_of(rows: Sequence[Row]) -> list[str]:
    """Return the agencies that the data providers name."""
    words = set(re.findall(r"[A-Za-z]+", " ".join(every(rows, "provider"))))
    return [each for each in AGENCIES if each in words]


def notebook_of(
    code: str, name: str, title: str, unit: str, files: Sequence[str], licence: str, citation: str
) -> bytes:
    """Return the notebook that reads the files of one series and publishes its values."""
    listed = "[\n" + "".join(f"    {each!r},\n" for each in files) + "]"
    markdown, cell = nbformat.v4.new_markdown_cell, nbformat.v4.new_code_cell
    cells = [
        markdown(INTRODUCTION.format(title=title, code=code, licence=licence)),
        markdown(METHOD),
        cell(READ.format(name=f'"{name}"', files=listed, code=repr(code))),
        cell(PUBLISH.format(title=repr(title), unit=repr(unit))),
        markdown(LIMITS.format(citation=citation)),
    ]
    for number, each in enumerate(cells):  # the same series gives the same bytes
        each["id"] = f"cell-{number}"
    stated = {"title": f"{title} (imported)", "licence": "Apache-2.0", "tags": ["eodash", "imported"]}
    made = nbformat.v4.new_notebook(cells=cells, metadata={"repeatpass": stated})
    return str(nbformat.writes(made)).encode()


def collection_of(
    code: str, name: str, title: str, rows: Sequence[Row], values: Values, places: Sequence[Any], said: Said,
    files: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """Return the STAC 1.1 collection of the files of one series."""
    makers = list(dict.fromkeys(filter(None, [said.provider, *every(rows, "provider")])))
    times = sorted(each["time"] for each in values.table)
    licence = {} if said.licence else {"repeatpass:license_title": "The files state no licence"}
    text = f"The series of indicator {code} as its dashboard published it, in {len(files)} files, byte for byte."
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": name,
        "title": f"{title}: files of the series {code}",
        "description": text + ("" if said.licence else " The files state no licence."),
        "license": said.licence or "other",
        **licence,
        "keywords": ["eodash", code, "vector"],
        "providers": [{"name": each, "roles": ["producer"]} for each in makers],
        "extent": {
            "spatial": {"bbox": [box_of(places)]},
            "temporal": {"interval": [[times[0], times[-1]] if times else [None, None]]},
        },
        "stac_extensions": [],
        "links": [],
        ORIGIN: {"form": "eodash series", "code": code, "files": list(files)},
    }


def definition_of(
    code: str, id: str, name: str, rows: Sequence[Row], values: Values, places: Sequence[Any],
    periods: Sequence[Any], said: Said, themes: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    """Return the definition of the indicator, as ``repeatpass indicators apply`` takes it."""
    title, unit = title_of(rows, code), unit_of(rows, code, said)
    makers = list(dict.fromkeys(filter(None, [said.provider, *every(rows, "provider")]))) or ["Not stated"]
    numbers = [each["value"] for each in values.table if each["value"] is not None]
    definition: dict[str, Any] = {
        "id": id,
        "title": title,
        "finding": _finding(title, unit, places, values),
        "themes": list(themes) or ["Imported"],
        "agencies": agencies_of(rows),
        "satellites": [],
        "sensors": every(rows, "sensor"),
        "unit": unit or "1",
        "description": (first(rows, "description") or title)[:10_000],
        "method": (first(rows, "method") or f"Read from the files of the original dashboard, indicator {code}.")[
            :10_000
        ],
        "limitations": "The numbers are as they were published; how they were computed cannot be repeated from these files."
        " The plausible range is that of the imported values." + ("" if unit else " No unit is stated."),
        "authors": [{"name": each[:400]} for each in makers],
        "licence": said.licence or "Not stated by the source",
        "citation": f"{', '.join(makers)}: {title} ({code}).",
        "status": "closed record",
        "notebook": name,
        "parameters": {},
        "output": OUTPUT,
        "tolerance": {"absolute": 0, "relative": 0},
        "range": [min(numbers, default=0), max(numbers, default=0)],
        "places": list(places),
        "periods": list(periods),
        "chart": _chart(first(rows, "axis")),
        "map": None,
    }
    return definition | ({"contact": said.contact} if said.contact else {})


def _finding(title: str, unit: str, places: Sequence[Any], values: Values) -> str:
    """Return one sentence that the values support: between which numbers they lie, where, and when."""
    times = Counter((each["place"], each["time"]) for each in values.table)
    sure = [each for each in values.table if each["value"] is not None and times[each["place"], each["time"]] == 1]
    name = UNIT.sub("", title).strip()[:150] or title
    if not sure:
        return f"{name}, {_places(places)}: values that wait for a person, because the files disagree."
    first, last = (words(parse_time(pick(each["time"] for each in sure))) for pick in (min, max))
    low, high = (f"{pick(each['value'] for each in sure):g}" for pick in (min, max))
    return (
        f"{name}, {_places(places)}: {low} to {high}{f' {unit}' if unit not in ('', '1') else ''}, {first} to {last}."
    )


def _places(places: Sequence[Mapping[str, Any]]) -> str:
    return f"{len(places)} places" if len(places) > 1 else str(places[0]["name"])[:200]


def _chart(axis: str) -> dict[str, Any]:
    return {"encoding": {"y": {"title": axis}}} if axis else {}
