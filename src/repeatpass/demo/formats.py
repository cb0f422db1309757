"""Writing Zarr, cloud-optimised GeoTIFF and GeoParquet so that the same data always give the same bytes."""

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import rasterio
import xarray as xr
from rasterio.io import MemoryFile
from zarr.codecs import ZstdCodec

from repeatpass.demo.records import PreparedAsset
from repeatpass.kit.opening import COG, PARQUET, ZARR_ZIP
from repeatpass.kit.reading import sha256_of

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip entry can have
LEVEL = 9


def zarr_zip(
    dataset: xr.Dataset,
    path: Path,
    *,
    title: str,
    chunks: Mapping[str, int],
    packed: Mapping[str, Mapping[str, Any]] = {},
) -> PreparedAsset:
    """Write a Zarr 3 store into one zip file.

    Args:
        dataset: what to write; former encodings are dropped.
        path: file to write.
        title: title of the asset.
        chunks: chunk length by dimension; dimensions not named are one chunk.
        packed: by variable: `dtype`, `scale_factor`, `_FillValue`, where the source has that precision.
    """
    encoding = {str(name): _encoding(dataset[name], chunks) for name in dataset.variables}
    for name, packing in packed.items():
        encoding[name] |= packing
    with TemporaryDirectory(dir=path.parent) as folder:
        store = Path(folder) / "store"
        dataset.drop_encoding().to_zarr(store, zarr_format=3, consolidated=False, encoding=encoding)
        _zip(store, path)
    return describe(path, ZARR_ZIP, title=title)


def _encoding(variable: xr.DataArray, chunks: Mapping[str, int]) -> dict[str, Any]:
    encoding: dict[str, Any] = {}
    if variable.ndim:
        encoding["chunks"] = tuple(min(size, chunks.get(str(dim), size)) for dim, size in variable.sizes.items())
        encoding["compressors"] = [ZstdCodec(level=LEVEL)]
    if variable.dtype.kind == "M":
        encoding |= {"units": "hours since 1970-01-01", "calendar": "standard", "dtype": "int64"}
    return encoding


def _zip(folder: Path, path: Path) -> None:
    """Pack a folder: entries sorted by name, uncompressed (the chunks are), all of the same old date."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes())


def cog(
    cells: np.ndarray[Any, Any],
    path: Path,
    *,
    title: str,
    crs: str,
    transform: rasterio.Affine,
    nodata: float | None,
    bands: tuple[str, ...],
    unit: str = "",
) -> PreparedAsset:
    """Write a cloud-optimised GeoTIFF with overviews.

    Args:
        cells: array (band, y, x).
        path: file to write.
        title: title of the asset.
        crs: coordinate reference system as the source states it, for example "EPSG:32119".
        transform: from column and row to map coordinates, of the upper left corner.
        nodata: value of cells without data.
        bands: name of each band.
        unit: unit of the cells.
    """
    count, height, width = cells.shape
    shape = {"width": width, "height": height, "count": count, "dtype": cells.dtype}
    with MemoryFile() as memory:
        with memory.open(driver="GTiff", crs=crs, transform=transform, nodata=nodata, **shape) as plain:
            plain.write(cells)
            for number, name in enumerate(bands, start=1):
                plain.set_band_description(number, name)
                if unit:
                    plain.set_band_unit(number, unit)
        with memory.open() as plain:
            _copy_as_cog(plain, path)
    properties = {
        "proj:code": crs,
        "proj:shape": [height, width],
        "proj:transform": [*transform][:6],
        "bands": [{"name": name} for name in bands],
    }
    return describe(path, COG, title=title, properties=properties)


def _copy_as_cog(plain: rasterio.io.DatasetReader, path: Path) -> None:
    from rasterio.shutil import copy

    options = {"compress": "deflate", "predictor": "yes", "level": LEVEL, "overview_resampling": "average"}
    copy(plain, path, driver="COG", num_threads=1, blocksize=256, **options)


def parquet(table: pd.DataFrame, path: Path, *, title: str) -> PreparedAsset:
    """Write a DataFrame as Parquet, a GeoDataFrame as GeoParquet."""
    table.to_parquet(path, index=False, compression="zstd")
    return describe(path, PARQUET, title=title)


def describe(path: Path, media_type: str, *, title: str, properties: Mapping[str, Any] = {}) -> PreparedAsset:
    """Return the record of a written file, with its size and checksum."""
    return PreparedAsset(
        key="data",
        path=path,
        media_type=media_type,
        size=path.stat().st_size,
        checksum=sha256_of(path),
        title=title,
        properties=dict(properties),
    )


def fresh(folder: Path) -> Path:
    """Return *folder*, made anew and empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
