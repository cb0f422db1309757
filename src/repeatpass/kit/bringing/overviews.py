"""Overviews of a cloud-optimised GeoTIFF: what maps show from afar must be the same data."""

from collections.abc import Sequence
from pathlib import Path

from repeatpass.kit.bringing.summing import Summing

SLACK = 0.05  # of the range of a band: what resampling by splines may overshoot


def overviews_fit(path: Path, bands: Sequence[Summing]) -> bool:
    """Say whether every overview of *path* can be read, and holds no value that the cells of its *bands* cannot give."""
    import rasterio
    from rasterio.errors import RasterioError

    with rasterio.open(path) as dataset:
        levels = len(dataset.overviews(1))
    try:
        return all(_fits(path, level, bands) for level in range(levels))
    except RasterioError:
        return False


def _fits(path: Path, level: int, bands: Sequence[Summing]) -> bool:
    import rasterio

    found = [Summing() for _ in bands]
    with rasterio.open(path, OVERVIEW_LEVEL=level) as dataset:
        for _, window in dataset.block_windows(1):
            values = dataset.read(window=window, masked=True)
            for band, summing in enumerate(found):
                summing.add(values[band])
    return all(_within(each, whole) for each, whole in zip(found, bands, strict=True))


def _within(some: Summing, whole: Summing) -> bool:
    """Of cells without any value, no overview can have one; a value that is rare may be missing from afar."""
    if not some.valid:
        return whole.valid * 50 < whole.cells or not whole.valid
    slack = SLACK * (whole.high - whole.low)
    return whole.low - slack <= some.low and some.high <= whole.high + slack
