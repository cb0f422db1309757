"""Reading all features that a search describes, a few hundred at a time."""

from collections.abc import Iterator

from repeatpass.features.records import Feature, FeatureSet, Wanted
from repeatpass.features.searching import Searching


class Reading:
    """The features that *wanted* describes, as one moment of the database has them, in lists of a few hundred.

    It can be gone through once; then *number* says how many there were, and *more* whether more match than its limit.
    """

    def __init__(self, searching: Searching, known: FeatureSet, wanted: Wanted, crs: str) -> None:
        self.searching, self.known, self.wanted, self.crs = searching, known, wanted, crs
        self.number = 0
        self.more = False

    def __iter__(self) -> Iterator[list[Feature]]:
        """Give the next few hundred; raise Invalid for what cannot be asked."""
        left = self.wanted.limit
        for found in self.searching.batches(self.known, self.wanted, self.crs):
            self.more = len(found) > left - self.number
            found = found[: left - self.number]
            self.number += len(found)
            if found:
                yield found
