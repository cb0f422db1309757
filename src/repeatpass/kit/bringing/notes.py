"""The note “geo” of a GeoParquet: what GeoParquet 1.1 asks of it, said member by member."""

import json

from repeatpass.kit.bringing.records import Refused

ENCODINGS = ("WKB", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon")


def require_notes(text: bytes, name: str) -> None:
    """Raise Refused where the note cannot be read or names what is not there, saying which member is wrong."""
    try:
        geo = json.loads(text)
    except ValueError:
        raise _wrong(name, "is no JSON") from None
    columns = geo.get("columns") if isinstance(geo, dict) else None
    if not isinstance(columns, dict) or not all(isinstance(each, dict) for each in columns.values()):
        raise _wrong(name, "has no “columns” that are objects")
    primary = geo.get("primary_column")
    if primary not in columns:
        raise _wrong(name, f"says that “primary_column” is “{primary}”, which is none of its columns")
    encoding, crs = columns[primary].get("encoding"), columns[primary].get("crs")
    if encoding not in ENCODINGS:
        raise _wrong(name, f"says that the encoding of “{primary}” is “{encoding}”")
    if crs is not None and not isinstance(crs, dict):
        raise _wrong(name, f"says that the CRS of “{primary}” is “{str(crs)[:40]}”, which is no PROJJSON")


def _wrong(name: str, said: str) -> Refused:
    return Refused(
        "wrong-notes",
        f"The note “geo” of “{name}” {said}.",
        "Write the file anew with geopandas (to_parquet), or as GeoParquet 1.1 asks for.",
    )
