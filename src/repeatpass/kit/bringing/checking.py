"""The whole check: every file recognised, checked, written; then all of them beside each other; then a report."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from repeatpass.kit.bringing.cubes import check_cube
from repeatpass.kit.bringing.formats import CLASSIC, NETCDF, TIFF, ZARR, ZIP, format_of
from repeatpass.kit.bringing.pictures import draw
from repeatpass.kit.bringing.rasters import check_raster
from repeatpass.kit.bringing.records import Most, Piece, Problem, Refused, Source
from repeatpass.kit.bringing.tables import check_table, layers_of
from repeatpass.kit.bringing.unpacking import unpacked

REPORT, THUMBNAIL = "report.json", "thumbnail.png"
LITTLE = 64_000_000  # bytes; with less a disk counts as full
Tell = Callable[[str, int, int], None]
CUBES = (NETCDF, CLASSIC, ZARR)


class NoRoom(Exception):
    """There is no room to write what was read; nothing is known about the data."""


def check_files(files: Mapping[str, Path], outputs: Path, tell: Tell, most: Most | None = None) -> dict[str, Any]:
    """Check brought *files* (name to path) and write those that can be taken below *outputs*, with a picture and a report.

    Returns:
        The report, which is also written to ``report.json``: ``pieces`` that are kept, ``problems`` of files that
        cannot be. Where there is any problem nothing can be registered: a collection is whole or it is not.
    """
    pieces: list[Piece] = []
    problems: list[Problem] = []
    with tempfile.TemporaryDirectory() as name:
        for number, (file, path) in enumerate(sorted(files.items())):
            tell("checking", number + 1, len(files))
            try:
                folder = Path(name) / str(number)
                folder.mkdir()
                for source in _sources(path, file, folder, most or Most()):
                    pieces += _checked(source, outputs, pieces, most or Most(), tell)
            except Refused as refused:
                problems.append(refused.problem(file))
            except Exception as error:
                _say_if_full(outputs, path, error)
                raise
    problems += [each.problem(", ".join(sorted(files))) for each in _together(pieces)]
    if pieces and not problems:
        with suppress(Exception):  # a picture is worth less than the data
            draw(pieces[0], outputs / pieces[0].path, outputs / THUMBNAIL)
    report = {"pieces": [asdict(each) for each in pieces], "problems": [asdict(each) for each in problems]}
    (outputs / REPORT).write_text(json.dumps(report, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    return report


def _say_if_full(outputs: Path, path: Path, error: Exception) -> None:
    """Raise NoRoom where the disk is full: GDAL and HDF5 say then that a file is damaged, each in other words."""
    if shutil.disk_usage(outputs).free < max(LITTLE, path.stat().st_size):
        raise NoRoom("the disk of this house is full; ask whoever keeps it to make room") from error


def _sources(path: Path, name: str, folder: Path, most: Most) -> list[Source]:
    """Return the file, or the files that it holds; under its own name, for some readers go by the ending."""
    format = format_of(path, name)
    named = folder / Path(name).name
    named.symlink_to(path.resolve())
    source = Source(path=named, name=name, format=format)
    if format != ZIP:
        return [source]
    inside = folder / "unpacked"
    inside.mkdir()
    return unpacked(source, inside, most)


def _checked(source: Source, outputs: Path, known: Sequence[Piece], most: Most, tell: Tell) -> Iterator[Piece]:
    taken = {each.id for each in known}
    layers = [""] if source.format in (TIFF, *CUBES) else layers_of(source)
    for layer in layers:
        id = _id(layer or source.name, taken)
        taken.add(id)
        if source.format == TIFF:
            yield check_raster(source, outputs / f"{id}.tif", id, most, tell)
        elif source.format in CUBES:
            ending = ".zarr.zip" if source.format == ZARR else ".nc"
            yield check_cube(source, outputs / f"{id}{ending}", id, most, tell)
        else:
            yield check_table(source, layer, outputs / f"{id}.parquet", id, tell)


def _id(name: str, taken: set[str]) -> str:
    """Return an item's id from a name: small letters, digits, hyphens."""
    stem = Path(name).name.split(".")[0]
    base = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:60] or "data"
    return next(each for each in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if each not in taken)


def _together(pieces: Sequence[Piece]) -> Iterator[Refused]:
    """Yield what keeps files from being one collection."""
    kinds = {each.kind for each in pieces}
    if len(kinds) > 1:
        yield Refused(
            "mixed-kinds",
            f"The files are of different kinds: {'; '.join(f'{each.name} is a {each.kind}' for each in pieces[:6])}.",
            "Bring each kind as a collection of its own.",
        )
        return
    if len({each.crs for each in pieces}) > 1:
        shown = "; ".join(f"{each.name}: {each.crs[:40]}" for each in pieces[:6])
        yield Refused(
            "mixed-crs",
            f"The files have different coordinate reference systems: {shown}.",
            "Warp them to one (gdalwarp, ogr2ogr), or bring them as collections of their own.",
        )
    shapes = {
        tuple((each["name"], each.get("data_type")) for each in piece.fields.get("bands", ())) for piece in pieces
    }
    if kinds == {"raster"} and len({tuple(of for _, of in shape) for shape in shapes}) > 1:
        shown = "; ".join(
            f"{each.name}: {', '.join(b['data_type'] for b in each.fields['bands'])}" for each in pieces[:6]
        )
        yield Refused(
            "mixed-bands",
            f"The files have different bands: {shown}.",
            "Bring files with the same bands as one collection.",
        )
