"""Where the places of a series are: from the rows of a CSV, or from the overview beside JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from repeatpass.importing.records import Dropped, Source
from repeatpass.importing.restrictions import countries_in
from repeatpass.kit.eodash import Row, named_columns, place_id

WORLD = {"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """What the files say of one AOI, each field as text."""

    aoi: str
    file: str
    line: int
    position: str = ""
    outline: str = ""
    site: str = ""
    city: str = ""
    country: str = ""

    @property
    def countries(self) -> tuple[str, ...]:
        """Codes of its countries, or ``all``."""
        return tuple(countries_in(self.country))


@lru_cache(8)  # asked again for each indicator
def overview_rows(source: Source) -> tuple[Row, ...]:
    """Return the rows of an overview, which tell of places and names and hold no values."""
    return tuple(_overview(source.name, json.loads(source.content)))


def _overview(file: str, found: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    for number, each in enumerate(found, start=1):
        texts = {here: _text(each.get(name)) for name, here in named_columns(each).items() if here != "time"}
        yield Row(file=file, line=number, **texts)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)).replace("\0", "")
    return "" if value is None else str(value).replace("\0", "").strip()


def places_of(rows: Sequence[Row], used: set[str]) -> tuple[list[dict[str, Any]], list[Where], list[Dropped]]:
    """Return the places that have values (*used*: their ids) as a definition takes them, and what could not be read.

    The first row that says something of a place is the one that counts.
    """
    found: dict[str, Where] = {}
    for row in rows:
        id = place_id(row.aoi)
        if id in used:
            found[id] = _more(found.get(id), row)
    dropped: list[Dropped] = []
    places = [_place(id, found[id], dropped) for id in sorted(found)]
    return places, list(found.values()), dropped


def _more(known: Where | None, row: Row) -> Where:
    names = ("position", "outline", "site", "city", "country")
    texts = {name: (getattr(known, name) if known else "") or getattr(row, name) for name in names}
    base = known or row
    return Where(aoi=base.aoi, file=base.file, line=base.line, **texts)


def _place(id: str, where: Where, dropped: list[Dropped]) -> dict[str, Any]:
    parts = [each for each in (where.site, where.city, ", ".join(where.countries)) if each and each.lower() != "all"]
    name = ", ".join(dict.fromkeys(parts)) or ("World" if "all" in where.countries else where.aoi)
    geometry = _outline(where, dropped) or _point(where, dropped)
    if geometry is None and [each.lower() for each in where.countries] == ["all"]:
        geometry = WORLD
    if geometry is None:
        reason = f"No coordinates are given for {where.aoi}, so it is on no map; its values are taken."
        dropped.append(Dropped(file=where.file, field="AOI", reason=reason, line=where.line))
    return {"id": id, "name": " ".join(name.split())[:400]} | ({"geometry": geometry} if geometry else {})


def _outline(where: Where, dropped: list[Dropped]) -> dict[str, Any] | None:
    import shapely

    if not where.outline or where.outline.lower() in ("/", "nan", "none"):
        return None
    try:
        shape = shapely.from_wkt(where.outline)
        if shape.is_empty or not _in_degrees(*shape.bounds):
            raise ValueError("it is empty, or not in degrees")
    except (shapely.GEOSException, ValueError) as error:
        reason = f"The outline of {where.aoi} cannot be read ({str(error).splitlines()[0]}); its point is taken."
        dropped.append(Dropped(file=where.file, field="subAoi", reason=reason, line=where.line))
        return None
    if shape.geom_type == "GeometryCollection":
        shape = shapely.union_all(shape)
    plain: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return plain


def _point(where: Where, dropped: list[Dropped]) -> dict[str, Any] | None:
    if not where.position:
        return None
    try:
        lat, lon = (float(each) for each in where.position.strip("[]() ").split(","))
        if not _in_degrees(lon, lat, lon, lat):
            raise ValueError
    except ValueError:
        reason = f"“{where.position[:60]}” is no position such as 51.09,3.74 (latitude, longitude)."
        dropped.append(Dropped(file=where.file, field="AOI", reason=reason, line=where.line))
        return None
    return {"type": "Point", "coordinates": [lon, lat]}


def _in_degrees(west: float, south: float, east: float, north: float) -> bool:
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def box_of(places: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return west, south, east, north about all places in degrees; the world where none has a geometry."""
    import shapely

    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in places if each.get("geometry")]
    return [float(each) for each in shapely.total_bounds(shapes)] if shapes else [-180.0, -90.0, 180.0, 90.0]
