"""The registry: what people look collections up by, and what they are told of each."""

from repeatpass.catalog.registry.asking import Asked, asked_of
from repeatpass.catalog.registry.finding import Count, Found, find
from repeatpass.catalog.registry.history import Change, History
from repeatpass.catalog.registry.licences import Terms, terms_of
from repeatpass.catalog.registry.records import Entry, Maker, Variable
from repeatpass.catalog.registry.room import Registry
from repeatpass.catalog.registry.spelling import meant
from repeatpass.catalog.registry.variables import variables_of

__all__ = [
    "Asked",
    "Change",
    "Count",
    "Entry",
    "Found",
    "History",
    "Maker",
    "Registry",
    "Terms",
    "Variable",
    "asked_of",
    "find",
    "meant",
    "terms_of",
    "variables_of",
]
