"""A house whose clock the tests set."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.schedules.clocks import Timed, timed_house


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Timed]:
    with timed_house(tmp_path / "home") as made:
        yield made
