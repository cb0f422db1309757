"""Merging: what the parts of a batch left becomes one collection, traced to the run of each part."""
