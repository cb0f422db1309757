"""What the ways to open a collection go by: which file stands for it, of which kind, and where."""

from dataclasses import dataclass

ZARR_ZIP = "application/vnd.zarr+zip"
NETCDF = ("application/x-netcdf", "application/netcdf")
PARQUET = ("application/vnd.apache.parquet", "application/x-parquet")
GPKG = "application/geopackage+sqlite3"
VECTOR = (
    "application/geo+json",
    GPKG,
    "application/vnd.flatgeobuf",
    "application/flatgeobuf",
)
TIFF, CSV, ZARR = "image/tiff", "text/csv", "application/vnd.zarr"
ENDINGS = {
    TIFF: ".tif",
    CSV: ".csv",
    ZARR_ZIP: ".zarr.zip",
    **dict.fromkeys(NETCDF, ".nc"),
    **dict.fromkeys(PARQUET, ".parquet"),
    "application/geo+json": ".geojson",
    GPKG: ".gpkg",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What is to be opened: one file that stands for all of the collection."""

    collection: str
    key: str  # of the asset
    media_type: str  # without parameters
    href: str  # with host
    of_item: bool  # it belongs to an item, not to the collection as a whole
    root: str  # of the STAC API, with host
    public: bool = True
    spatial: bool = True  # a table with geometries
    features: str = ""  # root of the OGC API, where what stands in it is offered as features; empty: it is not
    cut_out: str = ""  # where a cube is to be had as NetCDF, with host; empty: nowhere
