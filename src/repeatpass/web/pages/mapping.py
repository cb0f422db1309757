"""The map of an indicator: the newest update's raster as frames, its places, its legend."""

from collections.abc import Iterator, Mapping
from typing import Any

from repeatpass.assembly.mapped import map_output
from repeatpass.core.errors import NotFound
from repeatpass.core.times import parse_time
from repeatpass.data.colours import TWO_WAY, colormaps
from repeatpass.indicators.records import Indicator, MapLayer
from repeatpass.indicators.records import Place as KnownPlace
from repeatpass.runs.records import RunOutput
from repeatpass.web import frames, rasters, words
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages import saying
from repeatpass.web.views import Extent, Frame, Link, MapView, Place

STRIP = 3.4  # how many times wider than high a strip is shown at most
MARGIN = 55.0  # degrees of ocean to the left and right of the only place
PACIFIC = (90.0, 270.0)  # degrees east; a map whose places lie about the Pacific has it in its middle


def raster_of(desk: Desk, series: Series) -> RunOutput | None:
    """The raster output of the newest update that succeeded; None where the indicator has no map (yet)."""
    return map_output(desk.house, series.indicator, desk.provenance)


def layer_of(desk: Desk, series: Series, output: RunOutput) -> rasters.Layer:
    """What is known of the raster; read once and kept."""
    layer, west = _asked(series)
    path = desk.house.files.path(output.checksum)
    key = f"layer {output.checksum} {layer.variable} {west}"
    kind = output.media_type
    return rasters.Layer.load(desk.drawings.get(key, lambda: rasters.look_at(path, kind, layer.variable, west).dump()))


def frame_png(desk: Desk, series: Series, time: str) -> bytes:
    """The picture of one time (ISO 8601, or ``still`` for a raster without time); raise NotFound if there is none."""
    output = raster_of(desk, series)
    if output is None:
        raise NotFound(f"“{series.id}” has no map.", indicator=series.id)
    known = layer_of(desk, series, output)
    if time not in (known.times or ("still",)):
        raise NotFound(f"The map of “{series.id}” has no frame at {time}.", indicator=series.id)
    layer, west = _asked(series)
    look, path = look_of(series.indicator, known), desk.house.files.path(output.checksum)
    key = f"frame {output.checksum} {layer.variable} {west} {time} {look}"
    kind = output.media_type
    return desk.drawings.get(key, lambda: rasters.draw(path, kind, layer.variable, time, west, look))


def _asked(series: Series) -> tuple[MapLayer, float]:
    layer = series.indicator.map
    assert layer is not None
    return layer, west_of(series.indicator)


def look_of(indicator: Indicator, known: rasters.Layer) -> frames.Colours:
    """How the numbers become colours."""
    layer = indicator.map
    assert layer is not None
    low, high = layer.range or (known.low, known.high)
    name = layer.colormap.lower()  # the definition names it as matplotlib does
    ramp = name if name in colormaps() else "viridis"
    diverging = ramp in TWO_WAY and low == -high
    usual = "usual" if diverging and layer.unit == "K" else ""
    return frames.Colours(ramp=ramp, low=low, high=high, zero=0.0 if diverging else None, zero_name=usual)


def map_of(desk: Desk, series: Series, place: str, time: str) -> MapView | None:
    """The map shown with the value at *time* (ISO 8601) of *place*; None where there is none."""
    output = raster_of(desk, series)
    if output is None:
        return None
    known, indicator = layer_of(desk, series, output), series.indicator
    return MapView(
        title=output.title,
        projection=known.projection,
        extent=known.extent,
        view=view_of(indicator, known),
        alt=f"Map of {output.title[:1].lower()}{output.title[1:]}",
        frames=tuple(_frames(series, output, known)),
        current=max((at for at, each in enumerate(known.times) if each <= time), default=0),
        legend=_legend(indicator, known, output),
        places=places_of(series, place, known.degrees[0]),
        source=Link(text=f"run {output.run}", href=f"/runs/{output.run}"),
        attribution=series.once(f"attribution {output.run}", lambda: attribution(desk, output.run)),
        caption=_caption(known),
    )


def _frames(series: Series, output: RunOutput, known: rasters.Layer) -> Iterator[Frame]:
    stamp = output.checksum.removeprefix("sha256:")[:10]
    for time in known.times or ("still",):
        said = saying.time_words(parse_time(time), series.indicator.cadence) if known.times else output.title
        yield Frame(time=time, label=said, href=f"/indicators/{series.id}/frames/{time}.png?v={stamp}")


def _legend(indicator: Indicator, known: rasters.Layer, output: RunOutput) -> Any:
    layer, look = indicator.map, look_of(indicator, known)
    unit = saying.unit_of(layer.unit if layer and layer.unit else output.unit)
    digits = 0 if all(float(end).is_integer() for end in (look.low, look.high)) else 1
    missing = "No data" if known.gaps else ""
    return frames.legend(
        look, output.title, unit, digits, missing, below=known.least < look.low, above=known.most > look.high
    )


def _caption(known: rasters.Layer) -> str:
    name = "Plate carrée" if known.projection == frames.WORLD else "Web Mercator"
    return f"{name} ({known.projection}), cells of {known.cell}."


def attribution(desk: Desk, run: str) -> str:
    """What the makers of the data want said, for everything a run read."""
    read = dict.fromkeys(each.collection for each in desk.run(run)[1].inputs)
    bodies = {entry.id: entry.body for entry in desk.house.catalog.some(sorted(read))}
    return " ".join(
        dict.fromkeys(str(bodies[id]["attribution"]) for id in read if bodies.get(id, {}).get("attribution"))
    )


def west_of(indicator: Indicator) -> float:
    """Where a map of the whole Earth begins: at Greenwich where its places lie about the Pacific, else at 180° W."""
    boxes = [box for place in indicator.places if (box := box_of(place)) is not None]
    if not boxes:
        return -180.0
    wests, easts = [box[0] % 360 for box in boxes], [(box[2] - 1e-9) % 360 for box in boxes]
    return 0.0 if PACIFIC[0] < (min(wests) + max(easts)) / 2 < PACIFIC[1] else -180.0


def view_of(indicator: Indicator, known: rasters.Layer) -> Extent:
    """What is shown first: the whole layer, or the surroundings of the only place of a strip around the Earth."""
    west, south, east, north = known.extent
    if known.projection != frames.WORLD:
        return known.extent
    box = box_of(indicator.places[0]) if len(indicator.places) == 1 else None
    if box is not None and east - west > 300:
        turned = (box[0] - west) % 360 + west
        west, east = turned - MARGIN, turned + (box[2] - box[0]) + MARGIN
    height = max((north - south) * 1.1, (east - west) / STRIP)
    middle = (north + south) / 2
    return (west, max(-90.0, middle - height / 2), east, min(90.0, middle + height / 2))


def places_of(series: Series, chosen: str, west: float = -180.0) -> tuple[Place, ...]:
    """The places that have values, each with its newest one."""
    indicator = series.indicator
    digits = saying.digits_in(series)
    return tuple(
        _place(series, place, chosen, digits, west) for place in indicator.places if place.id in series.by_place
    )


def _place(series: Series, place: KnownPlace, chosen: str, digits: int, west: float) -> Place:
    newest, unit = series.by_place[place.id][-1], saying.unit_of(series.indicator.unit)
    box, geometry = box_of(place), place.geometry or {}
    point = geometry.get("coordinates") if geometry.get("type") == "Point" else None
    return Place(
        id=place.id,
        title=place.name,
        href=f"/indicators/{series.id}?place={place.id}",
        lon=point[0] if point else None,
        lat=point[1] if point else None,
        box=None if point else box,
        selected=place.id == chosen,
        latest=f"{words.number(newest.value, digits)} {unit}".strip(),
    )


def box_of(place: KnownPlace) -> Extent | None:
    """The box of a point or area in degrees; one that spans the antimeridian runs beyond 180.

    None for scattered areas, whose common box would claim land that is not theirs.
    """
    geometry = place.geometry
    if not geometry:
        return None
    if geometry.get("type") == "MultiPolygon" and not _split_at_antimeridian(geometry):
        return None
    points = list(_points(geometry["coordinates"]))
    lons = [lon % 360 if geometry["type"] == "MultiPolygon" else lon for lon, _lat in points]
    lats = [lat for _lon, lat in points]
    return (min(lons), min(lats), max(lons), max(lats))


def _split_at_antimeridian(geometry: Mapping[str, Any]) -> bool:
    lons = [lon for lon, _lat in _points(geometry["coordinates"])]
    return max(lons) == 180 and min(lons) == -180


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part)
