"""Compute: the Dask cluster that batches and notebooks share, embedded or somewhere else."""
