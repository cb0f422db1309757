"""What can be counted over items (STAC API – Aggregation 0.3.0), and what comes of counting it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from repeatpass.core.errors import Invalid

INTERVALS = ("year", "month", "week", "day", "hour")
FINEST = 12  # letters of a geohash: a cell of some centimetres
MOST = 10_000  # buckets of one answer; what has no place in them is its overflow


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """An aggregation that can be asked for; *of* is the property that items must have for it to make sense."""

    name: str
    data_type: str  # numeric, string, datetime
    title: str
    of: str = ""


OFFERS: Mapping[str, Offer] = {
    each.name: each
    for each in (
        Offer(name="total_count", data_type="numeric", title="How many items there are"),
        Offer(name="datetime_min", data_type="datetime", title="When the first begins"),
        Offer(name="datetime_max", data_type="datetime", title="When the last ends"),
        Offer(name="collection_frequency", data_type="string", title="How many are in each collection"),
        Offer(name="datetime_frequency", data_type="datetime", title="How many begin in each year, month, day or hour"),
        Offer(
            name="centroid_geohash_grid_frequency",
            data_type="string",
            title="How many have the middle of their extent in each cell of the geohash grid",
        ),
        Offer(
            name="cloud_cover_frequency",
            data_type="numeric",
            title="How many are so cloudy, in steps of ten per cent",
            of="eo:cloud_cover",
        ),
        Offer(name="platform_frequency", data_type="string", title="How many are of each platform", of="platform"),
    )
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is to be counted. *interval*: one of INTERVALS, empty for one that suits; *letters*: of a geohash."""

    names: tuple[str, ...]
    interval: str = ""
    letters: int = 1

    def __post_init__(self) -> None:
        """Raise Invalid for what there is not, naming what there is."""
        for name in self.names:
            if name not in OFFERS:
                raise Invalid(
                    f"“aggregations” holds “{name[:80]}”; there are {', '.join(OFFERS)}.", field="aggregations"
                )
        if self.interval and self.interval not in INTERVALS:
            raise Invalid(
                f"“datetime_frequency_interval” is “{self.interval[:40]}”; it can be {', '.join(INTERVALS)}.",
                field="datetime_frequency_interval",
            )
        if not 1 <= self.letters <= FINEST:
            raise Invalid(
                f"“centroid_geohash_grid_frequency_precision” is {self.letters}; it can be 1 to {FINEST}.",
                field="centroid_geohash_grid_frequency_precision",
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Bucket:
    """How many items have one value, or one from *least* up to but without *below* (the last with it)."""

    key: str
    frequency: int
    least: float | None = None
    below: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Aggregation:
    """One answer: a *value*, or *buckets* with how many items are in none of them."""

    name: str
    data_type: str  # of its value, or of the keys of its buckets; interval_month for months
    value: int | datetime | None = None
    buckets: tuple[Bucket, ...] | None = None
    overflow: int = 0
