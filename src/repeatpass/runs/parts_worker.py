"""The worker for parts of batches: as many at the same time as the cluster takes, beside the worker for single runs."""

import logging
import threading
import time
from collections.abc import Callable

from repeatpass.core.errors import Unavailable
from repeatpass.runs.dask_runner import DaskRunner
from repeatpass.runs.folder import Folders
from repeatpass.runs.presence import Presence
from repeatpass.runs.records import Run
from repeatpass.runs.room import Runs
from repeatpass.runs.worker import PATIENCE_S, Prefixes, Worker

log = logging.getLogger(__name__)
REST_S = 30.0  # without a part, before the line to the cluster is hung up


class PartsWorker(Worker):
    """Takes parts of batches from the queue and hands them to the cluster, each watched by a thread that waits."""

    def __init__(
        self, presence: Presence, runs: Runs, runner: DaskRunner, folders: Folders, prefixes: Prefixes
    ) -> None:
        super().__init__(presence, runs, runner, folders, prefixes, slots=1)
        self.dask = runner
        self._busy, self._counting, self._last = 0, threading.Lock(), time.monotonic()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            run = None
            try:
                self._adopt()
                if self.runs.waits(self.desk.capacity) and self._busy < self.dask.room():
                    run = self.runs.claim(self.name, self.desk.capacity)
            except Unavailable as error:
                log.warning("The queue cannot be worked on: %s", error.message)
                self._stopping.wait(PATIENCE_S)
            except Exception:
                log.exception("The queue cannot be read")
                self._stopping.wait(PATIENCE_S)
            if run is None:
                self._rest()
                self._news.acquire(timeout=1)
            else:
                self._spawn(f"part {run.id}", self._counted(lambda run=run: self._work_on(run)))  # type: ignore[misc]

    def _counted(self, work: Callable[[], None]) -> Callable[[], None]:
        with self._counting:
            self._busy += 1

        def counted() -> None:
            try:
                work()
            finally:
                with self._counting:
                    self._busy -= 1
                self._last = time.monotonic()
                self._news.release()

        return counted

    def _carry_on(self, run: Run) -> None:
        self._counted(lambda: super(PartsWorker, self)._carry_on(run))()

    def _rest(self) -> None:
        if not self._busy and time.monotonic() - self._last > REST_S:
            self.dask.rest()
