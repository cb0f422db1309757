"""Cubes: many files, one grid, one clock. A specification becomes an analysis-ready Zarr, written as a stream.

The names in here need nothing but Python until a cube is made; xarray, rasterio and zarr are imported inside.
"""
