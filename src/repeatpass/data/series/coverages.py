"""CoverageJSON (OGC 21-069r2): series at points, over areas, and cells as they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from repeatpass.data.areas import Area
from repeatpass.data.series.records import STATISTICS, VALUE, Cell, Cube, TimeSeries, Variable
from repeatpass.data.series.writing import numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEDIA_TYPE = "application/prs.coverage+json"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
UCUM = "http://www.opengis.net/def/uom/UCUM/"
Document = dict[str, Any]


def series_coverage(found: TimeSeries, area: Area | None = None) -> Document:
    """Return one coverage of a series: a PointSeries, or a PolygonSeries over *area*; a Point or Polygon without time."""
    timed = found.times != ("",) and list(found.times) != [""]
    axes: Document = {"t": {"values": list(found.times)}} if timed else {}
    if isinstance(found.at, Cell):
        axes |= {"x": {"values": [found.at.lon]}, "y": {"values": [found.at.lat]}}
        kind = "PointSeries" if timed else "Point"
    else:
        axes["composite"] = {"dataType": "polygon", "coordinates": ["x", "y"], "values": [_rings(area)]}
        kind = "PolygonSeries" if timed else "Polygon"
    domain = {"type": "Domain", "domainType": kind, "axes": axes, "referencing": _referencing(CRS84, timed)}
    names = [(variable, statistic) for variable in found.variables for statistic in variable.values]
    return {
        "type": "Coverage",
        "title": found.title,
        "domain": domain,
        "parameters": {_key(*each): _parameter(*each) for each in names},
        "ranges": {
            _key(variable, statistic): _range(variable.values[statistic], ["t"] if timed else [])
            for variable, statistic in names
        },
    }


def _rings(area: Area | None) -> Any:
    """The rings of the outline; several polygons as the one hull around them, for the domain has one polygon."""
    if area is None:
        return []
    import shapely

    whole = area.geometry if area.geometry.geom_type == "Polygon" else shapely.convex_hull(area.geometry)
    return shapely.geometry.mapping(whole)["coordinates"]


def _key(variable: Variable, statistic: str) -> str:
    return variable.name if statistic == VALUE else f"{variable.name}_{statistic}"


def _parameter(variable: Variable, statistic: str) -> Document:
    unit = {"count": "1", "valid": "1"}.get(statistic, variable.unit)
    found = parameter(_key(variable, statistic), variable.title, unit)
    if statistic != VALUE:
        found["description"] = {"en": STATISTICS[statistic]}
    return found


def parameter(id: str, title: str, unit: str) -> Document:
    """Return a parameter of CoverageJSON; *unit* as the data state it, UCUM where they keep to that."""
    found: Document = {"type": "Parameter", "observedProperty": {"id": id, "label": {"en": title or id}}}
    if unit:
        found["unit"] = {"label": {"en": unit}, "symbol": {"value": unit, "type": UCUM}}
    return found


def _referencing(system: str, timed: bool) -> list[Document]:
    geographic = system == CRS84 or system.endswith("/4326")
    space = {"type": "GeographicCRS" if geographic else "ProjectedCRS", "id": system}
    time = {"coordinates": ["t"], "system": {"type": "TemporalRS", "calendar": "Gregorian"}}
    return [{"coordinates": ["x", "y"], "system": space}, *([time] if timed else [])]


def _range(values: "NDArray[np.float64]", axes: Sequence[str]) -> Document:
    return {
        "type": "NdArray",
        "dataType": "float",
        "axisNames": list(axes),
        "shape": list(values.shape) if axes else [],
        "values": numbers(values.ravel()),
    }


def cube_coverages(found: Iterable[Cube]) -> Document:
    """Return one coverage where all lie on one grid at the same times, otherwise a collection of them."""
    merged: dict[Any, Document] = {}
    for cube in found:
        made = _cube(cube)
        key = (cube.crs, cube.x.tobytes(), cube.y.tobytes(), tuple(cube.times))
        if key in merged:
            merged[key]["parameters"] |= made["parameters"]
            merged[key]["ranges"] |= made["ranges"]
        else:
            merged[key] = made
    return joined(list(merged.values()), "Grid")


def joined(coverages: Sequence[Document], kind: str) -> Document:
    """Return several coverages as a collection; one as it is."""
    if len(coverages) == 1:
        return coverages[0]
    kinds = {each["domain"]["domainType"] for each in coverages}
    shared: Mapping[str, Any] = {"domainType": kind} if kinds == {kind} else {}
    return {"type": "CoverageCollection", **shared, "coverages": list(coverages)}


def _cube(cube: Cube) -> Document:
    timed = list(cube.times) != [""]
    axes: Document = {"x": {"values": cube.x.tolist()}, "y": {"values": cube.y.tolist()}}
    axes |= {"t": {"values": list(cube.times)}} if timed else {}
    code = cube.crs.removeprefix("EPSG:")
    system = CRS84 if code == "4326" else (f"{EPSG}{code}" if code.isdigit() else "")
    referencing = _referencing(system, timed)
    if not system:  # one without a number is described
        referencing[0]["system"] = {"type": "ProjectedCRS", "description": {"en": cube.crs}}
    values = cube.values if timed else cube.values[0]
    return {
        "type": "Coverage",
        "domain": {"type": "Domain", "domainType": "Grid", "axes": axes, "referencing": referencing},
        "parameters": {cube.name: parameter(cube.name, cube.title, cube.unit)},
        "ranges": {cube.name: _range(values, ["t", "y", "x"] if timed else ["y", "x"])},
    }
