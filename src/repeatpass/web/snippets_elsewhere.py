"""How to open a collection in QGIS (steps) and in R (lines). The tests carry out both, in QGIS and with Rscript."""

import json

from repeatpass.web.snippet_facts import CSV, ENDINGS, GPKG, NETCDF, PARQUET, TIFF, VECTOR, ZARR_ZIP, Opened
from repeatpass.web.views.collections import Snippet

TOKEN = 'token <- c(Authorization = "Bearer YOUR-TOKEN")\n'
FOR_GDAL = 'Sys.setenv(GDAL_HTTP_HEADERS = "Authorization: Bearer YOUR-TOKEN")\n'
PART = "All cells and times; &area=west,south,east,north and &time=2020-01-01/2020-12-31 give a part."
LIBRARIES = {TIFF: "terra", CSV: "", **dict.fromkeys(NETCDF, "terra")}
PAGE = "PAGE_SIZE=1000"  # older GDAL asks for ten features at a time


def qgis(asked: Opened) -> Snippet | None:
    """The steps for QGIS; None where it could not open what there is.

    Its GDAL reads no zipped Zarr from a file (and none of version 3 before GDAL 3.8), so a cube comes as NetCDF; many read
    no Parquet, so that comes as features of the OGC API.
    """
    if asked.media_type in PARQUET:
        return _qgis_of_features(asked) if asked.features else None
    raster = asked.media_type in (TIFF, ZARR_ZIP, *NETCDF)
    menu = "Add Raster Layer" if raster else "Add Vector Layer"
    if asked.media_type == ZARR_ZIP:
        if not asked.cut_out:
            return None
        steps = f"Download {asked.cut_out}\nLayer ▸ Add Layer ▸ {menu} …\nSource type: File"
    elif asked.media_type == CSV:
        file = f"{asked.collection}.csv"
        steps = f"Download {asked.href} as {file}\nLayer ▸ Add Layer ▸ Add Delimited Text Layer …\nFile name: {file}"
    elif asked.media_type == TIFF or (asked.media_type in VECTOR and asked.media_type != GPKG):
        steps = f"Layer ▸ Add Layer ▸ {menu} …\nSource type: Protocol: HTTP(S), cloud, etc.\nURI: {asked.href}"
    else:
        file = f"{asked.collection}{ENDINGS.get(asked.media_type, '')}"
        steps = f"Download {asked.href} as {file}\nLayer ▸ Add Layer ▸ {menu} …\nSource type: File"
    note = "As a map, without a download: the addresses of the services below."
    return Snippet(name="QGIS", language="", text=steps, note=f"{note} {_catalogue(asked)}")


def _catalogue(asked: Opened) -> str:
    return f"QGIS 3.40 and newer also read the whole catalogue: Browser ▸ STAC, {asked.root}"


def _qgis_of_features(asked: Opened) -> Snippet:
    steps = (
        f"Layer ▸ Add Layer ▸ Add WFS Layer …\nNew ▸ URL: {asked.features}\nVersion: OGC API - Features\n"
        f"Connect ▸ {asked.collection} ▸ Add"
    )
    return Snippet(name="QGIS", language="", text=steps, note=_catalogue(asked))


def r(asked: Opened) -> Snippet | None:
    """The lines for R, with packages that most have; None where R could not open what there is."""
    if asked.media_type == ZARR_ZIP:
        return _r_of_cube(asked) if asked.cut_out else None
    if asked.media_type in PARQUET:
        return _r_of_features(asked) if asked.features else None
    library = LIBRARIES.get(asked.media_type, "sf")
    needed = [each for each in ("jsonlite", library) if each]
    loaded = "\n".join(f"library({each})" for each in needed)
    by_gdal = library in ("terra", "sf") and asked.media_type not in NETCDF
    head = "" if asked.public else TOKEN + (FOR_GDAL if by_gdal else "")
    text = f"{loaded}\n\n{head}{_found(asked)}\n{_read(asked)}\ndata"
    return Snippet(name="R", language="r", text=text, note=_needs(needed))


def _needs(packages: list[str]) -> str:
    names = ", ".join(f'"{each}"' for each in packages)
    return f"It needs: install.packages(c({names}))"


def _found(asked: Opened) -> str:
    items = "/items?limit=1" if asked.of_item else ""
    given = "" if asked.public else ", headers = token"
    first = "$features[[1]]" if asked.of_item else ""
    address = f"{asked.root}/collections/{asked.collection}{items}"
    return (
        f'found <- fromJSON(url("{address}"{given}), simplifyVector = FALSE)\n'
        f"href <- found{first}$assets${_name(asked.key)}$href"
    )


def _read(asked: Opened) -> str:
    given = "" if asked.public else ", headers = token"
    file = f"{asked.collection}{ENDINGS.get(asked.media_type, '')}"
    fetch = f'download.file(href, "{file}", mode = "wb"{given})\n'
    if asked.media_type == TIFF:
        return 'data <- rast(paste0("/vsicurl/", href))'
    if asked.media_type == CSV:
        return f"data <- read.csv(url(href{given}))"
    if asked.media_type in NETCDF:
        return f'{fetch}data <- rast("{file}")'
    if asked.media_type == GPKG:  # a database, which GDAL opens by its name
        return f'{fetch}data <- st_read("{file}")'
    return 'data <- st_read(paste0("/vsicurl/", href))'


def _r_of_features(asked: Opened) -> Snippet:
    head = "" if asked.public else FOR_GDAL
    lines = f'data <- st_read("OAPIF:{asked.features}", "{asked.collection}", options = "{PAGE}")'
    return Snippet(name="R", language="r", text=f"library(sf)\n\n{head}{lines}\ndata", note=_needs(["sf"]))


def _r_of_cube(asked: Opened) -> Snippet:
    given, head = ("", "") if asked.public else (", headers = token", TOKEN)
    file = f"{asked.collection}.nc"
    text = (
        f'library(terra)\n\n{head}download.file("{asked.cut_out}", "{file}", mode = "wb"{given})\n'
        f'data <- rast("{file}")\ndata'
    )
    return Snippet(name="R", language="r", text=text, note=f"{PART} {_needs(['terra'])}")


def _name(key: str) -> str:
    return key if key.isidentifier() else "`" + json.dumps(key)[1:-1].replace("`", "") + "`"
