"""Entries of the registry from what people have: YAML of the original registry, STAC documents, folders of files."""

from repeatpass.entries.records import Draft, Level, OwnFile, Remark

__all__ = ["Draft", "Level", "OwnFile", "Remark"]
