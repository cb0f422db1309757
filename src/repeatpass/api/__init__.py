"""The standards: OGC API – Processes, STAC, health and files, over the rooms of the house."""
