"""One zip file per Zarr store: stored, not deflated, so that a chunk is a range of bytes; the same store, the same bytes."""

import zipfile
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip entry can have


def zip_store(folder: Path, path: Path, *, keep: bool = False) -> Path:
    """Pack *folder* into *path*, entries sorted by name.

    Each file is removed when it is packed, to spare the disk, unless they are to *keep*.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            for file in sorted(each for each in folder.rglob("*") if each.is_file()):
                entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, file.read_bytes())
                if not keep:
                    file.unlink()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
