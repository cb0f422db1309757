"""The description of the API as a page: its operations by subject."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from repeatpass.web.views import Cell, Column, OgcSection, Table

COLUMNS = tuple(Column(title=title) for title in ("Operation", "Address", "What it does", "Takes", "Answers"))


def operations(body: Mapping[str, Any]) -> tuple[OgcSection, ...]:
    """Return a table of operations for each subject of an OpenAPI document."""
    found = [
        (method, _address(body, path, methods), facts)
        for path, methods in body["paths"].items()
        for method, facts in methods.items()
        if isinstance(facts, Mapping)
    ]
    return tuple(
        OgcSection(
            id=tag["name"],
            title=tag["name"].capitalize(),
            note=tag["description"],
            table=Table(
                caption=tag["name"].capitalize(),
                columns=COLUMNS,
                rows=tuple(_row(body, *each) for each in found if tag["name"] in each[2].get("tags", ())),
            ),
        )
        for tag in body["tags"]
    )


def _address(body: Mapping[str, Any], path: str, item: Mapping[str, Any]) -> str:
    """Return a path from this server's root: most are counted from the landing page of the OGC APIs."""
    before = urlsplit((item.get("servers") or body["servers"])[0]["url"]).path
    return f"{before.rstrip('/')}{path}".rstrip("/")


def _row(body: Mapping[str, Any], method: str, path: str, facts: Mapping[str, Any]) -> tuple[Cell, ...]:
    taken = [_parameter(body, each) for each in facts.get("parameters", ())]
    taken += ["a JSON body"] if "requestBody" in facts else []
    codes = [code for code in facts["responses"] if code != "default"]
    return (
        Cell(text=method.upper(), mono=True),
        Cell(text=path, mono=True, href="" if "{" in path or method != "get" else path),
        Cell(text=str(facts.get("summary", ""))),
        Cell(text=", ".join(taken) or "—"),
        Cell(text=", ".join(codes)),
    )


def _parameter(body: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    if "$ref" in facts:
        facts = body["components"]["parameters"][facts["$ref"].rsplit("/", 1)[-1]]
    return str(facts["name"])
