"""Reading an indicator's YAML file."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import jsonschema

from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time
from repeatpass.core.yaml_text import read_yaml
from repeatpass.indicators.records import Indicator, MapLayer, Period, Place, Status
from repeatpass.indicators.timing import problems_of, taking_of, timing_of
from repeatpass.kit.records import Tolerance


def read_definition(text: str, name: str = "The file") -> dict[str, Any]:
    """Read and check a definition; raise Invalid naming the line or the field and what it must be."""
    loaded = read_yaml(text, name)
    if not isinstance(loaded, dict):
        raise Invalid(f"{name} holds no indicator: it must be a mapping with id, title, notebook, …")
    body: dict[str, Any] = json.loads(
        json.dumps(loaded, default=_plain_date)
    )  # YAML knows dates; the schema knows JSON
    problems = [f"{_where(error)}: {error.message}" for error in _validator().iter_errors(body)]
    problems = problems or problems_of(body)
    if problems:
        raise Invalid(f"{name} cannot be applied. " + "; ".join(sorted(problems)) + ".", problems=problems)
    return body


def _plain_date(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise Invalid(f"{value!r} cannot stand in an indicator's file.")


def _validator() -> jsonschema.Draft202012Validator:
    text = files("repeatpass.indicators").joinpath("indicator.schema.json").read_text()
    return jsonschema.Draft202012Validator(json.loads(text))


def _where(error: jsonschema.ValidationError) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "the file"


def indicator_of(body: Mapping[str, Any]) -> Indicator:
    """Make the record from a checked definition."""
    made: dict[str, Any] = {
        "status": Status(body["status"]),
        "authors": tuple(_author(author) for author in body.get("authors", ())),
        "tolerance": Tolerance(**body.get("tolerance") or {}),
        "range": _pair(body.get("range")),
        "places": tuple(Place(**place) for place in body.get("places", ())),
        "periods": tuple(_period(period) for period in body.get("periods", ())),
        "map": _map(body.get("map")),
        "chart": body.get("chart") or {},
        "parameters": body.get("parameters") or {},
        "schedule": timing_of(body.get("schedule")),
        "update": taking_of(body.get("update")),
        "alerts": body.get("alerts") or {},
    }
    plain = set(Indicator.__dataclass_fields__) - set(made)
    made |= {name: body[name] for name in plain if body.get(name) is not None}
    return Indicator(**made)


def _author(author: Any) -> str:
    if isinstance(author, str):
        return author
    return ", ".join(str(author[name]) for name in ("name", "affiliation") if author.get(name))


def _pair(value: Any) -> tuple[float, float] | None:
    return None if value is None else (float(value[0]), float(value[1]))


def _period(body: Mapping[str, Any]) -> Period:
    times = {"start": parse_time(body["start"]), "end": parse_time(body["end"])}
    return Period(label=body["label"], kind=body.get("kind", ""), **times)


def _map(body: Mapping[str, Any] | None) -> MapLayer | None:
    if not body:
        return None
    known = {name: body[name] for name in MapLayer.__dataclass_fields__ if body.get(name) is not None}
    return MapLayer(**known | {"range": _pair(body.get("range"))})
