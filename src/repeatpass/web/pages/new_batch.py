"""The form for a new batch: what was filled in, and the plan that follows from it."""

import json
from collections.abc import Mapping
from typing import Any

from repeatpass.batches.records import Plan, Specification
from repeatpass.batches.specification import checked
from repeatpass.batches.words import cost
from repeatpass.core.errors import Invalid
from repeatpass.notebooks.records import Revision
from repeatpass.runs.masking import SECRET_NAME, masked_parameters
from repeatpass.web import words
from repeatpass.web.batch_map import draw, outlines
from repeatpass.web.desk import Desk
from repeatpass.web.pages.batches import BATCHES, estimate_facts
from repeatpass.web.pages.drawn_boxes import box_features, box_rows
from repeatpass.web.pages.indicator import HOME
from repeatpass.web.pages.parameters import as_text, read_form
from repeatpass.web.views import Action, Cell, Field, Link
from repeatpass.web.views.batches import NewBatchPage, PlannedBatch

VARIED = ";"  # between the values of a parameter that varies
WHERE = (("", "Nowhere in particular"), ("tiles", "Tiles of a grid"), ("boxes", "Boxes that I draw"),
         ("features", "Features (GeoJSON)"), ("collection", "Items of a collection"))  # fmt: skip
GEOJSON = "Paste GeoJSON here, or give its file."
BOX = "west, south, east, north in the units of the CRS"


def new_batch_page(desk: Desk, form: Mapping[str, str], plan: Plan | None = None, refused: str = "") -> NewBatchPage:
    """The form, filled with what was given; with the plan, or with why there is none."""
    chosen = form.get("notebook", "")
    revision = desk.house.shelf.find(chosen) if chosen else None
    return NewBatchPage(
        title="New batch",
        path="/batches/new",
        description="Choose a notebook, where, when and with what; see what it costs; start it.",
        crumbs=(HOME, BATCHES, Link(text="New batch")),
        notebooks=tuple((each.id, each.latest.about.title) for each in desk.house.shelf.notebooks()),
        notebook=chosen,
        areas=_areas(desk, form, revision) if revision else (),
        boxes=box_rows(form) if revision else (),
        times=_times(form, revision) if revision else (),
        parameters=_parameters(form, revision) if revision else (),
        refused=refused,
        planned=_planned(plan) if plan else None,
    )


def _areas(desk: Desk, form: Mapping[str, str], revision: Revision) -> tuple[Field, ...]:
    collections = tuple((each.id, each.title) for each in desk.house.catalog.overviews.heads())
    return (
        _field(form, "where", "Areas", choices=WHERE),
        _field(form, "area_parameter", "Parameter that takes the area", choices=_names(revision)),
        _field(form, "bbox", "Box of the grid", help=BOX, kind="tiles"),
        _field(
            form, "size", "Size of a tile", help="width, or width and height, in the units of the CRS", kind="tiles"
        ),
        _field(form, "crs", "CRS of the grid", help="EPSG:4326, in degrees, unless given", kind="tiles"),
        _field(form, "collection", "Collection", choices=(("", ""), *collections), kind="collection"),
        _field(form, "features", "GeoJSON", help=GEOJSON, long=True, kind="features"),
    )


def _times(form: Mapping[str, str], revision: Revision) -> tuple[Field, ...]:
    return (
        _field(form, "interval", "Interval", help="2020-01/2020-12; empty for no time steps"),
        _field(form, "step", "Step", help="P1D, P1W, P1M, P1Y"),
        _field(form, "time_parameter", "Parameter that takes the time", choices=_names(revision)),
    )


def _names(revision: Revision) -> tuple[tuple[str, str], ...]:
    return (("", "found by its name"), *((name, name) for name in revision.schema["properties"]))


def _parameters(form: Mapping[str, str], revision: Revision) -> tuple[Field, ...]:
    return tuple(
        _field(form, f"p.{name}", name, help=_help(facts), secret=bool(SECRET_NAME.search(name)))
        for name, facts in revision.schema["properties"].items()
    )


def _help(facts: Mapping[str, Any]) -> str:
    said = str(facts.get("description", "")).rstrip(".")
    said = f"{said[:1].upper()}{said[1:]}. " if said else ""
    usual = as_text(facts.get("default"))
    return f"{said}Usually {usual}" if usual else f"{said}Usually empty"


def _field(form: Mapping[str, str], name: str, label: str, **more: Any) -> Field:
    return Field(name=name, label=label, **more).filled(form)


def specification_of(desk: Desk, form: Mapping[str, str]) -> Specification:
    """Return what the form asks for; raise Invalid naming the field that is wrong."""
    revision = desk.house.shelf.find(form.get("notebook", ""))
    body: dict[str, Any] = {"notebook": form["notebook"]}
    if form.get("where"):
        body["areas"] = _areas_of(form)
    if form.get("interval", "").strip():
        given = {"interval": form["interval"].strip(), "step": form.get("step", "").strip()}
        body["times"] = given | _named(form, "time_parameter")
    fixed, vary = _given(form, revision)
    return checked(body | ({"parameters": fixed} if fixed else {}) | ({"vary": vary} if vary else {}))


def _areas_of(form: Mapping[str, str]) -> dict[str, Any]:
    kind = form["where"]
    if kind == "tiles":
        found: Any = {"bbox": _numbers(form, "bbox", 4), "size": _size(form)}
        found |= {"crs": form["crs"].strip()} if form.get("crs", "").strip() else {}
    elif kind == "features":
        found = _geojson(form.get("upload", "").strip() or form.get("features", "").strip())
    elif kind == "boxes":
        kind, found = "features", box_features(form)
    else:
        found = form.get("collection", "")
    return {kind: found} | _named(form, "area_parameter")


def _named(form: Mapping[str, str], field: str) -> dict[str, str]:
    return {"parameter": form[field]} if form.get(field) else {}


def _numbers(form: Mapping[str, str], field: str, count: int) -> list[float]:
    text = form.get(field, "")
    try:
        found = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        found = []
    if len(found) != count:
        raise Invalid(f"{field}: “{text}” is not {count} numbers. Right would be: 5, 45, 15, 55.", field=field)
    return found


def _size(form: Mapping[str, str]) -> float | list[float]:
    count = 2 if len(form.get("size", "").replace(",", " ").split()) == 2 else 1
    found = _numbers(form, "size", count)
    return found if count == 2 else found[0]


def _geojson(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise Invalid(f"features: this is not GeoJSON ({error}).", field="features") from None


def _given(form: Mapping[str, str], revision: Revision) -> tuple[dict[str, Any], dict[str, Any]]:
    fixed: dict[str, Any] = {}
    vary: dict[str, Any] = {}
    for name in revision.schema["properties"]:
        text = form.get(f"p.{name}", "").strip()
        values = [read_form(revision.schema, {name: part.strip()})[name] for part in text.split(VARIED)] if text else []
        if len(values) == 1:
            fixed[name] = values[0]
        elif values:
            vary[name] = values
    return fixed, vary


def _planned(plan: Plan) -> PlannedBatch:
    to_do = plan.total - len(plan.done)
    body = json.dumps(plan.specification.body, ensure_ascii=False)
    return PlannedBatch(
        name=plan.name,
        parts=plan.total,
        done=len(plan.done),
        sentence=_sentence(plan, to_do),
        facts=estimate_facts(plan.estimate),
        first=tuple(
            (Cell(text=str(part.number)), Cell(text=part.time), Cell(text=_shown(plan.parameters(part)), mono=True))
            for part in plan.first
        ),
        map=draw(plan.areas, outlines(plan.areas), {}, "") if plan.areas else None,
        start=Action(label=f"Start {words.plural(plan.total, 'part')}", href="/batches",
                     fields=(("specification", body),)),
    )  # fmt: skip


def _sentence(plan: Plan, to_do: int) -> str:
    done = (
        f" {words.plural(len(plan.done), 'part')} of them were done before and are not done again." if plan.done else ""
    )
    return f"{words.plural(plan.total, 'part')}.{done} {cost(plan.estimate)}".strip()


def _shown(parameters: Mapping[str, Any]) -> str:
    text = json.dumps(masked_parameters(parameters), ensure_ascii=False)
    return text if len(text) < 240 else f"{text[:240]} …"
