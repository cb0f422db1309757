"""STAC API 1.0 with STAC 1.1 documents: collections, items, search, and their transactions."""

from repeatpass.api.stac.router import stac_router

__all__ = ["stac_router"]
