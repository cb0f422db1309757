"""Weights of cells against references that are computed otherwise: cells cut by GEOS, areas by an equal-area projection."""

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from repeatpass.core.errors import Invalid
from repeatpass.data.areas import Area, area_from, area_of, box_of, point_of
from repeatpass.data.series.grids import Grid, edges_of
from repeatpass.data.series.weights import parts_of

EVERY = 10**7
WORLD = Grid(x=np.linspace(-180, 180, 73), y=np.linspace(90, -90, 37))
PACIFIC = Grid(x=np.linspace(0, 360, 73), y=np.linspace(-90, 90, 37))  # from 0, south first
# A country of straight edges that cuts cells in many ways, with a lake.
COUNTRY = shapely.Polygon(
    [(-4.3, 48.1), (3.2, 51.7), (8.9, 48.3), (6.6, 43.2), (2.1, 41.9), (-1.8, 43.3)],
    [[(2, 45), (3.5, 45.2), (3.1, 46.6)]],
)


def weights(grid: Grid, area: Area) -> np.ndarray:
    whole = np.zeros((grid.rows, grid.columns))
    for part in parts_of(grid, area, EVERY):
        whole[part.rows, part.columns] += part.weights
    return whole


def cut_by_geos(grid: Grid, geometry: shapely.Geometry) -> np.ndarray:
    """The reference: cells and geometry in a cylindrical equal-area projection, each cell cut out by GEOS."""
    equal = Transformer.from_crs("EPSG:4326", "EPSG:6933", always_xy=True)

    def moved(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shapely.segmentize(shape, 0.1), lambda c: np.stack(equal.transform(*c.T), 1))

    found, whole = np.zeros((grid.rows, grid.columns)), moved(geometry)
    for row in range(grid.rows):
        for column in range(grid.columns):
            cell = shapely.box(grid.x[column], grid.y[row], grid.x[column + 1], grid.y[row + 1])
            found[row, column] = shapely.intersection(moved(cell), whole).area
    return found


def test_weights_are_the_areas_that_geos_cuts_out_in_an_equal_area_projection() -> None:
    found = weights(WORLD, Area(geometry=COUNTRY))
    assert np.allclose(found, cut_by_geos(WORLD, COUNTRY), rtol=1e-5, atol=1e6)  # of some 2e11 m² a cell


def test_the_area_of_a_country_is_that_on_the_ellipsoid() -> None:
    fine = Grid(x=np.linspace(-10, 20, 3001), y=np.linspace(60, 40, 2001))
    border = shapely.segmentize(COUNTRY, 0.01)  # the geodesic's area follows the border only between near corners
    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(border)[0])
    assert weights(fine, Area(geometry=COUNTRY)).sum() == pytest.approx(true, rel=1e-6)


def test_all_cells_together_are_the_earth() -> None:
    whole = weights(WORLD, box_of("-180,-90,180,90"))
    assert whole.sum() == pytest.approx(510_065_621_724_000, rel=1e-9)  # of WGS 84, m²
    assert weights(PACIFIC, box_of("-180,-90,180,90")).sum() == pytest.approx(whole.sum(), rel=1e-12)


def test_a_grid_from_0_to_360_with_the_south_first_gives_the_same_cells_the_same_weights() -> None:
    here = weights(WORLD, Area(geometry=COUNTRY))
    there = weights(PACIFIC, Area(geometry=COUNTRY))
    assert np.allclose(np.roll(here, 36, axis=1)[::-1], there, rtol=1e-5, atol=1e6)


@pytest.mark.parametrize("grid", [WORLD, PACIFIC], ids=["from -180", "from 0"])
def test_a_box_across_the_antimeridian_is_one_area(grid: Grid) -> None:
    across = weights(grid, box_of("170,-20,-165,10"))
    apart = weights(grid, box_of("170,-20,180,10")) + weights(grid, box_of("-180,-20,-165,10"))
    assert np.allclose(across, apart, rtol=1e-6)
    assert np.count_nonzero(across) == 5 * 6


def test_columns_that_go_round_the_earth_and_on_count_once() -> None:
    twice = Grid(x=edges_of(np.arange(0, 361, 10.0)), y=edges_of(np.arange(-85, 90, 10.0), latitudes=True))
    assert weights(twice, box_of("-180,-90,180,90")).sum() == pytest.approx(510_065_621_724_000, rel=1e-7)


def test_uneven_rows_are_weighted_by_their_own_edges() -> None:
    gaussian = Grid(x=np.linspace(0, 360, 37), y=np.degrees(np.arcsin(np.linspace(1, -1, 19))))
    found = weights(gaussian, box_of("0,10,90,80"))
    assert found.sum() == pytest.approx(weights(PACIFIC, box_of("0,10,90,80")).sum(), rel=1e-7)


@pytest.mark.parametrize("crs", ["EPSG:3413", "EPSG:32633", "EPSG:3857", "EPSG:3035"])
def test_of_projected_grids_the_true_area_is_weighed_not_that_in_the_plane(crs: str) -> None:
    place = shapely.box(5, 65, 16, 69) if crs == "EPSG:3413" else shapely.box(12.2, 46.1, 17.9, 49.8)
    forward = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    left, bottom, right, top = forward.transform_bounds(*place.bounds, densify_pts=101)
    grid = Grid(x=np.linspace(left - 1e4, right + 1e4, 301), y=np.linspace(top + 1e4, bottom - 1e4, 301), crs=crs)
    true = abs(Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(place, 0.01))[0])
    assert weights(grid, Area(geometry=place)).sum() == pytest.approx(true, rel=1e-4)


def test_an_area_around_the_pole_is_whole_in_a_polar_projection() -> None:
    grid = Grid(x=np.linspace(-4e6, 4e6, 401), y=np.linspace(4e6, -4e6, 401), crs="EPSG:3413")
    true = weights(WORLD, box_of("-180,70,180,90")).sum()
    assert weights(grid, box_of("-180,70,180,90")).sum() == pytest.approx(true, rel=1e-3)


def test_a_rotated_pole_is_met_in_its_own_degrees() -> None:
    crs = "+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=39.25 +lon_0=18 +to_meter=0.0174532925199433 +ellps=sphere"
    grid = Grid(x=np.linspace(-20, 10, 301), y=np.linspace(-15, 15, 301), crs=crs)
    found = parts_of(grid, Area(geometry=shapely.box(5, 45, 10, 50)), EVERY)
    assert sum(part.weights.sum() for part in found) > 0


@pytest.mark.parametrize(
    ("lon", "lat", "cell"), [(0.1, 89.9, (0, 36)), (-180, -90, (35, 0)), (180, 0.1, (17, 71)), (359.9, 0.1, (17, 35))]
)
def test_points_find_their_cell_whatever_longitudes_are_counted_from(
    lon: float, lat: float, cell: tuple[int, int]
) -> None:
    assert WORLD.cell(lon, lat) == cell
    assert PACIFIC.cell(lon, lat)[0] == 35 - cell[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2,3", "four numbers"),
        ("a,b,c,d", "west,south,east,north"),
        ("0,50,10,40", "south less than north"),
        ("0,0,10,95", "latitudes from −90 to 90"),
        ("nan,0,1,1", "west,south,east,north"),
        ("-190,-20,300,20", "no wider than the Earth"),
        ('{"type": "Point", "coordinates": [1, 2]}', "Polygon or MultiPolygon"),
        ('{"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]]}', "at least four positions"),
        (
            '{"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}',
            "not sound: Self-intersection",
        ),
        ('{"type": "Polygon", "coordinates": [[[0, 0], ["a", 1], [2, 0], [0, 0]]]}', "positions of two numbers"),
        ('{"type": "Polygon"}', "rings of at least four positions"),
        ('{"type": "FeatureCollection", "features": []}', "at least one polygon"),
        ('{"type": ', "not JSON"),
    ],
)
def test_areas_that_are_none_are_refused_with_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        area_of(text)
    assert said in refused.value.message
    assert refused.value.message.startswith("area")


def test_nothing_of_a_grid_counts_for_places_outside_of_it() -> None:
    small = Grid(x=np.linspace(0, 10, 11), y=np.linspace(10, 0, 11))
    assert parts_of(small, box_of("20,20,30,30"), EVERY) == []
    assert small.cell(20, 5) is None
    with pytest.raises(Invalid, match="at most 5 are read"):
        parts_of(small, box_of("1,1,5,5"), 5)


def test_collections_of_polygons_are_one_area() -> None:
    one, other = shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)
    body = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": shapely.geometry.mapping(each)} for each in (one, other)
        ],
    }
    assert area_from(body).geometry.area == pytest.approx(7)


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "x,y", "inf,1", "10,91"])
def test_points_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"^point"):
        point_of(text)
