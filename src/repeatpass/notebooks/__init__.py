"""Notebooks: the shelf of notebooks, their revisions, parameters and environments."""
