"""What tables with geometries say of themselves: GeoParquet by pyarrow, the others by GDAL."""

import json
from typing import Any

from repeatpass.data.metadata.places import crs_text, degrees
from repeatpass.data.metadata.records import Bounds, Column, FileFacts, UnreadableFile
from repeatpass.data.metadata.sources import Source

PARQUET = "application/vnd.apache.parquet"
FORMATS = {  # as GDAL calls the driver -> as people call it, and its media type
    "GPKG": ("GeoPackage", "application/geopackage+sqlite3"),
    "FlatGeobuf": ("FlatGeobuf", "application/vnd.flatgeobuf"),
    "GeoJSON": ("GeoJSON", "application/geo+json"),
    "ESRI Shapefile": ("Shapefile", "application/vnd.shp"),
}
DEFAULT_CRS = "OGC:CRS84"  # of GeoParquet and GeoJSON that state none


def read_parquet(source: Source) -> FileFacts:
    """Return the facts of a GeoParquet file (1.1), or of a Parquet file without geometry."""
    import pyarrow
    import pyarrow.parquet

    try:
        with source.opened() as file:
            meta = pyarrow.parquet.read_metadata(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise source.unreadable("as Parquet", error) from None
    schema = meta.schema.to_arrow_schema()
    geo = _geo(source, schema.metadata or {})
    crs, bounds, kinds = _geometry(geo)
    return FileFacts(
        name=source.name, kind="table", format="GeoParquet" if geo else "Parquet", media_type=PARQUET,
        size=source.size, crs=crs, bounds=bounds, bbox=degrees(bounds, crs) if bounds else None,
        shape=(meta.num_rows,), geometry_types=kinds, cloud_optimised=True,
        columns=tuple(Column(name=each.name, data_type=str(each.type)) for each in schema),
        remarks=_parquet_remarks(geo, crs, bounds),
    )  # fmt: skip


def _geo(source: Source, metadata: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        found = json.loads(metadata.get(b"geo", b"{}"))
        return found if isinstance(found, dict) else {}
    except ValueError:
        raise UnreadableFile(f"The GeoParquet metadata of {source.name} is no JSON.", file=source.name) from None


def _geometry(geo: dict[str, Any]) -> tuple[str, Bounds | None, tuple[str, ...]]:
    if not geo:
        return "", None, ()
    main = geo.get("columns", {}).get(geo.get("primary_column", "geometry"), {})
    crs = crs_text(main["crs"]) if main.get("crs") else DEFAULT_CRS if "crs" not in main else ""
    box = main.get("bbox")
    flat = None if not box else (box[0], box[1], box[2], box[3]) if len(box) == 4 else (box[0], box[1], box[3], box[4])
    return crs, flat, tuple(main.get("geometry_types", ()))


def _parquet_remarks(geo: dict[str, Any], crs: str, bounds: Bounds | None) -> tuple[str, ...]:
    if not geo:
        return ("It has no geometry column: its metadata lacks “geo”, which makes a Parquet file a GeoParquet file.",)
    said = [] if crs else ["It states that its coordinate reference system is not known (crs is null)."]
    return (*said, *(() if bounds else ("It does not state its bounds (bbox).",)))


def read_table(source: Source) -> FileFacts:
    """Return the facts of a GeoPackage, FlatGeobuf, GeoJSON or Shapefile: of its first layer with geometries."""
    import pyogrio

    try:
        with source.local() as path:
            layers = pyogrio.list_layers(path)
            placed = [str(name) for name, kind in layers if kind] or [str(name) for name, _ in layers]
            info = pyogrio.read_info(path, layer=placed[0], force_feature_count=True, force_total_bounds=True)
            driver = str(info["driver"])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, IndexError) as error:
        raise source.unreadable("as a table", error) from None
    if driver not in FORMATS:
        raise UnreadableFile(f"{source.name} is {driver}, which is not read here.", file=source.name)
    return _table(source, info, tuple(placed), *FORMATS[driver])


def _table(source: Source, info: dict[str, Any], layers: tuple[str, ...], format: str, media_type: str) -> FileFacts:
    crs = crs_text(info["crs"])
    total = info.get("total_bounds")
    bounds = None if total is None or total[0] > total[2] else tuple(float(each) for each in total)
    kinds = (str(info["geometry_type"]),) if info.get("geometry_type") else ()
    said = [] if crs else ["It states no coordinate reference system."]
    if not kinds:
        said.append("It has no geometries.")
    if len(layers) > 1:
        said.append(f"It has {len(layers)} layers; these are the facts of the first, “{layers[0]}”.")
    return FileFacts(
        name=source.name, kind="table", format=format, media_type=media_type, size=source.size, crs=crs,
        bounds=bounds, bbox=degrees(bounds, crs) if bounds and crs else None,  # type: ignore[arg-type]
        shape=(int(info["features"]),), geometry_types=kinds, layers=layers,
        columns=tuple(Column(name=str(n), data_type=str(t)) for n, t in zip(info["fields"], info["dtypes"], strict=True)),
        cloud_optimised=format == "FlatGeobuf", remarks=tuple(said),
    )  # fmt: skip
