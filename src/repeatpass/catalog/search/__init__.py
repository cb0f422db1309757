"""Search over items: boxes, geometries, times, CQL2 filters, sorting and paging, on SQLite and PostgreSQL."""

from repeatpass.catalog.search.records import Found, Search, Sort
from repeatpass.catalog.search.searching import Searching

__all__ = ["Found", "Search", "Searching", "Sort"]
