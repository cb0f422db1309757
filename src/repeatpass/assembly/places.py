"""The places of the indicators as a collection of features, each with its newest value."""

from collections.abc import Iterator
from typing import Any

import shapely.geometry

from repeatpass.access import SYSTEM, Actor, Right
from repeatpass.catalog.room import Catalog
from repeatpass.core.times import iso
from repeatpass.features import Features, FeatureSet, Field
from repeatpass.features.documents import collection_document
from repeatpass.features.importing import Table
from repeatpass.features.records import CRS84, NoFeatures
from repeatpass.features.rows import Checked
from repeatpass.indicators.records import Indicator
from repeatpass.indicators.room import Indicators

COLLECTION = "indicator-places"
TITLE = "Places of the indicators"
SAID = "Every place that an indicator of this house speaks of, with its newest value."
NEWS = {"indicator.applied", "indicator.delivered", "indicator.released", "indicator.rejected"}
FIELDS = (
    Field(name="indicator", kind="text", title="Indicator"),
    Field(name="title", kind="text", title="Title of the indicator"),
    Field(name="place", kind="text", title="Place"),
    Field(name="name", kind="text", title="Name of the place"),
    Field(name="value", kind="number", title="Newest value"),
    Field(name="unit", kind="text", title="Unit"),
    Field(name="time", kind="moment", title="When the newest value is of"),
    Field(name="values", kind="integer", title="How many values there are"),
    Field(name="status", kind="text", title="live, or closed record"),
    Field(name="page", kind="text", title="Address of the indicator at this place"),
)


class IndicatorPlaces:
    """Keeps the collection, once somebody has asked for it, as the indicators are."""

    def __init__(self, features: Features, catalog: Catalog, indicators: Indicators) -> None:
        self.features, self.catalog, self.indicators = features, catalog, indicators

    def offer(self, actor: Actor) -> FeatureSet:
        """Make the collection, or bring it up to date; raise Forbidden for who may not publish collections."""
        actor.require(Right.CURATE)
        if not self.catalog.known([COLLECTION]):
            self.catalog.register(
                SYSTEM, collection_document(COLLECTION, TITLE, SAID, ("indicators", "places")), [], []
            )
        return self._fill()

    def changed(self) -> None:
        """Bring the collection up to date if there is one. Asked twice, the second time changes nothing."""
        try:
            self.features.known(COLLECTION)
        except NoFeatures:
            return
        self._fill()

    def _fill(self) -> FeatureSet:
        found = [place for indicator in self.indicators.every() for place in self._places(indicator)]
        table = Table(fields=FIELDS, crs=CRS84, geometry="", time=("time",), features=found)
        return self.features.fill(COLLECTION, table, "indicators")

    def _places(self, indicator: Indicator) -> Iterator[Checked]:
        for place in indicator.places:
            known = [value for value in self.indicators.current(indicator.id, place.id) if value.value is not None]
            newest = max(known, key=lambda value: value.time, default=None)
            properties: dict[str, Any] = {
                "indicator": indicator.id, "title": indicator.title, "place": place.id, "name": place.name,
                "unit": indicator.unit, "values": len(known), "status": str(indicator.status),
                "page": f"/indicators/{indicator.id}?place={place.id}",
            }  # fmt: skip
            if newest is not None:
                properties |= {"value": newest.value, "time": iso(newest.time)}
            shape = None if place.geometry is None else shapely.geometry.shape(place.geometry)
            yield f"{indicator.id}.{place.id}", shape, properties
