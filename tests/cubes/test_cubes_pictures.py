"""The picture of a cube lies where the cube lies."""

import numpy as np

from repeatpass.web.frames import raster_from


def test_an_area_across_the_antimeridian_is_drawn_at_both_edges_of_the_map_and_not_between() -> None:
    lon = np.arange(165, 286, 10)
    found = raster_from(np.arange(13 * 2).reshape(2, 13), [5, -5], lon)
    assert found.bounds == (-180, -10, 180, 10) and found.values.shape == (2, 36)
    assert found.values[0, :11].tolist() == list(range(2, 13)) and found.values[0, -2:].tolist() == [0, 1]
    assert np.isnan(found.values[:, 11:-2]).all()
