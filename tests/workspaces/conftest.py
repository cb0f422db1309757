"""Rooms that hold runs to quotas, over a database of each kind."""

from pathlib import Path

import pytest
from tests.storage.rooms import Rooms, file_area

from repeatpass.indicators.resting import values_resting_on
from repeatpass.runs.owning import Owning, owning
from repeatpass.storage.database import Database
from repeatpass.workspaces.records import Quota

KEY = b"k" * 32


@pytest.fixture
def rooms(database: Database, tmp_path: Path) -> Rooms:
    return Rooms(database, file_area(tmp_path))


@pytest.fixture
def own(rooms: Rooms) -> Owning:
    """No quota by default; results of trials are kept for 30 days."""
    made = owning(rooms.runs, KEY, Quota(), 30)
    made.retention.rests.append(lambda ids: values_resting_on(rooms.database, ids))
    return made
