"""Files that lie beside an entry: its picture and its further text."""

from pathlib import Path
from typing import Any

from repeatpass.entries.original.sheet import Sheet
from repeatpass.entries.records import OwnFile

PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}
LARGEST = 10_000_000  # bytes of a picture or text


def beside(sheet: Sheet, folder: Path | None) -> tuple[dict[str, Any], list[OwnFile]]:
    """Return the assets of the collection, and those of them that are kept here."""
    assets: dict[str, Any] = {}
    files: list[OwnFile] = []
    picture = sheet.take_text("Image")
    if picture:
        _asset(sheet, folder, "Image", picture, assets, files, {"title": "Picture", "roles": ["thumbnail"]})
    further = sheet.take("AdditionalInfoExternal") or {}
    if path := str(further.get("Path") or "").strip():
        title = str(further.get("Title") or "Further information").strip()
        about = {"title": title, "roles": ["metadata"]}
        _asset(sheet, folder, "AdditionalInfoExternal", path, assets, files, about)
    return assets, files


def _asset(
    sheet: Sheet, folder: Path | None, field: str, path: str, assets: dict[str, Any], files: list[OwnFile], about: Any
) -> None:
    key = "thumbnail" if field == "Image" else "readme"
    kind = (
        PICTURES.get(Path(path.partition("?")[0]).suffix.lower(), "image/png") if field == "Image" else "text/markdown"
    )
    if path.startswith(("http://", "https://")):
        assets[key] = {"href": path, "type": kind, **about}
        return
    found = _found(folder, path)
    if found is None:
        said = f"There is no file “{path}” beside the entry." if folder else f"“{path}” did not come with the entry."
        sheet.note(field, said, "Give its address, or add the file to the folder of the entries.")
    elif found.stat().st_size > LARGEST:
        sheet.warn(field, f"“{path}” is larger than {LARGEST // 1_000_000} MB and is not kept.", "Make it smaller.")
    else:
        assets[key] = {"type": kind, **about}
        files.append(OwnFile(key=key, path=found, media_type=kind))


def _found(folder: Path | None, path: str) -> Path | None:
    """Return the file, however its name is capitalised; nothing outside the folder."""
    if folder is None:
        return None
    here = folder.resolve()
    for part in Path(path).parts:
        exact = here / part
        if not exact.exists():
            near = [each for each in here.iterdir() if each.name.lower() == part.lower()] if here.is_dir() else []
            exact = near[0] if near else exact
        here = exact
    return here if here.is_file() and here.resolve().is_relative_to(folder.resolve()) else None
