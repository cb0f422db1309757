"""A process as a page: its inputs, its outputs, and how to execute it from a terminal."""

import json
from collections.abc import Mapping
from typing import Any

from repeatpass.web.views import Cell, Column, OgcSection, Table

Schema = Mapping[str, Any]
FORMS = {"ogc-bbox": "bounding box", "date-interval": "first and last day", "date": "date",
         "geojson-geometry": "geometry (GeoJSON)"}  # fmt: skip


def process_sections(body: Mapping[str, Any]) -> tuple[OgcSection, ...]:
    """Return what goes in, what comes out, and how it is asked for."""
    return (
        OgcSection(id="inputs", title="Inputs", table=_inputs(body["inputs"])),
        OgcSection(id="outputs", title="Outputs", table=_outputs(body["outputs"])),
        OgcSection(
            id="execute",
            title="Execute it",
            note="repeatpass token prints the token. Leave out what has a default; add -H 'Prefer: respond-async' "
            "to be answered at once with the address of the job.",
            commands=(_command(body),),
        ),
    )


def _inputs(inputs: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            Cell(text=name, mono=True),
            Cell(text=said(each["schema"])),
            Cell(text=each.get("description") or each.get("title", "")),
            Cell(text=_default(each["schema"]) if not each["minOccurs"] else "required", mono=not each["minOccurs"]),
        )
        for name, each in inputs.items()
    )
    columns = tuple(Column(title=title) for title in ("Name", "Kind", "Meaning", "Default"))
    return Table(caption="Inputs", columns=columns, rows=rows, empty="It takes none.")


def _outputs(outputs: Mapping[str, Any]) -> Table:
    rows = tuple(
        (Cell(text=name, mono=True), Cell(text=said(each["schema"])), Cell(text=_meaning(name, each)))
        for name, each in outputs.items()
    )
    columns = tuple(Column(title=title) for title in ("Name", "Kind", "Meaning"))
    return Table(caption="Outputs", columns=columns, rows=rows)


def _meaning(name: str, output: Mapping[str, Any]) -> str:
    title, description = str(output.get("title", "")), str(output.get("description", ""))
    says_more = title.casefold() != name.replace("_", " ").replace("-", " ").casefold()
    return " ".join(part for part in (f"{title}." if title and says_more else "", description) if part) or "—"


def said(schema: Schema) -> str:
    """Return what a schema wants, in words."""
    for word in ("oneOf", "anyOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(said(each) for each in schema[word]))
    if "allOf" in schema:
        return next((said(each) for each in schema["allOf"] if "format" in each), "object")
    if "enum" in schema:
        return "one of " + ", ".join(_text(each) for each in schema["enum"])
    plain = FORMS.get(schema.get("format", "")) or schema.get("contentMediaType") or schema.get("type", "any value")
    range = " to ".join(f"{schema[word]:g}" for word in ("minimum", "maximum") if word in schema)
    return f"{plain}, {range}" if range else str(plain)


def _default(schema: Schema) -> str:
    return _text(schema["default"]) if "default" in schema else ""


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 48 else text[:47] + "…"


def _command(body: Mapping[str, Any]) -> str:
    chosen = {
        name: each["schema"].get("default", "…")
        for name, each in body["inputs"].items()
        if each["minOccurs"] or "default" in each["schema"]
    }
    few = dict(list(chosen.items())[:3])
    address = next((each["href"] for each in body["links"] if each["rel"].endswith("/execute")), "")
    text = json.dumps({"inputs": few}, ensure_ascii=False).replace("'", "'\\''")
    return (
        'curl -H "Authorization: Bearer $(repeatpass token)" -H "Content-Type: application/json" '
        f"-d '{text}' {address}"
    )
