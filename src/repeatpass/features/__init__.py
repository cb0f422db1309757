"""Features: what collections hold as single things with a place, times and properties; kept, searched, changed."""

from repeatpass.features.records import Feature, FeatureSet, Field, Found, Wanted
from repeatpass.features.room import Features

__all__ = ["Feature", "FeatureSet", "Features", "Field", "Found", "Wanted"]
