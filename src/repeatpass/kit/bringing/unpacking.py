"""Archives: unpacked with a bound on everything, because what the directory of an archive says may be a lie."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from repeatpass.kit.bringing.formats import ENDINGS, SHAPEFILE, TAKEN, ZARR, format_of
from repeatpass.kit.bringing.records import Most, Refused, Source
from repeatpass.kit.cubes.zipping import EPOCH

BESIDE = {".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".xml", ".qpj"}  # of a .shp
DATA = set(ENDINGS) - {".txt"}
CHUNK = 1 << 20
MARKS = ("zarr.json", ".zgroup", ".zmetadata")  # of a Zarr store
LEAST = 50_000_000  # bytes that even a bomb may have


def unpacked(source: Source, folder: Path, most: Most) -> list[Source]:
    """Return what an archive holds: itself where it is a zipped Zarr, a Shapefile with its parts, or other files."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir() and not _hidden(each.filename)]
            _require_sane(source, entries, most)
            if (root := _store(entries)) is not None:
                _require_whole(source, archive, most)
                path = _moved(archive, entries, root, folder) if root else source.path
                return [Source(path=path, name=source.name, format=ZARR)]
            return _found(source, list(_extracted(source, archive, entries, folder, most)))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise Refused(
            "truncated", f"“{source.name}” is no whole archive: {error}.", "Pack it again, and send it again."
        ) from None


def _store(entries: list[zipfile.ZipInfo]) -> str | None:
    """Return the folder of an archive that is a Zarr store, with a slash; empty for its root, None where there is none."""
    marks = [PurePosixPath(each.filename) for each in entries if PurePosixPath(each.filename).name in MARKS]
    top = min((mark.parent for mark in marks), key=lambda each: len(each.parts), default=None)
    if top is None:
        return None
    return "" if top == PurePosixPath() else f"{top}/"


def _moved(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], root: str, folder: Path) -> Path:
    """Pack anew what was packed with the folder around it, as most systems do; each chunk stays as it is."""
    path = folder / "store.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        for each in sorted(entries, key=lambda each: each.filename):
            if each.filename.startswith(root):
                inside = zipfile.ZipInfo(each.filename.removeprefix(root), EPOCH)
                with archive.open(each) as reader, made.open(inside, "w") as writer:
                    shutil.copyfileobj(reader, writer, CHUNK)
    return path


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or PurePosixPath(name).name.startswith("._")


def _require_sane(source: Source, entries: list[zipfile.ZipInfo], most: Most) -> None:
    total, packed = sum(each.file_size for each in entries), max(1, source.path.stat().st_size)
    if not entries:
        raise Refused("empty", f"“{source.name}” is an archive without files.", "Pack the files into it.")
    if len(entries) > most.files * 100:
        raise Refused("too-many-files", f"“{source.name}” holds {len(entries):,} files.", "Bring them in parts.")
    if total > most.bytes or (total > LEAST and total > packed * most.ratio):
        raise _bomb(source, total, packed)
    for each in entries:
        parts = PurePosixPath(each.filename.replace("\\", "/")).parts
        if (
            ".." in parts
            or each.filename.startswith(("/", "\\"))
            or each.flag_bits & 1
            or (each.external_attr >> 28) == 0xA
        ):
            raise Refused(
                "unsafe-archive",
                f"“{source.name}” holds “{each.filename}”, which leads out of the archive, is a link or is encrypted.",
                "Pack plain files, without paths above their folder, links or passwords.",
            )


def _bomb(source: Source, total: int, packed: int) -> Refused:
    return Refused(
        "zip-bomb",
        f"“{source.name}” would unpack from {packed / 1e6:,.1f} MB to {total / 1e6:,.0f} MB or more.",
        "Bring the files by themselves, in a format that is compressed inside (a COG, NetCDF-4, GeoParquet).",
    )


def _extracted(
    source: Source, archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], folder: Path, most: Most
) -> Iterator[Path]:
    left = min(most.bytes, max(LEAST, source.path.stat().st_size * most.ratio))
    for each in entries:
        target = folder.joinpath(*PurePosixPath(each.filename).parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(each) as reader, target.open("wb") as writer:
            while part := reader.read(CHUNK):
                left -= len(part)
                if left < 0:  # the directory of the archive stated less than there is
                    raise _bomb(source, most.bytes, source.path.stat().st_size)
                writer.write(part)
        yield target


def _require_whole(source: Source, archive: zipfile.ZipFile, most: Most) -> None:
    for each in archive.infolist():
        with archive.open(each) as reader:
            while reader.read(CHUNK):
                pass


def _found(source: Source, paths: list[Path]) -> list[Source]:
    shapes = [path for path in paths if path.suffix.lower() == ".shp"]
    stems = {path.with_suffix("") for path in shapes}
    for shape in shapes:
        _require_parts(source, shape)
    stray = [path for path in paths if path.suffix.lower() in BESIDE - {".xml"} and path.with_suffix("") not in stems]
    if stray and not shapes:
        raise Refused(
            "incomplete-shapefile",
            f"“{source.name}” holds {stray[0].name}, but no .shp.",
            "Put .shp, .shx, .dbf and .prj into one archive.",
        )
    others = [path for path in paths if path.suffix.lower() in DATA]  # what else there is (a read-me) is no data
    if not shapes and not others:
        held = ", ".join(sorted(path.name for path in paths)[:6])
        raise Refused("no-data", f"“{source.name}” holds no file of data, only {held}.", f"Put into it: {TAKEN}.")
    found = [Source(path=path, name=path.name, format=SHAPEFILE) for path in shapes]
    for path in others:
        if (format := format_of(path, path.name)) == "zip archive":
            raise Refused("nested-archive", f"“{source.name}” holds the archive “{path.name}”.", "Bring it by itself.")
        found.append(Source(path=path, name=path.name, format=format))
    return found


def _require_parts(source: Source, shape: Path) -> None:
    there = {path.suffix.lower() for path in shape.parent.iterdir() if path.stem == shape.stem}
    if ".prj" not in there:
        raise Refused(
            "no-prj",
            f"“{shape.name}” in “{source.name}” has no .prj: nothing says which CRS its coordinates have.",
            f"Add {shape.stem}.prj to the archive; QGIS writes it with “Define Shapefile Projection”.",
        )
    if missing := sorted({".shx", ".dbf"} - there):
        raise Refused(
            "incomplete-shapefile",
            f"“{shape.name}” in “{source.name}” lacks {' and '.join(missing)}.",
            "Put .shp, .shx, .dbf and .prj into one archive.",
        )
