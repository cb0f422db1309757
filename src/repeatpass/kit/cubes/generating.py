"""The generator: step after step, block after block, from the sources into the store."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repeatpass.kit.cubes.aggregating import Aggregate
from repeatpass.kit.cubes.collecting import Source
from repeatpass.kit.cubes.describing import described, frame_of
from repeatpass.kit.cubes.records import MAP, SERIES, BadSpecification, Grid, Specification, Step
from repeatpass.kit.cubes.series import write_series
from repeatpass.kit.cubes.sources import File
from repeatpass.kit.cubes.store import Store
from repeatpass.kit.cubes.warping import resampled
from repeatpass.kit.cubes.windows import Window, windows_of
from repeatpass.kit.cubes.zipping import zip_store

BLOCK = 4_000_000  # cells that are computed at once
Progress = Callable[[str, int, int], None]  # what is being done, steps done, of


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What the generator wrote."""

    files: dict[str, Path]  # layout -> .zarr.zip
    facts: dict[str, Any]  # where, when and of what it is, for its description


def generate(specification: Specification, folder: Path, progress: Progress = lambda *_: None) -> Made:
    """Make the cube and write `<layout>.zarr.zip` for each layout into *folder*.

    Raises:
        BadSpecification: a source does not exist, lies elsewhere, or has nothing in these times.
    """
    sources = {variable.name: Source(variable) for variable in specification.variables}
    scratch = Path(tempfile.mkdtemp(prefix=".cube-", dir=Path.cwd()))
    try:
        lasting = {name for name, source in sources.items() if source.lasting}
        store = Store(scratch / MAP, frame_of(specification, sources, lasting), specification.chunks[MAP])
        _fill(specification, sources, lasting, store, progress)
        facts = described(specification, sources, lasting)
        return Made(files=_layouts(specification, store, scratch, folder, progress), facts=facts)
    finally:
        for source in sources.values():
            source.close()
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(
    specification: Specification, sources: dict[str, Source], lasting: set[str], store: Store, progress: Progress
) -> None:
    """Write every map; the blocks outside, so that each source is read along in time."""
    blocks = list(_blocks(specification.grid, specification.chunks[MAP]["y"]))
    filled = dict.fromkeys(sources, False)
    every: list[Step | None] = [None, *specification.steps]  # None: what holds for all times
    for number, (row, block) in enumerate(blocks):
        windows: dict[Any, tuple[Window, ...]] = {}
        for place, step in enumerate(every, start=-1):
            for name, source in sources.items():
                if (name in lasting) != (step is None):
                    continue
                values, found = _one(source, step, block, windows)
                filled[name] |= found
                store.write(name, None if step is None else place, row, values)
            progress("maps", number * len(every) + place + 2, len(blocks) * len(every))
    if empty := [name for name, found in filled.items() if not found]:
        raise BadSpecification(
            f"variables.{empty[0]}: {sources[empty[0]].collection.id} has no data in this area between "
            f"{specification.steps[0].start:%Y-%m-%d} and {specification.steps[-1].end:%Y-%m-%d}; check area and time.",
            variable=empty[0],
        )


def _one(source: Source, step: Step | None, block: Grid, windows: dict[Any, tuple[Window, ...]]) -> tuple[Any, bool]:
    """The values of one variable in one step on one block, and whether there are any."""
    variable = source.variable
    total = Aggregate(variable.aggregation, (block.height, block.width))
    observed = ((source.file(source.items[0]), None),) if step is None else source.observations(step)
    for file, place in observed:
        if file.lattice not in windows:
            windows[file.lattice] = windows_of(file.lattice, block)
        total.put(_on_grid(file, place, block, windows[file.lattice], variable.resampling))
    if step is None and variable.aggregation == "count":
        raise BadSpecification(
            f"variables.{variable.name}.aggregation: 'count' needs a source with times; take another."
        )
    return total.result(), bool(total.number.any())


def _on_grid(file: File, place: int | None, block: Grid, windows: tuple[Window, ...], method: str) -> Any:
    """One observation on the grid; where two windows meet, the first with data counts."""
    import numpy as np

    values = np.full((block.height, block.width), np.nan)
    for window in windows:
        one = resampled(file.read(window, place), window, file.lattice, block, method)
        values = np.where(np.isnan(values), one, values)
    return values


def _blocks(grid: Grid, chunk: int) -> Iterator[tuple[int, Grid]]:
    """Cut the grid into bands of whole chunks that are computed at once: (first row, part of the grid)."""
    rows = max(1, BLOCK // (grid.width * chunk)) * chunk
    for start in range(0, grid.height, rows):
        yield start, grid.rows(start, min(start + rows, grid.height))


def _layouts(
    specification: Specification, store: Store, scratch: Path, folder: Path, progress: Progress
) -> dict[str, Path]:
    number = len(specification.steps)
    files = {}
    if SERIES in specification.layouts:
        write_series(
            store, scratch / SERIES, specification.chunks[SERIES], lambda place: progress("series", place + 1, number)
        )
        files[SERIES] = zip_store(scratch / SERIES, folder / "series.zarr.zip")
    if MAP in specification.layouts:
        files[MAP] = zip_store(scratch / MAP, folder / "map.zarr.zip")
    return {layout: files[layout] for layout in specification.layouts}
