"""Servers that are stopped whatever happens."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.served import Served, small_home


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(small_home(tmp_path / "home"))
    yield made
    made.close()
