"""The page on conformance names what is declared, no less and no more, and tests that there are."""

import re
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.xdist_group("features")
ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "reference" / "conformance.md").read_text()
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def address_of(part: str, name: str) -> str:
    """Return the address of a class in a row of the page."""
    if part.startswith("api.stacspec.org"):
        return f"https://{part}/{name}"
    return f"http://www.opengis.net/spec/{part}/conf/{name}"


def test_every_class_that_is_declared_has_its_line_and_every_line_its_class(anyone: httpx.Client) -> None:
    said = [address_of(part, name.strip()) for part, names, _ in ROW.findall(TEXT) for name in names.split(",")]
    assert len(said) == len(set(said)) > 90
    declared = {
        each for path in ("/ogc", "/stac") for each in anyone.get(f"{path}/conformance").json()["conformsTo"]
    }  # the house of these tests keeps its data in SQLite, which compares geometries
    assert set(said) == declared


def test_every_test_that_is_named_is_there() -> None:
    named = set(re.findall(r"tests/[\w/]+\.py", TEXT))
    assert len(named) > 20
    assert [each for each in sorted(named) if "def test_" not in (ROOT / each).read_text()] == []
