"""Real observations for the sample pages: OSTIA along the equator, carbon dioxide at Mauna Loa."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from repeatpass.web import frames, words
from repeatpass.web.charts import ChartBand, ChartPoint, SeriesChart


@dataclass(frozen=True, kw_only=True, slots=True)
class Ocean:
    """Monthly sea-surface temperature anomaly: (time, lat, lon) in kelvin, and its mean over Niño 3.4."""

    times: tuple[datetime, ...]
    lat: NDArray[np.floating]
    lon: NDArray[np.floating]
    anomaly: NDArray[np.floating]
    index: NDArray[np.floating]


@cache
def ocean() -> Ocean:
    """Read OSTIA and subtract the mean of each calendar month."""
    import iris_sample_data

    path = Path(iris_sample_data.__file__).parent / "sample_data" / "ostia_monthly.nc"
    with xr.open_dataset(path, decode_timedelta=False) as whole:
        sst = whole["surface_temperature"].load()
    gone = sst.groupby("time.month") - sst.groupby("time.month").mean("time")
    box = gone.sel(longitude=slice(190, 240)).mean(("latitude", "longitude"))
    times = tuple(datetime.fromisoformat(str(t)[:10]).replace(day=1, tzinfo=UTC) for t in sst.time.values)
    return Ocean(times=times, lat=sst.latitude.values, lon=sst.longitude.values, anomaly=gone.values, index=box.values)


LOOK = frames.Colours(ramp="rdbu_r", low=-3, high=3, zero=0, zero_name="mean of the month")


def iso(when: datetime) -> str:
    """The form of a time in addresses."""
    return f"{when:%Y-%m-%d}"


def ocean_frame(time: str) -> bytes:
    """The picture of one month."""
    data = ocean()
    at = [iso(t) for t in data.times].index(time)
    return frames.draw_png(frames.raster_from(data.anomaly[at], data.lat, data.lon, west=0), LOOK)


def nino(cursor: str = "") -> SeriesChart:
    """The chart of the Niño 3.4 sample."""
    data = ocean()
    points = [
        ChartPoint(time=iso(t), value=float(v), label=words.month(t))
        for t, v in zip(data.times, data.index, strict=True)
    ]
    bands = [
        ChartBand(title="La Niña 2007–08", start="2007-07-01", end="2008-06-01", kind="cool"),
        ChartBand(title="El Niño 2009–10", start="2009-06-01", end="2010-04-01", kind="warm"),
    ]
    return SeriesChart(
        title="Niño 3.4 anomaly, April 2006 to September 2010",
        unit="K",
        points=points,
        bands=bands,
        style="anomaly",
        digits=1,
        cursor=cursor,
    )


@cache
def carbon() -> tuple[tuple[datetime, float], ...]:
    """Monthly carbon dioxide at Mauna Loa in ppm, 1958 to 2001."""
    from statsmodels.datasets import co2

    monthly = co2.load_pandas().data["co2"].resample("MS").mean().dropna()
    return tuple((t.to_pydatetime().replace(tzinfo=UTC), float(v)) for t, v in monthly.items())


def keeling(cursor: str = "") -> SeriesChart:
    """The chart of the carbon dioxide sample."""
    points = [ChartPoint(time=iso(t), value=v, label=words.month(t), lower=v - 0.4, upper=v + 0.4) for t, v in carbon()]
    return SeriesChart(title="Carbon dioxide at Mauna Loa, 1958 to 2001", unit="ppm", points=points, cursor=cursor)
