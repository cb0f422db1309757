"""The notebook that makes cubes: put on the shelf, and asked for with a specification."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repeatpass.access import Actor
from repeatpass.catalog.products import require_free
from repeatpass.catalog.room import Catalog
from repeatpass.cubes.specifications import checked
from repeatpass.notebooks.room import Shelf
from repeatpass.notebooks.shipped import shelve_file
from repeatpass.runs.records import Run
from repeatpass.runs.submitting import Submitting

NOTEBOOK = "generate-cube"
FILE = Path(__file__).parent / f"{NOTEBOOK}.ipynb"


def shelve(shelf: Shelf) -> None:
    """Put the notebook on the shelf, or its newer revision; nothing happens where it is there."""
    shelve_file(shelf, FILE)


class Cubes:
    """Asks for cubes."""

    def __init__(self, catalog: Catalog, shelf: Shelf, submitting: Submitting) -> None:
        self.catalog = catalog
        self.shelf = shelf
        self.submitting = submitting

    def check(self, actor: Actor, body: Mapping[str, Any]) -> None:
        """Raise Invalid, Conflict or Forbidden if the specification cannot become a collection of the actor's."""
        specification = checked(body, self.catalog.as_seen_by(actor))
        require_free(self.catalog, actor, specification.id)

    def make(self, actor: Actor, body: Mapping[str, Any]) -> Run:
        """Check the specification and queue the run that makes the cube."""
        self.check(actor, body)
        shelve(self.shelf)
        empty: dict[str, Any] = {"area": [], "bounds": [], "variables": {}}
        return self.submitting.submit(actor, NOTEBOOK, empty | dict(body))
