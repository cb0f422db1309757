"""The grid of a batch: which parameters take area and time, and every combination of them."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repeatpass.batches.areas import PARTS, areas
from repeatpass.batches.records import Area, Specification
from repeatpass.batches.times import steps, written
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso_short
from repeatpass.notebooks.parameters import checked_parameters
from repeatpass.notebooks.records import Revision

FOR_AREAS = ("bbox", "bounding_box", "aoi", "area", "geometry", "region", "extent", "box", "place")
FOR_TIMES = ("date", "time", "start", "start_date", "month", "year", "interval", "period", "time_range", "when", "day")
Values = Sequence[tuple[str, Mapping[str, Any]]]  # of one axis: how each is called, the parameters it sets


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """The axes of a batch."""

    fixed: Mapping[str, Any]  # parameters that are the same everywhere, defaults included
    area_parameter: str
    areas: Sequence[Area]
    on_areas: Mapping[str, Any]  # set besides, where there are areas: the CRS of the tiles
    times: Values
    varied: Values

    @property
    def total(self) -> int:
        """Number of parts."""
        return max(len(self.areas), 0 if self.area_parameter else 1) * len(self.times) * len(self.varied)

    def combinations(self) -> Iterator[tuple[Area | None, str, dict[str, Any]]]:
        """Yield area, time step and the other parameters of each part, area by area."""
        places: Sequence[Area | None] = self.areas if self.area_parameter else [None]
        for area, (time, of_time), (_, of_varied) in itertools.product(places, self.times, self.varied):
            yield area, time, {**self.fixed, **self.on_areas, **of_time, **of_varied}


def grid(specification: Specification, revision: Revision, catalog: Catalog) -> Grid:
    """Return the grid of *specification* for a notebook.

    Raise Invalid naming the field, its value and what would be right; also for a grid without any part, and for
    one with more than 100,000.
    """
    body = specification.body
    properties: Mapping[str, Any] = revision.schema["properties"]
    places, spans = body.get("areas", {}), body.get("times", {})
    area_parameter = _area_parameter(places, properties) if places else ""
    form = str(places.get("as") or _form(properties[area_parameter])) if places else ""
    crs_parameter = places.get("crs_parameter", "")
    found = areas(places, form, bool(crs_parameter), catalog) if places else []
    crs = {crs_parameter: places.get("tiles", {}).get("crs", "EPSG:4326")} if crs_parameter else {}
    times = _times(spans, properties) if spans else [("", {})]
    made = Grid(
        fixed=checked_parameters(revision.schema, body.get("parameters", {})),
        area_parameter=area_parameter,
        areas=found,
        on_areas=crs,
        times=times,
        varied=_varied(body.get("vary", {})),
    )
    _check(made, revision, specification)
    return made


def _area_parameter(spec: Mapping[str, Any], properties: Mapping[str, Any]) -> str:
    return _chosen(spec.get("parameter"), "areas.parameter", FOR_AREAS, properties, "the area")


def _chosen(given: str | None, field: str, usual: Sequence[str], properties: Mapping[str, Any], what: str) -> str:
    known = ", ".join(sorted(properties)) or "none"
    if given is not None and given not in properties:
        raise Invalid(f"{field}: the notebook has no parameter “{given}”. Right would be one of: {known}.", field=field)
    found = given or next((name for name in usual if name in properties), None)
    if found is None:
        raise Invalid(
            f"{field}: say which parameter of the notebook takes {what}; it is not clear from the names. "
            f"Right would be one of: {known}.",
            field=field,
        )
    return found


def _form(schema: Mapping[str, Any]) -> str:
    """What a parameter for areas takes, by the type that the notebook declares."""
    return {"array": "bbox", "object": "geometry"}.get(str(schema.get("type", "")), "name")


def _times(spec: Mapping[str, Any], properties: Mapping[str, Any]) -> Values:
    parameter = _chosen(spec.get("parameter"), "times.parameter", FOR_TIMES, properties, "the time")
    end = spec.get("end_parameter", "")
    if end:
        _chosen(end, "times.end_parameter", (), properties, "the end of the step")
    form = str(spec.get("as") or _written(properties[parameter]))
    return [
        (step.name, {parameter: written(step, form)} | ({end: iso_short(step.end)} if end else {}))
        for step in steps(spec)
    ]


def _written(schema: Mapping[str, Any]) -> str:
    """How a parameter for times is written, by the notebook's own default."""
    default = schema.get("default")
    if schema.get("type") == "integer":
        return "year"
    text = str(default)
    return "interval" if "/" in text else "month" if len(text) == 7 and text[4:5] == "-" else "date"


def _varied(vary: Mapping[str, Sequence[Any]]) -> Values:
    return [
        (", ".join(map(str, values)), dict(zip(vary, values, strict=True)))
        for values in itertools.product(*vary.values())
    ]


def _check(made: Grid, revision: Revision, specification: Specification) -> None:
    taken = [set(specification.body.get("parameters", {})), set(specification.body.get("vary", {}))]
    taken += [{made.area_parameter} - {""}, set(made.on_areas), {name for _, of in made.times[:1] for name in of}]
    doubled = sorted({name for first, second in itertools.combinations(taken, 2) for name in first & second})
    if doubled:
        raise Invalid(f"The parameter {', '.join(doubled)} is set more than once: in areas, times, parameters or vary.")
    if made.total == 0:
        empty = "areas: there is none" if made.area_parameter and not made.areas else "times: there is no step"
        raise Invalid(f"This batch would have no part. {empty}. Check the bbox, the features or the interval.")
    if made.total > PARTS:
        raise Invalid(
            f"This batch would have {made.total:,} parts ({len(made.areas) or 1:,} areas × {len(made.times):,} times × "
            f"{len(made.varied):,} combinations of parameters); more than {PARTS:,} are not taken. Use larger tiles or "
            "longer steps, or cut it into several batches."
        )
    _check_values(made, revision)


def _check_values(made: Grid, revision: Revision) -> None:
    """Each axis by itself is enough: no schema of parameters relates two of them."""
    own: list[Mapping[str, Any]] = [
        {made.area_parameter: area.value, **made.on_areas} for area in made.areas if made.area_parameter
    ]
    axes: dict[str, list[Mapping[str, Any]]] = {
        "areas": own,
        "times": [of for _, of in made.times],
        "vary": [of for _, of in made.varied],
    }
    for axis, settings in axes.items():
        for values in settings:
            try:
                checked_parameters(revision.schema, values)
            except Invalid as error:
                raise Invalid(f"{axis}: {error.message}", **error.detail) from None
