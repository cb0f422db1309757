"""Garbage collection: remove what nothing needs. What a passport rests on is never touched.

Every room is asked what it needs. Whatever is younger than an hour is left alone, because a run or a person may
be storing it at this very moment, and a file that is stored again counts as young again.
"""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from repeatpass.assembly import House
from repeatpass.core.errors import NotFound

YOUNG_S = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """What was removed, or would be: number of *files*, their *size* in bytes; and how many are *kept*."""

    files: int
    size: int
    kept: int


def needed_files(house: House) -> set[str]:
    """Return the checksums of every kept file that some room needs."""
    rooms = (
        house.catalog,
        house.contexts,
        house.shelf,
        house.runs,
        house.environments,
        house.batches,
        house.submissions,
    )
    return set[str]().union(*(room.needed_files() for room in rooms))


def sweep(house: House, dry_run: bool) -> Swept:
    """Remove what nothing needs from the home and its file area; with *dry_run*, only count it."""
    needed = needed_files(house)
    everything = list(house.files.all())
    useless = [file for file in everything if file.checksum not in needed and _old_file(house, file.checksum)]
    folders = [*_run_folders(house), *_kits(house), *_caches(house.settings.home)]
    inside = [(path, path.lstat().st_size) for folder in folders for path in _files_in(folder)]
    if not dry_run:
        for file in useless:
            if _old_file(house, file.checksum):  # somebody may have stored it again meanwhile
                house.files.remove(file.checksum)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True) if folder.is_dir() else folder.unlink(missing_ok=True)
        house.files.clear_parts(older_than=YOUNG_S)
    size = sum(file.size for file in useless) + sum(size for _, size in inside)
    return Swept(files=len(useless) + len(inside), size=size, kept=len(everything) - len(useless))


def _old_file(house: House, checksum: str) -> bool:
    try:
        return time.time() - house.files.modified(checksum) > YOUNG_S
    except NotFound:  # gone meanwhile
        return False


def _run_folders(house: House) -> Iterator[Path]:
    """Yield the folders of runs that have ended, or that nobody knows."""
    for folder in house.folders.root.iterdir():
        try:
            ended = house.runs.run(folder.name).state.final
        except NotFound:
            ended = True
        if ended and _old(folder):
            yield folder


def _kits(house: House) -> Iterator[Path]:
    """Yield the kits that no run has imported and no new run will."""
    used = house.runs.kits() | house.batches.kits() | {house.environments.kit()}
    for folder in (house.settings.home / "kits").iterdir():
        if folder.name not in used and _old(folder):
            yield folder


def _caches(home: Path) -> Iterator[Path]:
    cache = home / "cache"
    yield from (path for path in (cache.iterdir() if cache.is_dir() else ()) if _old(path))


def _old(path: Path) -> bool:
    """Say whether nothing in *path* was changed within the last hour."""
    newest = max((each.lstat().st_mtime for each in _files_in(path)), default=path.lstat().st_mtime)
    return time.time() - max(newest, path.lstat().st_mtime) > YOUNG_S


def _files_in(path: Path) -> list[Path]:
    if path.is_symlink() or not path.is_dir():
        return [path]
    return [each for each in path.rglob("*") if each.is_symlink() or each.is_file()]
