"""The documentation cannot drift: commands, settings, addresses and examples are checked against the program."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route
from tests.houses import working_house
from typer.main import get_command

from repeatpass.api.segments import routes_of
from repeatpass.cli.main import app
from repeatpass.demo.filling import Filling
from repeatpass.indicators.definition import indicator_of, read_definition
from repeatpass.server import make_app
from repeatpass.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md"])


def commands() -> list[str]:
    """Return every command as it is typed, without the program's name."""
    group = get_command(app)
    found = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        found += [f"{name} {each}" for each in below] if below else [name]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_has_its_line(command: str) -> None:
    text = (DOCS / "reference" / "commands.md").read_text()
    name, _, verb = command.partition(" ")
    lines = [line for line in text.splitlines() if f"`repeatpass {name}" in line]
    assert any(verb in line for line in lines), f"repeatpass {command} is not in docs/reference/commands.md"


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_every_setting_has_its_line(setting: str) -> None:
    assert f"| `REPEATPASS_{setting.upper()}` |" in (DOCS / "reference" / "settings.md").read_text()


def test_every_address_is_listed(tmp_path: Path) -> None:
    text = re.sub(r"\{\w+\}", "{}", (DOCS / "reference" / "addresses.md").read_text())
    with working_house(tmp_path) as house:
        paths = set(_paths(make_app(house, Filling(done=True))))
    assert {"/ogc", "/runs/{id}", "/stac/search"} <= paths  # or nothing would be looked at
    plain = {re.sub(r"\{\w+(:\w+)?\}", "{}", path.rstrip("/") or "/") for path in paths}
    missing = sorted(path for path in plain if f"`{path}`" not in text and not _is_twin(path))
    assert not missing, f"not in docs/reference/addresses.md: {missing}"


def _paths(served: FastAPI) -> Iterator[str]:
    """The address of every route; newer releases of FastAPI keep those of an included router inside of it."""
    for route in routes_of(served):
        if isinstance(route, APIRoute | Route):
            yield route.path
        elif inner := getattr(route, "effective_route_contexts", None):
            yield from (each.path for each in inner())


def _is_twin(path: str) -> bool:
    return path.endswith((".json", ".csv", ".png", ".svg", ".vl.json")) or path.startswith("/static")


def test_the_map_of_the_packages_has_every_folder_and_no_other() -> None:
    table = re.findall(r"^\|(.*?)\|", (DOCS / "architecture.md").read_text(), re.MULTILINE)
    named = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    source = ROOT / "src" / "repeatpass"
    assert named == {each.parent.name for each in source.glob("*/__init__.py")} | {"server", "settings"}


def test_every_command_in_an_example_exists() -> None:
    known = {command.split()[0] for command in commands()}
    for page in PAGES:
        for line in re.findall(r"^(?:\$ )?repeatpass +(\w+)", page.read_text(), re.MULTILINE):
            assert line in known, f"{page.name}: repeatpass {line}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"


def test_the_example_of_an_indicator_can_be_applied() -> None:
    block = re.search(r"```yaml\n(.*?)```", (DOCS / "reference" / "indicators.md").read_text(), re.DOTALL)
    assert block
    indicator = indicator_of(read_definition(block[1]))
    assert indicator.id == yaml.safe_load(block[1])["id"]
    assert indicator.periods[0].label == "Heat wave"
