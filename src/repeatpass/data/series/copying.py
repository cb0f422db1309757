"""Makes a copy of one variable of a cube whose chunks are long in time: ``python -m repeatpass.data.series.copying``.

A program of its own, so that the server goes on answering meanwhile. The numbers are copied as they are stored, with their
scale, offset and fill value: what is read from the copy is what is read from the original, to the last bit.
"""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repeatpass.core.errors import Exhausted, Invalid
from repeatpass.data.facts import axes_of, opened, time_of
from repeatpass.kit.cubes.series import tiles_of, transpose
from repeatpass.kit.opening import open_file

CHUNK_VALUES = 400_000  # of a chunk
LONGEST = 4096  # steps of a chunk
SHARD_BYTES = 64_000_000  # of a file of the copy, unpacked; also what is held at once
BLOCK_BYTES = 640_000_000  # of the maps that one chunk of the original holds together
NICENESS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How a copy is laid out: lengths along time, y and x."""

    chunks: tuple[int, int, int]
    shards: tuple[int, int, int]

    @classmethod
    def of(cls, shape: Sequence[int], size: int) -> "Plan":
        """For an array (time, y, x) of numbers of *size* bytes."""
        times = min(shape[0], LONGEST)
        side = max(4, int((CHUNK_VALUES / times) ** 0.5))
        high, wide = (min(side, length) for length in shape[1:])
        many = max(1, int((SHARD_BYTES / (times * high * wide * size)) ** 0.5))
        tall = min(many, -(-shape[1] // high))
        broad = min(many, -(-shape[2] // wide))
        return cls(chunks=(times, high, wide), shards=(times, high * tall, wide * broad))


class _Maps:
    """The maps of the original one by one; those of the chunk that was read last are held."""

    def __init__(self, array: Any, long: int) -> None:
        self.array, self.long, self.dtype = array, long, array.dtype
        self.start, self.held = -1, array[:0]

    def __getitem__(self, time: int) -> Any:
        import numpy as np

        start = time // self.long * self.long
        if start != self.start:
            self.start, self.held = start, np.asarray(self.array[start : start + self.long].values)
        return self.held[time - start]


Opening = Callable[[Mapping[str, Any]], AbstractContextManager[Any]]  # of a cube, with options of xarray


def make_copy(source: Path, media_type: str, variable: str, target: Path) -> None:
    """Write the copy of a file of here, as `copy_of` does."""
    copy_of(_near(source, media_type.partition(";")[0].strip()), variable, target)


def copy_of(opening: Opening, variable: str, target: Path) -> None:
    """Write the copy of a cube to the folder *target*, whole or not at all.

    Raise Invalid where it cannot be laid out anew, Exhausted where the disk has not room for it.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with opening({}) as read:
            axes, time = _axes(read[variable])
        with opening({"decode_cf": False}) as dataset:
            _write(dataset, variable, (time, *axes), draft)
        if not target.exists():
            draft.replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _axes(array: Any) -> tuple[tuple[str, str], str]:
    axes, time = axes_of(array), time_of(array)
    if axes is None or not time:
        raise Invalid(f"{array.name} has no time or no grid: {', '.join(map(str, array.dims))}.")
    return axes, time


def _write(dataset: Any, variable: str, dims: tuple[str, str, str], draft: Path) -> None:
    """Lay the array out empty, then fill it; each value of further dimensions (depth …) is an array by itself."""
    import itertools

    import zarr

    array = dataset[variable]
    others = [str(dim) for dim in array.dims if dim not in dims]
    array = array.transpose(*others, *dims)
    shape = [array.sizes[dim] for dim in dims]
    plan, long = Plan.of(shape, array.dtype.itemsize), _long(array, dims[0])
    if long * shape[1] * shape[2] * array.dtype.itemsize > BLOCK_BYTES:
        raise Invalid(f"{variable}: {long} maps lie in one chunk, which is too much to hold at once.")
    _require_room(draft.parent, array.nbytes + array.nbytes // max(1, len(others) and array.shape[0]))
    _lay_out(dataset, array, others, plan, draft)
    target: Any = zarr.open_group(draft, mode="r+")[variable]
    for place in itertools.product(*(range(array.sizes[dim]) for dim in others)):
        view = _View(target, place)
        maps = _Maps(array.isel(dict(zip(others, place, strict=True))), long)
        for start in range(0, shape[0], plan.shards[0]):
            span = (start, min(start + plan.shards[0], shape[0]))
            tiles = tiles_of(shape[1], shape[2], plan.shards[1], plan.shards[2])
            transpose(maps, view, span, tiles, draft.parent, lambda _: None)


class _View:
    """One value of the further dimensions of an array, for writing."""

    def __init__(self, array: Any, place: tuple[int, ...]) -> None:
        self.array, self.place = array, place

    def __setitem__(self, where: Any, values: Any) -> None:
        self.array[(*self.place, *where)] = values


def _long(array: Any, time: str) -> int:
    return int((array.encoding.get("preferred_chunks") or {}).get(time, 1))


def _require_room(folder: Path, needed: int) -> None:
    if (free := shutil.disk_usage(folder).free) < 1.2 * needed:
        raise Exhausted(
            f"A copy for series needs {needed / 1e9:.1f} GB of the disk for a while; {free / 1e9:.1f} GB are free."
        )


def _lay_out(dataset: Any, array: Any, others: list[str], plan: Plan, draft: Path) -> None:
    """Write the store without the numbers of the variable."""
    import dask.array
    from zarr.codecs import ZstdCodec

    empty = dask.array.empty(array.shape, dtype=array.dtype, chunks=(*[1] * len(others), *plan.shards))
    wanted = [
        name
        for name in dataset.variables
        if name not in dataset.data_vars and set(dataset[name].dims) <= set(array.dims)
    ]
    bounds = {dataset[name].attrs.get("bounds") for name in wanted} | {array.attrs.get("grid_mapping")}
    kept = dataset[
        [*wanted, *sorted(name for name in bounds if name in dataset.variables and name not in wanted)]
    ].load()
    for name in kept.variables:
        kept[name].encoding = {}
    made = kept.assign({array.name: (array.dims, empty, array.attrs)})
    encoding = {
        "chunks": (*[1] * len(others), *plan.chunks),
        "shards": (*[1] * len(others), *plan.shards),
        "compressors": [ZstdCodec(level=1)],
    }
    made.to_zarr(draft, zarr_format=3, consolidated=False, compute=False, encoding={array.name: encoding})


def main() -> None:
    """Make one copy, out of the way of everything else."""
    os.nice(NICENESS)
    source, media_type, variable, target = sys.argv[1:]
    told = json.loads(sys.stdin.buffer.read() or b"{}")
    if source == "-":
        copy_of(_far(told), variable, Path(target))
    else:
        make_copy(Path(source), media_type, variable, Path(target))


def _near(path: Path, media_type: str) -> Opening:
    def opening(options: Mapping[str, Any]) -> AbstractContextManager[Any]:
        return closing(open_file(path, media_type, options)) if options else opened(path, media_type)

    return opening


def _far(told: Mapping[str, str]) -> Opening:
    from repeatpass.data.elsewhere.passing import opened_elsewhere

    return lambda options: closing(opened_elsewhere(told, options))


if __name__ == "__main__":
    main()
