"""The notebook that checks what was brought, and the context in which its run finds the files."""

from pathlib import Path

from repeatpass.bringing.records import Submission
from repeatpass.core.digests import canonical_json
from repeatpass.kit.context import Context
from repeatpass.kit.records import Asset, Collection
from repeatpass.notebooks.room import Shelf
from repeatpass.notebooks.shipped import shelve_file
from repeatpass.storage.files import FileArea

NOTEBOOK = "check-data"
ARRIVAL = "arrival"  # what the notebook calls the collection of the brought files
FILE = Path(__file__).parent / f"{NOTEBOOK}.ipynb"


def shelve(shelf: Shelf) -> None:
    """Put the notebook on the shelf, or its newer revision; nothing happens where it is there."""
    shelve_file(shelf, FILE)


def arrival_context(files: FileArea, submission: Submission) -> str:
    """Keep a context of nothing but the brought files; return its checksum."""
    assets = {
        each.name: Asset(href="", type="application/octet-stream", size=each.size, checksum=each.checksum)
        for each in submission.files
    }
    made = Collection(id=ARRIVAL, version=submission.id, title=submission.wish.title, assets=assets)
    return files.put_bytes(canonical_json(Context(collections={ARRIVAL: made}).to_json())).checksum
