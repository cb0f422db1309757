"""Makes real runs, and the content of their crates, for the tests that repeat them."""

import json
import platform
from pathlib import Path

import nbformat

from repeatpass.core.digests import digest_file
from repeatpass.kit.context import Context
from repeatpass.kit.publishing import manifest
from repeatpass.kit.records import Asset, Collection, Item, Tolerance
from repeatpass.notebooks.environments import Environment
from repeatpass.notebooks.source import revision_of
from repeatpass.verification.crate import CrateContent, CrateInput, CrateOutput
from repeatpass.verification.footing import Footing
from repeatpass.verification.laptop import execute

LOCKS = Path(__file__).parents[1] / "notebooks" / "locks"
SOURCE = """
import repeatpass

table = repeatpass.open("stations")
table["value"] = table["value"] * scale
repeatpass.publish(table, "series", title="Series", unit="K")
repeatpass.output("notes.txt").write_text(f"{len(table)} rows")
"""


def make_notebook(path: Path, source: str = SOURCE) -> Path:
    """Write a notebook with a parameter *scale* and one cell of *source*."""
    cells = [
        nbformat.v4.new_markdown_cell("# Stations", id="title"),
        nbformat.v4.new_code_cell("scale = 2.0  # 0..10: factor", id="given", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(source.strip(), id="work"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "elsewhere", "display_name": ""}})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path


def environment() -> Environment:
    """Return the environment that the crates of these tests name."""
    return Environment(name="science", lock=(LOCKS / "science.txt").read_text("utf-8"))


def run_for_real(folder: Path, prefix: Path, kit: Path, source: str = SOURCE) -> CrateContent:
    """Execute the notebook in *prefix* and return everything about that run as a crate's content."""
    folder.mkdir(parents=True)
    stations = folder / "stations-of-this-machine.csv"
    stations.write_text("place,time,value\noslo,2020-01-01,1.5\nbergen,2020-01-01,2.25\n")
    notebook = make_notebook(folder / "given.ipynb", source)
    asset = Asset(href=str(stations), type="text/csv", size=stations.stat().st_size, checksum=digest_file(stations))
    items = (Item(id="all", assets={"data": asset}, datetime="2020-01-01T00:00:00Z"),)
    context = Context(run="r1", collections={"stations": Collection(id="stations", version="3", items=items)})
    done = execute(notebook, context, {"scale": 3.0}, folder=folder / "run", prefix=prefix, kit=kit)
    assert done.succeeded, done.message
    footing = Footing(
        revision=revision_of(json.loads(notebook.read_text())), parameters={"scale": 3.0},
        environment=environment().digest, environment_name="science", packages=environment().requirements,
        python=environment().python, kit=kit.name, hash_seed="0", inputs=done.inputs,
        machine=f"{platform.system()} {platform.release()} {platform.machine()}",
    )  # fmt: skip
    outputs = tuple(
        CrateOutput(
            path=each.path, name=each.name, source=done.folder / "outputs" / each.path, kind=each.kind,
            media_type=each.media_type, title=each.title, unit=each.unit,
            checksum=digest_file(done.folder / "outputs" / each.path),
        )
        for each in manifest(done.folder / "outputs")
    )  # fmt: skip
    return CrateContent(
        run="r1", title="Stations", notebook=notebook, executed=done.folder / "executed.ipynb", footing=footing,
        environment=environment(), context=context, outputs=outputs, kit=kit, started="2026-11-22T08:00:00Z",
        finished="2026-11-22T08:00:05Z", agent="Ada Example", authors=("Ada Example", "Ben Example"),
        licence="CC-BY-4.0", citation="Example (2026).", description="Two stations.",
        address="https://example.org/runs/r1", tolerances={"series": Tolerance(absolute=0.01)},
        subject="stations/oslo/2020-01-01",
        inputs=tuple(CrateInput(pin=pin, path=stations) for pin in done.inputs),
    )  # fmt: skip
