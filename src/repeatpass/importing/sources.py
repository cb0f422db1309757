"""Finding the files, and telling what each of them is: by its folder, its name and what stands in it."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from repeatpass.core.errors import NotFound
from repeatpass.core.yaml_text import read_yaml
from repeatpass.entries.lines import read_lined
from repeatpass.entries.records import Level
from repeatpass.importing.records import Kind, Refused, Source
from repeatpass.kit.eodash import LARGEST, key_of

SUFFIXES = (".csv", ".json", ".yaml", ".yml", ".md")
FOLDERS = {
    "catalogs": Kind.CATALOG, "collections": Kind.COLLECTION, "indicators": Kind.INDICATOR,
    "layers": Kind.LAYER, "baselayers": Kind.LAYER, "overlays": Kind.LAYER, "stories": Kind.STORY,
}  # fmt: skip
KNOWN = "series (CSV or JSON), an overview of places, restrictions by country, or a catalogue's configuration"


def sources_in(places: Sequence[Path]) -> tuple[list[Source], list[Refused]]:
    """Return the files at *places* (files, or folders with all that is in them), and those that are none of ours.

    Raise NotFound for a place that is not there.
    """
    found: list[Source] = []
    refused: list[Refused] = []
    for name, path, where in _paths(places):
        told = _source(name, path, where)
        if isinstance(told, Source):
            found.append(told)
        else:
            refused.append(told)
    return found, refused


def _paths(places: Sequence[Path]) -> Iterator[tuple[str, Path, str]]:
    """Yield what a file is called in the report, itself, and its path below the place that was named."""
    seen: set[str] = set()
    for place in places:
        if not place.exists():
            raise NotFound(f"There is no file or folder {place}.", file=str(place))
        within = sorted(each for each in place.rglob("*") if _fits(each, place)) if place.is_dir() else [place]
        for path in within:
            name = path.name
            for folder in path.absolute().parents:  # two of one name: with as much of the path as tells them apart
                if name not in seen:
                    break
                name = f"{folder.name}--{name}"
            seen.add(name)
            yield name, path, path.relative_to(place).as_posix() if place.is_dir() else path.as_posix()


def _fits(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and path.suffix.lower() in SUFFIXES and not hidden


def _source(name: str, path: Path, where: str) -> Source | Refused:
    size = path.stat().st_size
    if size == 0:
        return Refused(file=name, reason="The file is empty.")
    if size > LARGEST:
        return Refused(file=name, reason=f"The file is larger than {LARGEST // 1_000_000} MB.")
    content = path.read_bytes()
    told = kind_of(path, content)
    if isinstance(told, Kind):
        return Source(name=name, kind=told, content=content, path=where)
    line, todo = _where(path, content)
    return Refused(file=name, reason=told, line=line, todo=todo)


def _where(path: Path, content: bytes) -> tuple[int, str]:
    """Return the line in which a file cannot be read, and what would be right there; 0 where there is no such line."""
    try:
        text = content.decode("utf-8-sig")
        if path.suffix.lower() == ".json":
            json.loads(text)
        elif worst := [each for each in read_lined(text, path.name).remarks if each.level is Level.ERROR]:
            return worst[0].line, worst[0].fix
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1, "Save it as UTF-8."
    except json.JSONDecodeError as error:
        return error.lineno, "Have it checked by a JSON reader; a comma behind the last member is the usual cause."
    except (ValueError, RecursionError):
        pass
    return 0, ""


def kind_of(path: Path, content: bytes) -> Kind | str:
    """Return what a file is, or why that cannot be told."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return Kind.SERIES
    if suffix == ".md":
        return Kind.STORY
    if suffix not in SUFFIXES:
        return f"Files that end in {suffix or 'nothing'} are none of the original's; it must be {KNOWN}."
    try:
        value = json.loads(content) if suffix == ".json" else read_yaml(content.decode("utf-8-sig"), path.name)
    except RecursionError:
        return "It is nested too deeply to be read."
    except UnicodeDecodeError as error:
        return f"It is no text in UTF-8: byte {error.start} cannot be read."
    except ValueError as error:
        return f"It is no JSON: {error}."
    except Exception as error:
        return str(error)
    if isinstance(value, list) and suffix == ".json" and all(key_of(path.name)):
        return Kind.SERIES
    return _by_folder(path, value) or _by_content(value)


def _by_folder(path: Path, value: Any) -> Kind | None:
    if not isinstance(value, dict | list) or not _configures(value):
        return None
    return next((FOLDERS[part] for part in reversed(path.parts[:-1]) if part in FOLDERS), None)


def _configures(value: Any) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and bool({"Name", "Title", "id", "url", "endpoint"} & set(map(str, first)))


def _by_content(value: Any) -> Kind | str:
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return _of_rows({str(name) for name in value[0]})
    if not isinstance(value, dict) or not value:
        return f"It is none of what is known here: {KNOWN}."
    if all(isinstance(each, list) and all(_is_band(band) for band in each) for each in value.values()):
        return Kind.LOCKDOWN
    return _of_fields({str(name) for name in value})


def _is_band(value: Any) -> bool:
    return isinstance(value, dict) and "start" in value and "value" in value


def _of_rows(names: set[str]) -> Kind | str:
    if "time" in names or "Time" in names:
        return Kind.SERIES
    if {"aoiID", "indicator"} <= names:
        return Kind.OVERVIEW
    if {"url", "protocol"} <= names:
        return Kind.LAYER
    return f"Its rows have neither a time, nor aoiID and indicator; it must be {KNOWN}."


def _of_fields(names: set[str]) -> Kind | str:
    if "Collections" in names:
        return Kind.INDICATOR
    if {"Name", "Title"} <= names:
        return Kind.COLLECTION
    if {"id", "collections"} <= names:
        return Kind.CATALOG
    if {"url", "protocol"} <= names:
        return Kind.LAYER
    if "stacEndpoint" in names:
        return (
            "It is the set-up of the original client (address, brand, order of its windows); pages here have their own."
        )
    if {"Name", "Description"} <= names:
        return "It is an entry of the public registry; add it with repeatpass collections add."
    return f"It has none of the fields that are known here ({', '.join(sorted(names)[:8])}); it must be {KNOWN}."
