"""Runs: queue, worker, runners, outputs and provenance."""
