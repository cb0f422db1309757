"""A finished run of the generator becomes a collection: an item with an asset for each layout, and the run as its origin."""

import json
import logging
from typing import Any

from repeatpass.access.room import Access
from repeatpass.catalog.products import Product, ProductFile, ProductItem, register_product
from repeatpass.catalog.records import Collection
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import RepeatpassError
from repeatpass.cubes.generator import NOTEBOOK
from repeatpass.kit.cubes.records import LAYOUTS, MAP
from repeatpass.kit.opening import ZARR_ZIP
from repeatpass.runs.records import Provenance, Purpose, Run, RunOutput, State
from repeatpass.runs.room import Runs
from repeatpass.storage import events
from repeatpass.storage.files import FileArea, StoredFile

log = logging.getLogger(__name__)
FACTS = "cube.json"
TITLES = {MAP: "In chunks of maps", "series": "In chunks of long series"}


class Registering:
    """Listens for runs of the generator."""

    def __init__(self, runs: Runs, catalog: Catalog, files: FileArea, access: Access) -> None:
        self.runs = runs
        self.catalog = catalog
        self.files = files
        self.access = access

    def run_finished(self, id: str) -> Collection | None:
        """Register the cube that a run made; hearing of the same run twice changes nothing.

        A repeat registers nothing. Where the collection cannot be registered, the run keeps its outputs and
        the event ``cube.refused`` says why.
        """
        run = self.runs.run(id)
        if run.legs.notebook != NOTEBOOK or run.purpose is Purpose.REPEAT or run.state is not State.SUCCEEDED:
            return None
        try:
            product = self._product(run, self.runs.provenance(id))
            return register_product(self.catalog, self.files, self.access.user(run.actor), product)
        except (RepeatpassError, KeyError, ValueError) as error:
            reason = error.message if isinstance(error, RepeatpassError) else f"Its facts cannot be read ({error!r})."
            log.warning("The cube of run %s is not registered: %s", id, reason)
            with self.catalog.database.write() as connection:
                events.record(connection, "cube.refused", id, reason=reason)
            return None

    def _product(self, run: Run, provenance: Provenance) -> Product:
        outputs = {output.path: output for output in provenance.outputs}
        facts = json.loads(self.files.read(outputs[FACTS].checksum))
        stated = facts["specification"]
        origin = f"/runs/{run.id}"
        layouts = [name for name in facts["chunks"] if name in LAYOUTS]
        assets = [_file(facts, name, outputs[f"{name}.zarr.zip"], first=name == layouts[0]) for name in layouts]
        item = ProductItem(
            id=stated["id"],
            title=stated.get("title") or stated["id"],
            bbox=tuple(facts["bbox"]),
            start=facts["start"],
            end=facts["end"],
            files=[*assets, _facts_file(outputs[FACTS])],
            properties={**_cube(facts), "repeatpass:run": run.id, "repeatpass:revision": run.name},
            links=[
                {"rel": "via", "href": origin, "type": "text/html", "title": f"The run of {run.name} that made it"},
                *({"rel": "derived_from", "href": f"/stac/collections/{each['collection']}", "type": "application/json",
                   "title": f"{each['collection']}, version {each['version']}"} for each in facts["sources"]),
            ],
        )  # fmt: skip
        return Product(
            id=stated["id"],
            title=item.title,
            description=stated.get("description") or _sentence(facts),
            keywords=stated.get("keywords") or ["cube", *facts["variables"]],
            items=[item],
            sources=[each["collection"] for each in facts["sources"]],
            made_by=origin,
            properties={"repeatpass:specification": stated},
        )


def _file(facts: dict[str, Any], layout: str, output: RunOutput, *, first: bool) -> ProductFile:
    return ProductFile(
        key="data" if first else layout,
        file=StoredFile(checksum=output.checksum, size=output.size),
        media_type=ZARR_ZIP,
        title=TITLES[layout],
        roles=("data", layout),
        properties={
            "repeatpass:layout": layout,
            "repeatpass:chunks": facts["chunks"][layout],
            **{name: facts[name] for name in ("proj:code", "proj:shape", "proj:transform")},
        },
    )


def _facts_file(output: RunOutput) -> ProductFile:
    stored = StoredFile(checksum=output.checksum, size=output.size)
    return ProductFile(
        key="cube", file=stored, media_type=output.media_type, title="Specification and facts", roles=("metadata",)
    )


def _cube(facts: dict[str, Any]) -> dict[str, Any]:
    """The fields of the datacube extension."""
    (height, width), transform = facts["proj:shape"], facts["proj:transform"]
    left, top, size = transform[2], transform[5], transform[0]
    degrees = facts["proj:code"] == "EPSG:4326"
    y, x = ("lat", "lon") if degrees else ("y", "x")
    system = int(facts["proj:code"].partition(":")[2]) if facts["proj:code"].startswith("EPSG:") else facts["proj:code"]
    space = {"type": "spatial", "reference_system": system, "step": size}
    return {
        "cube:dimensions": {
            "time": {"type": "temporal", "extent": [facts["start"], facts["end"]], "step": facts["step"]},
            y: {**space, "axis": "y", "extent": [top - height * size, top]},
            x: {**space, "axis": "x", "extent": [left, left + width * size]},
        },
        "cube:variables": {
            name: {
                "dimensions": ["time", y, x] if each.get("cell_methods") else [y, x],
                "type": "data",
                "description": each["long_name"],
                "unit": each["units"],
            }
            for name, each in facts["variables"].items()
        },
    }


def _sentence(facts: dict[str, Any]) -> str:
    names = ", ".join(each["long_name"] for each in facts["variables"].values())
    return (
        f"A cube of {facts['steps']} steps of {facts['step']} on one grid ({facts['proj:code']}): {names}. "
        f"Made here from {', '.join(each['collection'] for each in facts['sources'])}."
    )
