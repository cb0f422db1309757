"""Reading what is asked of the features of a collection; what is wrong is named, with what would be right."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from repeatpass.api.features.forms import Form, form_of
from repeatpass.api.features.moments import interval
from repeatpass.api.job_list import whole
from repeatpass.catalog.search.cql2 import all_of
from repeatpass.catalog.search.records import Sort
from repeatpass.core.errors import Invalid
from repeatpass.features import FeatureSet, Field, Wanted
from repeatpass.features.checking import value
from repeatpass.features.crs import areas_of, code_of, offered, uri
from repeatpass.features.filters import read_filter
from repeatpass.features.records import CRS84

USUAL, MOST = 10, 10_000  # features: of a page, of a page at most
WHOLE = 2**40  # features of a file: all there are
PARAMETERS = (
    "limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang", "filter-crs", "sortby",
    "properties", "skipGeometry", "f",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked of the features of one collection."""

    wanted: Wanted
    crs: str  # of the answer
    form: Form


def asked_of(request: Request, known: FeatureSet, *more: str) -> Asked:
    """Return what the query asks; raise Invalid for a parameter that is unknown or wrong. *more* are further ones."""
    given = request.query_params
    names = {each.name for each in known.fields}
    if unknown := [name for name in given if name not in (*PARAMETERS, *more) and name not in names]:
        there = ", ".join([*PARAMETERS, *more, *sorted(names)][:40])
        raise Invalid(f"There is no parameter “{unknown[0][:80]}”; there are {there}.", field=unknown[0][:80])
    form = form_of(request)
    start, end = interval(given.get("datetime", ""))
    return Asked(wanted=Wanted(
        area=_area(given, known),
        start=start,
        end=end,
        filter=filter_of(given, known),
        sort=_sort(given.get("sortby", "")),
        limit=min(whole(request, "limit", WHOLE if form.download else USUAL, 1), WHOLE if form.download else MOST),
        offset=whole(request, "offset", 0, 0),
        fields=names_of(given.get("properties"), known),
        geometry=not _truth(given.get("skipGeometry", "false"), "skipGeometry"),
        counted=not form.download,
    ), crs=crs_of(given, known), form=form)  # fmt: skip


def crs_of(given: Mapping[str, str], known: FeatureSet, name: str = "crs") -> str:
    """Return the system that *name* asks for, CRS84 by default; raise Invalid for one that is not offered."""
    text = given.get(name, "")
    if not text:
        return CRS84
    found, there = code_of(text, name), offered(known.crs, known.extent)
    if found not in there:
        raise Invalid(f"“{name}” is “{text[:100]}”; there are {', '.join(uri(code) for code in there)}.", field=name)
    return found


def _area(given: Mapping[str, str], known: FeatureSet) -> Any:
    crs = crs_of(given, known, "bbox-crs")
    return areas_of(given["bbox"].split(","), crs) if given.get("bbox") else ()


def filter_of(given: Mapping[str, str], known: FeatureSet) -> dict[str, Any] | None:
    """Return the filter and the parameters that name properties, as one CQL2-JSON expression in CRS84."""
    parts = []
    crs = crs_of(given, known, "filter-crs")
    if text := given.get("filter", ""):
        parts.append(read_filter(text, given.get("filter-lang", ""), crs))
    parts += [
        _equal(field, given[field.name])
        for field in known.fields
        if field.name in given and field.name not in PARAMETERS
    ]
    return all_of(parts)


def _equal(field: Field, text: str) -> dict[str, Any]:
    read: Any = text
    if field.kind in ("integer", "number", "boolean"):
        try:
            read = json.loads(text)
        except ValueError:
            read = text
    kept = value(field, read, f"The parameter “{field.name}”")
    return {"op": "=", "args": [{"property": field.name}, kept]}


def _sort(text: str) -> tuple[Sort, ...]:
    # A plus sign in an address that was not encoded arrives as a space.
    words = [word.strip() for word in text.split(",") if word.strip()]
    return tuple(Sort(name=word.lstrip("+-").strip(), descending=word.startswith("-")) for word in words)


def names_of(text: str | None, known: FeatureSet) -> tuple[str, ...] | None:
    """Return the properties that are wanted, None for all; raise Invalid for one that there is not."""
    if text is None:
        return None
    names = tuple(word.strip() for word in text.split(",") if word.strip())
    if unknown := [name for name in names if known.field(name) is None]:
        there = ", ".join(each.name for each in known.fields)
        raise Invalid(f"“properties” names “{unknown[0][:80]}”; there are {there or 'none'}.", field="properties")
    return names


def _truth(text: str, name: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Invalid(f"“{name}” is “{text[:40]}”; it can be true or false.", field=name)
    return text.lower() == "true"
