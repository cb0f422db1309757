"""The coordinator: keeps the queue of runs stocked with parts, and takes in what has ended.

News of an ended run wakes it; without news it looks once in a while, so that nothing depends on news arriving.
It remembers nothing: killed at any point, the next one goes on from what the database says.
"""

import logging
import threading
from collections.abc import Callable

from repeatpass.batches.feeding import Feeding
from repeatpass.batches.records import Batch, BatchState

log = logging.getLogger(__name__)
LOOK_S = 1.0  # between two looks while a batch is open
IDLE_S = 3.0  # between two looks while none is
CALM_S = 0.02  # runs that end together are taken in together
LEAVE_S = 10.0


class Coordinator:
    """One thread per server; with several servers on one database, one of them works at a time."""

    def __init__(self, feeding: Feeding, ahead: Callable[[], int]) -> None:
        self.feeding, self.ahead = feeding, ahead
        self._news, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Coordinate in a thread until `stop`."""
        self._thread = threading.Thread(target=self._loop, name="batches", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that a run may have ended, or a batch begun."""
        self._news.set()

    def stop(self) -> None:
        """End after the step under way."""
        self._stopping.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(LEAVE_S)

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

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                open_ = self.look()
            except Exception:  # the database may be away for a while; the next look finds it as it was
                log.exception("The batches could not be looked at")
                open_ = True
                self._stopping.wait(LOOK_S)
            self._news.wait(LOOK_S if open_ else IDLE_S)
            self._stopping.wait(CALM_S)
