"""Batches: one notebook over many areas, times and parameters, each part a run."""
