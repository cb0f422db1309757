"""The catalogue that the eodash client reads: static STAC with the fields that it looks for.

The client draws its list from the links of the root alone, the axis of time from the links of a collection alone, and
takes relative addresses only from catalogue to collection to item; everything else is absolute.
"""

from repeatpass.api.eodash.routes import eodash_router

__all__ = ["eodash_router"]
