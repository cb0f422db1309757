"""A run that succeeds, and its repeat with a verdict, for tests."""

import time

from repeatpass.assembly import House
from repeatpass.runs.records import Run, State
from repeatpass.verification.records import Repeat
from tests.houses import notebook


def executed(house: House, name: str, *cells: str, parameters: str = "", **given: object) -> Run:
    """Execute a notebook of these *cells*; fail where it does not succeed within a minute."""
    house.shelf.add(house.owner, name, notebook(*cells, parameters=parameters))
    run = house.runs.wait(house.submitting.submit(house.owner, name, given).id, 60)
    assert run.state is State.SUCCEEDED, run.message
    return run


def repeated(house: House, run: Run, **swapped: object) -> Repeat:
    """Repeat *run*; fail where there is no verdict after 90 seconds."""
    return settled(house, house.repeating.repeat(house.owner, run.id, swapped).id)


def settled(house: House, id: str) -> Repeat:
    """Wait for the verdict of a repeat that was begun."""
    until = time.monotonic() + 90
    while (found := house.repeats.repeat(id)).verdict is None:
        assert time.monotonic() < until, "no verdict after 90 seconds"
        time.sleep(0.05)
    return found
