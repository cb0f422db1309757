"""The rooms over a database of each kind."""

from pathlib import Path

import pytest
from tests.houses import indicator
from tests.storage.rooms import EDITOR, Rooms, file_area

from repeatpass.storage.database import Database


@pytest.fixture
def rooms(database: Database, tmp_path: Path) -> Rooms:
    return Rooms(database, file_area(tmp_path))


@pytest.fixture
def warm(rooms: Rooms) -> Rooms:
    """Rooms that know the indicator “warmth”, in kelvin, at “here” and “there”, between -10 and 10."""
    rooms.indicators.apply(EDITOR, indicator())
    return rooms
