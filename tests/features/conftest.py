"""The room of features over a database of each kind."""

import pytest
from tests.features.places import BODIES, FIELDS
from tests.storage.rooms import EDITOR

from repeatpass.catalog.room import Catalog
from repeatpass.features import Features, FeatureSet
from repeatpass.storage.database import Database


@pytest.fixture
def room(database: Database) -> Features:
    """The room of features, with an empty collection “places”."""
    catalog = Catalog(database)
    catalog.register(EDITOR, {"id": "places", "title": "Places"}, [], [])
    return Features(catalog)


@pytest.fixture
def places(room: Features) -> FeatureSet:
    """The hundred features."""
    room.begin(EDITOR, "places", FIELDS, time=("day",))
    room.add(EDITOR, "places", list(BODIES.values()))
    return room.known("places")
