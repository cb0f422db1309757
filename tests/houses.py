"""Houses for tests: real rooms, a real executor, small notebooks."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat

from repeatpass.assembly import House, open_house
from repeatpass.settings import Settings

PUBLISH = """
import pandas as pd, repeatpass
repeatpass.publish(pd.DataFrame({rows}), "values", unit="K")
"""


def notebook(*cells: str, parameters: str = "") -> bytes:
    """Return a notebook of code cells, the first tagged as parameters where there are any."""
    made = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})] if parameters else []
    made += [nbformat.v4.new_code_cell(cell) for cell in cells]
    return nbformat.writes(nbformat.v4.new_notebook(cells=made)).encode()


@contextmanager
def working_house(home: Path, **settings: object) -> Iterator[House]:
    """Open a house whose environment is the interpreter of the tests, and let it work."""
    given: dict[str, object] = {"environment": sys.prefix, "demo": False, "slots": 2} | settings
    house = open_house(Settings(home=home, **given))  # type: ignore[arg-type]
    house.environments.install("earth")
    house.start()
    try:
        yield house
    finally:
        house.upscaling.cluster.shutdown()
        house.runner.shutdown()
        house.close()


def indicator(id: str = "warmth", notebook: str = "warmth", **changes: object) -> dict[str, object]:
    """Return the definition of a small indicator in kelvin at two places."""
    return {
        "id": id,
        "title": "Warmth",
        "finding": "It is warm.",
        "themes": ["climate"],
        "agencies": ["ESA"],
        "satellites": [],
        "sensors": [],
        "unit": "K",
        "description": "For tests.",
        "method": "Stated numbers.",
        "limitations": "None.",
        "authors": ["Test team"],
        "contact": "tests@repeatpass.example",
        "licence": "CC0-1.0",
        "citation": "Test team (2026).",
        "status": "closed record",
        "cadence": "P1M",
        "max_age": "P40D",
        "notebook": notebook,
        "parameters": {},
        "output": "values",
        "tolerance": {"absolute": 0.001, "relative": 0},
        "range": [-10, 10],
        "places": [
            {"id": "here", "name": "Here", "geometry": {"type": "Point", "coordinates": [0, 0]}},
            {"id": "there", "name": "There", "geometry": {"type": "Point", "coordinates": [10, 0]}},
        ],
        "periods": [],
        "chart": {},
        "map": None,
    } | changes
