"""Connectors: open what lies elsewhere, at an address of HTTP, S3 or STAC, and put what was read on the run's record."""
