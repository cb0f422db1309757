"""Reads a crate that a stranger may have made: nothing is written outside its folder or fills the disk."""

import json
import shutil
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from repeatpass.kit.errors import KitError
from repeatpass.verification.crate.passport import content_of
from repeatpass.verification.crate.records import (
    CONTEXT,
    LOCK,
    NOTEBOOK,
    PASSPORT,
    CrateContent,
    CrateUnreadable,
    CrateUnsafe,
)

LARGEST = 50 * 1024**3  # bytes, unpacked
MOST_FILES = 100_000
RATIO = 200  # a file that unpacks to more than this many times its size is no honest data
HARMLESS = 50 * 1024**2  # bytes; below this, a high ratio does no harm
NEEDED = (PASSPORT, CONTEXT, NOTEBOOK, LOCK)


def read_crate(path: Path, into: Path | None = None, *, largest: int = LARGEST) -> CrateContent:
    """Read a crate: a zip file, or a folder in which one was unpacked.

    A zip file is unpacked into the new folder *into* (a temporary one if not given, which is the
    caller's to remove: ``content.folder``). Nothing in it is run, and no checksum is checked yet;
    see `broken_pins`.

    Raises:
        CrateUnreadable: not a zip file, damaged, or no crate of Repeatpass.
        CrateUnsafe: it names files outside its folder, holds links, or unpacks to more than *largest* bytes.
    """
    if not path.exists():
        raise CrateUnreadable(f"There is no file {path}.")
    folder = path if path.is_dir() else unpack(path, into or Path(tempfile.mkdtemp(prefix="repeatpass-")), largest)
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise CrateUnreadable(f"{path.name} is not a crate of Repeatpass: it holds no {missing[0]}.")
    try:
        data = json.loads((folder / PASSPORT).read_text("utf-8"))
        return content_of(data if isinstance(data, dict) else {}, folder)
    except (ValueError, KitError) as error:
        raise CrateUnreadable(f"The crate {path.name} is damaged ({error}).") from error


def unpack(path: Path, into: Path, largest: int = LARGEST) -> Path:
    """Unpack a zip file into *into* after looking at everything in it. Raises as `read_crate`."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_unsafe(entries, largest)
            _refuse_full(into, sum(entry.file_size for entry in entries))
            for entry in entries:
                _extract(archive, entry, into)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise CrateUnreadable(f"{path.name} is not a zip file, or it is damaged ({error}).") from error
    except OSError as error:
        raise CrateUnreadable(f"{path.name} could not be unpacked: {error.strerror or error}.") from error
    return into


def _refuse_unsafe(entries: list[zipfile.ZipInfo], largest: int) -> None:
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_FILES:
        raise CrateUnsafe(f"This crate holds {len(entries)} files, more than the {MOST_FILES} that are allowed.")
    if total > largest:
        raise CrateUnsafe(f"This crate unpacks to {total} bytes, more than the {largest} that are allowed.")
    seen: set[str] = set()
    for entry in entries:
        _refuse_entry(entry)
        if entry.filename.casefold() in seen:
            raise CrateUnsafe(f"This crate holds {entry.filename} twice.")
        seen.add(entry.filename.casefold())


def _refuse_entry(entry: zipfile.ZipInfo) -> None:
    name = PurePosixPath(entry.filename)
    odd = "\\" in entry.filename or ":" in entry.filename or "\0" in entry.orig_filename
    if name.is_absolute() or ".." in name.parts or odd or not name.parts:
        raise CrateUnsafe(f"This crate names a file outside of its folder: {entry.filename!r}.")
    mode = stat.S_IFMT(entry.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise CrateUnsafe(f"This crate holds something that is no plain file: {entry.filename!r}.")
    if entry.flag_bits & 1:
        raise CrateUnsafe(f"This crate is locked with a password: {entry.filename!r}.")
    if entry.file_size > HARMLESS and entry.file_size > RATIO * max(entry.compress_size, 1):
        raise CrateUnsafe(
            f"{entry.filename!r} unpacks to {entry.file_size} bytes from {entry.compress_size}: "
            "this is made to fill the disk."
        )


def _refuse_full(into: Path, needed: int) -> None:
    into.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(into).free
    if needed > free:
        raise CrateUnsafe(f"This crate unpacks to {needed} bytes, and only {free} are free. Free some space.")


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, into: Path) -> None:
    target = into / entry.filename
    if entry.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    # zipfile reads no further than the size that was looked at above, and checks the CRC at the end.
    with archive.open(entry) as source, target.open("xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
