"""Entries as the field's first public registry keeps them: one YAML file each (eurodatacube/public-collections)."""

from repeatpass.entries.original.reading import entry_schema, read_entry

__all__ = ["entry_schema", "read_entry"]
