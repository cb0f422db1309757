"""Notebooks that every house has on its shelf, whatever else is there: `echo`, for those who write clients."""

from pathlib import Path

from repeatpass.access import SYSTEM
from repeatpass.core.digests import digest_bytes, digest_file
from repeatpass.core.errors import NotFound
from repeatpass.notebooks.room import Shelf

FOLDER = Path(__file__).parent


def shelve_shipped(shelf: Shelf) -> None:
    """Put the shipped notebooks on the shelf; one of the same name that is somebody's own is left alone."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        content = path.read_bytes()
        if not _stands(shelf, path.stem, digest_bytes(content)):
            shelf.add(SYSTEM, path.stem, content, curated=True)


def shelve_file(shelf: Shelf, path: Path) -> None:
    """Put one notebook of the platform on the shelf, or its newer revision; nothing happens where it is there."""
    try:
        if shelf.notebook(path.stem).latest.file == digest_file(path):
            return
    except NotFound:
        pass
    shelf.add(SYSTEM, path.stem, path.read_bytes(), curated=True)


def _stands(shelf: Shelf, id: str, checksum: str) -> bool:
    try:
        known = shelf.notebook(id)
    except NotFound:
        return False
    return known.owner != SYSTEM.id or known.latest.file == checksum
