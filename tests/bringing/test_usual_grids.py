"""The extents of grids that many data have, next to one that cannot be true."""

import pytest
from pyproj import CRS

from repeatpass.kit.bringing.places import placed
from repeatpass.kit.bringing.records import Bounds, Refused

LARGE: list[tuple[str, Bounds, Bounds]] = [
    ("EPSG:3413", (-3_850_000, -5_350_000, 3_750_000, 5_850_000), (-180, 31, 180, 90)),  # sea ice of the NSIDC
    ("EPSG:3031", (-3_950_000, -3_950_000, 3_950_000, 4_350_000), (-180, -90, 180, -39.2)),
    ("EPSG:6931", (-9_000_000, -9_000_000, 9_000_000, 9_000_000), (-180, -84.6, 180, 90)),  # EASE-Grid 2.0
    ("EPSG:3035", (2_500_000, 1_400_000, 7_400_000, 5_500_000), (-35.1, 29.8, 72.9, 72.7)),  # Europe
    ("ESRI:54009", (-18_000_000, -9_000_000, 18_000_000, 9_000_000), (-180, -90, 180, 90)),  # Mollweide
    ("EPSG:2193", (1_000_000, 4_700_000, 2_100_000, 6_200_000), (165, -47.9, 179.7, -34.2)),  # New Zealand
]


@pytest.mark.parametrize(("crs", "bounds", "degrees"), LARGE, ids=[row[0] for row in LARGE])
def test_usual_grids_are_taken_though_their_corners_reach_beyond_the_area_of_use(
    crs: str, bounds: Bounds, degrees: Bounds
) -> None:
    assert placed(bounds, CRS.from_user_input(crs), "ice.tif") == pytest.approx(degrees, abs=1)


@pytest.mark.parametrize(
    ("crs", "bounds"),
    [
        ("EPSG:32632", (-4e6, -4e6, 4e6, 4e6)),
        ("EPSG:3413", (4e5, 5e7, 5e5, 6e7)),
        ("EPSG:32633", (9e6, 4e6, 9.1e6, 5e6)),
    ],
)
def test_extents_outside_of_the_area_of_use_are_refused(crs: str, bounds: Bounds) -> None:
    with pytest.raises(Refused, match="outside of where this CRS can be used"):
        placed(bounds, CRS.from_user_input(crs), "ice.tif")
