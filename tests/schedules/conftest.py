"""A house whose clock the tests set: one for all of them, each with an indicator and a collection of its own."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.schedules.clocks import Timed, timed_house

NUMBERS = count(1)


@pytest.fixture(scope="session")
def timed_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Timed]:
    with timed_house(tmp_path_factory.mktemp("timed") / "home") as made:
        yield made


@pytest.fixture
def timed(timed_for_all: Timed) -> Iterator[Timed]:
    number = next(NUMBERS)
    made = Timed(timed_for_all.house, timed_for_all.time, f"warmth{number}", f"sea{number}")
    yield made
    made.put_away()
