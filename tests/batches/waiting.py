"""Waiting for batches, and specifications to begin them with."""

import time
from typing import Any

from repeatpass.assembly import House
from repeatpass.batches.records import Batch, BatchState, Plan
from repeatpass.batches.specification import checked

TILES = {"tiles": {"bbox": [0, 0, 2, 2], "size": 1}}
MONTHS = {"interval": "2020-01/2020-02", "step": "P1M"}


def plan(house: House, **body: Any) -> Plan:
    """Plan a batch of “greenness”, or of whatever *body* says."""
    return house.batching.plan(checked({"notebook": "greenness", "retries": 0} | body))


def begun(house: House, **body: Any) -> Batch:
    """Begin a batch."""
    return house.batching.start(house.owner, plan(house, **body))


def ended(house: House, id: str, seconds: float = 120) -> Batch:
    """Return a batch once it no longer runs."""
    until = time.monotonic() + seconds
    while (found := house.batches.batch(id)).state is BatchState.RUNNING and time.monotonic() < until:
        time.sleep(0.1)
    assert found.state is not BatchState.RUNNING, house.batches.standing(found)
    return found


def counted(house: House, id: str) -> dict[str, int]:
    """Return how many parts are in each state that any is in."""
    return {str(state): count for state, count in house.batches.counts([id])[id].items() if count}
