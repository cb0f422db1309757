"""Merge a batch: check what fits, write, register. Nothing is registered until everything is written."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from repeatpass.access import Actor, Right
from repeatpass.batches.merging.cubing import merge_cube
from repeatpass.batches.merging.items import cube_item, mosaic_item, rows_item
from repeatpass.batches.merging.mosaics import merge_tiles
from repeatpass.batches.merging.pieces import by_time, pieces_of
from repeatpass.batches.merging.records import CannotMerge, Form, Piece, Wish
from repeatpass.batches.merging.rows import merge_rows
from repeatpass.batches.merging.tiles import look
from repeatpass.batches.records import Batch, BatchState
from repeatpass.batches.room import Batches
from repeatpass.catalog.products import Product, ProductItem, register_product, require_free
from repeatpass.catalog.records import Collection
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Exhausted, NotFound
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.room import Runs
from repeatpass.storage.files import FileArea

Progress = Callable[[str, int, int], None]  # what is being done, how many parts, of
SENTENCE = "Results of {done} of the {all} parts of the batch “{name}”, merged. Each part ran {notebook}."


class Merging:
    """Makes one collection of what the parts of a batch left."""

    def __init__(
        self, batches: Batches, runs: Runs, shelf: Shelf, catalog: Catalog, files: FileArea, scratch: Path
    ) -> None:
        self.batches, self.runs, self.shelf = batches, runs, shelf
        self.catalog, self.files, self.scratch = catalog, files, scratch

    def require(self, actor: Actor, wish: Wish) -> Batch:
        """Return the batch if *actor* may merge it into this collection; else raise Forbidden, Conflict or CannotMerge."""
        actor.require(Right.CONTRIBUTE)
        batch = self.batches.batch(wish.batch)
        actor.require_own(batch.actor)
        require_free(self.catalog, actor, wish.name)
        if batch.state in (BatchState.RUNNING, BatchState.PAUSED):
            raise CannotMerge(f"Batch {batch.id} is {batch.state}; it can be merged when it has ended.", batch=batch.id)
        return batch

    def merge(self, actor: Actor, wish: Wish, progress: Progress = lambda *_: None) -> Collection:
        """Merge and register; merging the same again changes nothing, another result is a new version.

        Raise CannotMerge naming the part and what differs; Exhausted when the disk is full, with nothing registered.
        """
        batch = self.require(actor, wish)
        pieces, sources = pieces_of(self.batches, self.runs, batch, wish)
        self.scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=self.scratch, prefix="merge-"))
        try:
            items = self._items(wish, batch, pieces, folder, progress)
            return register_product(self.catalog, self.files, actor, self._product(wish, batch, pieces, sources, items))
        except OSError as error:
            raise Exhausted(
                f"Batch {batch.id} could not be merged: {error.strerror or error}. Nothing was registered; merge it again."
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _items(
        self, wish: Wish, batch: Batch, pieces: list[Piece], folder: Path, progress: Progress
    ) -> list[ProductItem]:
        def told(number: int, of: int) -> None:
            progress("Writing", number, of)

        if wish.form is Form.GEOPARQUET:
            rows, box = merge_rows(pieces, self._find, folder / "rows.parquet", told)
            return [rows_item(wish, pieces, folder / "rows.parquet", rows, box)]
        if wish.form is Form.ZARR:
            tiles = [look(piece, self._find(piece)) for piece in pieces]
            notes = {
                "title": wish.title or wish.name,
                "id": wish.name,
                "summary": _sentence(batch, pieces),
                "history": f"Merged by Repeatpass from {len(pieces)} runs of {batch.notebook}@{batch.legs.revision[:12]}",
                "source": f"Batch {batch.id}",
            }
            files, frame, chunks = merge_cube(tiles, folder, notes, wish.overlap, told)
            return [cube_item(wish, pieces, files, frame, chunks)]
        items = []
        for number, (time, some) in enumerate(by_time(pieces)):
            path = folder / f"mosaic-{number}.tif"
            mosaic = merge_tiles([look(piece, self._find(piece)) for piece in some], path, wish.overlap, told)
            items.append(mosaic_item(wish, some, path, mosaic, time))
        return items

    def _find(self, piece: Piece) -> Path:
        try:
            return self.files.path(piece.output.checksum)
        except NotFound:
            raise piece.fails("its file is not kept any more; run the part again.") from None

    def _product(
        self, wish: Wish, batch: Batch, pieces: list[Piece], sources: set[str], items: list[ProductItem]
    ) -> Product:
        licence = ""
        with suppress(NotFound):
            licence = self.shelf.revision(batch.notebook, batch.legs.revision).about.licence
        return Product(
            id=wish.name,
            title=wish.title or batch.name or wish.name,
            description=_sentence(batch, pieces),
            keywords=["batch", wish.form],
            items=items,
            sources=sorted(sources),
            made_by=f"/batches/{batch.id}",
            licence=licence,
            properties={"repeatpass:batch": batch.id, "repeatpass:merge": wish.body()},
        )


def _sentence(batch: Batch, pieces: list[Piece]) -> str:
    return SENTENCE.format(
        done=len(pieces), all=batch.parts, name=batch.name, notebook=f"{batch.notebook}@{batch.legs.revision[:12]}"
    )
