"""Which coordinates of a cube are its longitudes, latitudes and times (CF conventions 1.11, chapter 4)."""

from typing import Any

from repeatpass.kit.years import counts_years

UNITS = {
    "lon": {"degrees_east", "degree_east", "degrees_e", "degree_e", "degreee", "degreese"},
    "lat": {"degrees_north", "degree_north", "degrees_n", "degree_n", "degreen", "degreesn"},
}
STANDARD = {
    "longitude": "lon", "latitude": "lat", "projection_x_coordinate": "x", "projection_y_coordinate": "y", "time": "time",
}  # fmt: skip
NAMES = {"longitude": "lon", "lon": "lon", "long": "lon", "latitude": "lat", "lat": "lat", "x": "x", "y": "y",
         "easting": "x", "northing": "y", "time": "time", "date": "time", "valid_time": "time"}  # fmt: skip
AXIS = {"X": "x", "Y": "y", "T": "time"}


def axis_of(coordinate: Any) -> str:
    """Return lon, lat, x, y or time, which one a coordinate (an ``xarray.DataArray``) is; "" for another."""
    attributes = coordinate.attrs
    if coordinate.dtype.kind == "M" or _calendar(coordinate):
        return "time"
    for axis, units in UNITS.items():
        if str(attributes.get("units", "")).lower() in units and "rotated" not in str(attributes.get("standard_name")):
            return axis
    standard = STANDARD.get(str(attributes.get("standard_name", "")))
    if standard and (standard != "time"):
        return standard
    named = NAMES.get(str(coordinate.name).lower(), "")
    return (named if named != "time" else "") or AXIS.get(str(attributes.get("axis", "")), "")


def _calendar(coordinate: Any) -> bool:
    """Say whether its values are dates of a calendar that NumPy does not know."""
    return coordinate.dtype == object and coordinate.size > 0 and hasattr(coordinate.values.flat[0], "calendar")


def axes_of(dataset: Any) -> dict[str, str]:
    """Return the dimension coordinates of a dataset by axis, the first of each kind: {"lon": "longitude", …}.

    A dimension of whole years is the time where there is no other.
    """
    found: dict[str, str] = {}
    for name in dataset.dims:
        if name in dataset.coords and dataset[name].ndim == 1:
            axis = axis_of(dataset[name])
            if axis and axis not in found:
                found[axis] = str(name)
    years = next((str(name) for name in dataset.dims if name in dataset.coords and counts_years(dataset[name])), "")
    return found if "time" in found or not years else found | {"time": years}
