"""Catalog: the STAC collections and items that notebooks read."""
