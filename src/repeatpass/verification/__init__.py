"""Repeats runs and values, compares what they left behind, and says why they differ."""
