"""Compute: a Dask cluster, local or remote."""
