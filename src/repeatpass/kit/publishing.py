"""`repeatpass.publish` and `repeatpass.output`: leave results behind, each with a line in the manifest."""

import json
import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from repeatpass.kit.errors import BadOutput
from repeatpass.kit.reading import cell
from repeatpass.kit.records import Output, OutputKind

MANIFEST = "manifest.jsonl"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

# What a file is, by its ending, for files that the notebook writes itself.
ENDINGS: dict[str, tuple[OutputKind, str]] = {
    ".csv": ("table", "text/csv"),
    ".geojson": ("file", "application/geo+json"),
    ".html": ("file", "text/html"),
    ".jpg": ("figure", "image/jpeg"),
    ".json": ("file", "application/json"),
    ".md": ("file", "text/markdown"),
    ".nc": ("raster", "application/x-netcdf"),
    ".parquet": ("table", "application/vnd.apache.parquet"),
    ".pdf": ("file", "application/pdf"),
    ".png": ("figure", "image/png"),
    ".svg": ("figure", "image/svg+xml"),
    ".tif": ("raster", "image/tiff; application=geotiff"),
    ".txt": ("file", "text/plain"),
    ".zarr.zip": ("raster", "application/vnd.zarr+zip"),
    ".zip": ("file", "application/zip"),
}


def publish(thing: Any, name: str, *, title: str = "", unit: str = "") -> Path:
    """Write *thing* to the outputs of this run; the same thing always gives the same bytes.

    Args:
        thing: what to publish:
            a pandas.DataFrame with the columns place, time, value (and any of lower, upper, reference,
            flag): a table of values, `time` ISO 8601 in UTC or datetimes;
            any other DataFrame: a CSV table; a GeoDataFrame: GeoParquet;
            an xarray DataArray or Dataset: NetCDF-4; a matplotlib Figure: PNG;
            an Altair chart or a Vega-Lite specification as a dict: Vega-Lite JSON;
            a number, text, truth value, list or dict: one JSON value, which services answer as it is.
        name: name of the output, without an ending: letters, digits, dot, dash, underscore.
        title: what a reader should see above it.
        unit: unit of the values, as in CF ("K", "1", "ppm").

    Returns:
        Path of the written file. Publishing a name again replaces what it held.

    Raises:
        BadOutput: the name is not allowed, or nothing here knows how to write *thing*.
    """
    from repeatpass.kit.writing import write

    if not NAME.fullmatch(name):
        raise BadOutput(f"{name!r} is not a name for an output: use letters, digits, dot, dash and underscore.")
    folder = outputs()
    path, kind, media_type = write(thing, folder, name, title=title, unit=unit)
    register(folder, name, path, kind=kind, media_type=media_type, title=title, unit=unit)
    return path


def output(name: str, *, title: str = "", unit: str = "") -> Path:
    """Register a file that the notebook writes itself and return where to write it.

    Args:
        name: file name with its ending; it may hold folders ("maps/sst.png").
        title: what a reader should see above it.
        unit: unit of the values in it.

    Raises:
        BadOutput: the name leads out of the outputs folder, or is that of the manifest.
    """
    relative = PurePosixPath(name)
    if not relative.parts or not all(NAME.fullmatch(part) for part in relative.parts) or name == MANIFEST:
        raise BadOutput(f"{name!r} is not a file name for an output: use letters, digits, dot, dash, underscore.")
    folder = outputs()
    path = folder / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    kind, media_type = ending_of(name)
    register(folder, name, path, kind=kind, media_type=media_type, title=title, unit=unit)
    return path


def ending_of(name: str) -> tuple[OutputKind, str]:
    """Return what a file is and its media type, by the ending of its name."""
    known = (ENDINGS[ending] for ending in ENDINGS if name.lower().endswith(ending))
    return next(known, ("file", "application/octet-stream"))


def outputs() -> Path:
    """Return the outputs folder of this run (REPEATPASS_OUTPUTS), or `outputs` in the working folder."""
    folder = Path(os.environ.get("REPEATPASS_OUTPUTS") or "outputs").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def register(
    folder: Path, name: str, path: Path, *, kind: OutputKind, media_type: str, title: str = "", unit: str = ""
) -> Output:
    """Put one line into the manifest; an older line for the same name or file gives way."""
    entry = Output(
        name=name,
        path=path.relative_to(folder).as_posix(),
        kind=kind,
        media_type=media_type,
        title=title,
        unit=unit,
        cell=cell(),
    )
    kept = [each for each in manifest(folder) if each.name != name and each.path != entry.path]
    lines = [json.dumps(each.to_json(), ensure_ascii=False) + "\n" for each in [*kept, entry]]
    draft = folder / (MANIFEST + ".part")
    draft.write_text("".join(lines), encoding="utf-8")
    draft.replace(folder / MANIFEST)
    return entry


def manifest(folder: Path) -> list[Output]:
    """Return what the manifest of an outputs folder lists, in the order of publishing."""
    path = folder / MANIFEST
    if not path.is_file():
        return []
    return [Output.from_json(json.loads(line)) for line in path.read_text("utf-8").splitlines() if line.strip()]
