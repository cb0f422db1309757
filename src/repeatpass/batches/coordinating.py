"""The coordinator: keeps the queue of runs stocked with parts, and takes in what has ended.

News of an ended run wakes it; without news it looks once in a while, so that nothing depends on news arriving.
It remembers nothing: killed at any point, the next one goes on from what the database says.
"""

from collections.abc import Callable

from repeatpass.batches.feeding import Feeding
from repeatpass.batches.records import Batch, BatchState
from repeatpass.core.loops import Loop

LOOK_S = 1.0  # between two looks while a batch is open
IDLE_S = 3.0  # between two looks while none is
CALM_S = 0.4  # runs that end together are taken in together; the queue holds more than ends in that time


class Coordinator(Loop):
    """One thread per server; with several servers on one database, one of them works at a time."""

    def __init__(self, feeding: Feeding, ahead: Callable[[], int]) -> None:
        super().__init__("batches", lambda: LOOK_S if self.look() else IDLE_S, least=CALM_S)
        self.feeding, self.ahead = feeding, ahead

    def look(self) -> bool:
        """Do what is to be done now; say whether a batch is open."""
        batches = self.feeding.open()
        if not batches:
            return False
        with self.feeding.database.alone("batches") as ours:
            if ours:
                for batch in batches:
                    self.feeding.settle(batch)
                self._feed([batch for batch in batches if batch.state is BatchState.RUNNING])
        return True

    def _feed(self, batches: list[Batch]) -> None:
        """Stock the queue, every batch with its share; close those that are through."""
        wanted = max(0, self.ahead() - self.feeding.queued()) if batches else 0
        for number, batch in enumerate(batches):
            share = -(-wanted // (len(batches) - number))
            fed = self.feeding.feed(batch, share) if share else 0
            wanted -= fed
            if not fed and self.feeding.has_ended(batch):
                self.feeding.finish(batch)
