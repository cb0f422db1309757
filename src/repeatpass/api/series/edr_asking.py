"""What a query of OGC API – Environmental Data Retrieval 1.1 (19-086r6) asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.requests import Request

from repeatpass.api.tiles.asking import number_of, require_known
from repeatpass.core.errors import Invalid
from repeatpass.data.areas import Area, Point, box_of, checked, point_of
from repeatpass.data.records import Layer, Style

WORDS = ("coords", "datetime", "parameter-name", "parameter_names", "crs", "z", "f")  # as OWSLib calls it, too
MOST_POINTS = 100
SYSTEMS = ("CRS84", "CRS:84", "OGC:CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
           "https://www.opengis.net/def/crs/OGC/1.3/CRS84")  # fmt: skip
METRES = {"m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "km": 1000.0, "kilometres": 1000.0,
          "kilometers": 1000.0, "mi": 1609.344, "miles": 1609.344, "nmi": 1852.0}  # fmt: skip
CORNERS = 180  # of the polygon that stands for a circle


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameter:
    """A variable or band that can be asked for by name."""

    name: str
    title: str
    unit: str
    layer: Layer
    band: str = ""  # of a raster

    def style(self, dimensions: Mapping[str, str]) -> Style:
        """Return the style that reads it; *dimensions* of those that the layer has."""
        known = {name: value for name, value in dimensions.items() if name in self.layer.dimensions}
        return Style(bands=(self.band,) if self.band else (), dimensions=known)


def parameters_of(layers: Sequence[Layer]) -> dict[str, Parameter]:
    """Return the parameters of a collection by name: each variable of its cubes, each band of its rasters."""
    found = [each for layer in layers for each in _of(layer)]
    return {each.name: each for each in found}


def _of(layer: Layer) -> list[Parameter]:
    if layer.kind == "cube":
        return [Parameter(name=layer.name, title=layer.title, unit=layer.unit, layer=layer)]
    alone = len(layer.bands) == 1
    return [
        Parameter(
            name=layer.name if alone else f"{layer.name}_{band.name}",
            title=layer.title if alone else f"{layer.title}: {band.title or band.name}",
            unit=layer.unit,
            layer=layer,
            band=band.name,
        )
        for band in layer.bands
    ]


def chosen(request: Request, known: Mapping[str, Parameter]) -> list[Parameter]:
    """Return the parameters that ``parameter-name`` names, all without it; raise Invalid for one there is not."""
    words = request.query_params
    given = words.get("parameter-name") or words.get("parameter_names", "")
    names = [each.strip() for each in given.split(",") if each.strip()]
    if missing := [name for name in names if name not in known]:
        _wrong("parameter-name", missing[0], f"one or several of {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def checked_words(request: Request, *more: str) -> None:
    """Refuse words that are not known, and coordinates in another system than longitude and latitude."""
    require_known(request.query_params, (*WORDS, *more))
    system = request.query_params.get("crs", "")
    if system and system not in SYSTEMS:
        _wrong("crs", system, f"CRS84 ({SYSTEMS[3]}), longitude before latitude")


def dimensions_of(request: Request, parameters: Sequence[Parameter]) -> dict[str, str]:
    """Return which value of a further dimension (depth, level …) ``z`` means."""
    z = request.query_params.get("z", "").strip()
    if not z:
        return {}
    found = {
        dim: value
        for each in parameters
        for dim, values in each.layer.dimensions.items()
        for value in values
        if value == z or _same(value, z)
    }
    if not found:
        known = sorted({value for each in parameters for values in each.layer.dimensions.values() for value in values})
        _wrong(
            "z", z, f"one of {', '.join(known[:20])}" if known else "left out, for there are no heights or depths here"
        )
    return found


def _same(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def points_of(request: Request) -> list[Point]:
    """Read ``coords``: POINT or MULTIPOINT in well-known text."""
    geometry = _geometry(request, "POINT(16.4 48.2)")
    if geometry.geom_type not in ("Point", "MultiPoint") or geometry.is_empty:
        _wrong("coords", geometry.geom_type, "a POINT or MULTIPOINT, such as POINT(16.4 48.2)")
    import shapely

    places = shapely.get_coordinates(geometry).tolist()
    if len(places) > MOST_POINTS:
        _wrong("coords", f"{len(places)} points", f"at most {MOST_POINTS} points")
    return [point_of(f"{lon!r},{lat!r}", "coords") for lon, lat in places]


def polygon_of(request: Request) -> Area:
    """Read ``coords``: POLYGON or MULTIPOLYGON in well-known text."""
    return checked(_geometry(request, "POLYGON((0 0, 10 0, 10 10, 0 0))"), "coords")


def bbox_of(request: Request) -> Area:
    """Read ``bbox``."""
    return box_of(request.query_params.get("bbox", ""), "bbox")


def circle_of(request: Request) -> Area:
    """Read ``coords`` with ``within`` and ``within-units``: a circle on the ellipsoid, as a polygon."""
    import shapely
    from pyproj import Geod

    points = points_of(request)
    if len(points) != 1:
        _wrong("coords", f"{len(points)} points", "one POINT, the middle of the circle")
    unit = request.query_params.get("within-units", "").strip().lower()
    if unit not in METRES:
        _wrong("within-units", unit, f"one of {', '.join(METRES)}")
    radius = number_of(request, "within", 1e-3, 2e7) * METRES[unit]
    if not 1.0 <= radius <= 5e6:
        _wrong("within", f"{radius:g} m", "from 1 m to 5,000 km")
    middle = points[0]
    turns = [360 * each / CORNERS for each in range(CORNERS)]
    lon, lat, _ = Geod(ellps="WGS84").fwd([middle.lon] * CORNERS, [middle.lat] * CORNERS, turns, [radius] * CORNERS)
    near = [(each - middle.lon + 180) % 360 - 180 + middle.lon for each in lon]
    if max(near) - min(near) > 180:
        _wrong("within", f"{radius:g} m", "a circle that holds no pole; take an area instead")
    return checked(shapely.Polygon(list(zip(near, lat, strict=True))), "within")


def _geometry(request: Request, example: str) -> Any:
    import shapely

    text = request.query_params.get("coords", "").strip()
    if not text:
        _wrong("coords", text, f"well-known text such as {example}")
    try:
        return shapely.force_2d(shapely.from_wkt(text))
    except shapely.errors.GEOSException as error:
        reason = str(error).partition("\n")[0][:100]
        raise Invalid(
            f"coords: “{text[:60]}” is no well-known text ({reason}); it must be such as {example}.", field="coords"
        ) from None


def _wrong(field: str, value: Any, wanted: str) -> NoReturn:
    raise Invalid(f"{field}: “{str(value)[:100]}” is not right; it must be {wanted}.", field=field)
