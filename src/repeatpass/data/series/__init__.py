"""Series: how the values of a layer at a point, or over an area, change in time."""
