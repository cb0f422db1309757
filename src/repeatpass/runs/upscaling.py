"""Where parts of batches are carried out: on a Dask cluster, or by the worker of single runs where that is wished."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from repeatpass.compute.cluster import Cluster
from repeatpass.core.errors import Conflict, NotFound, RepeatpassError
from repeatpass.runs.dask_runner import DaskRunner
from repeatpass.runs.parts_worker import PartsWorker
from repeatpass.runs.presence import Presence
from repeatpass.runs.records import Run
from repeatpass.runs.worker import Worker

OFF = "off"
ELSEWHERE = "dask."  # what a run uses there is not this machine's memory


class Upscaling:
    """The cluster and the worker that feeds it. *single* is the worker of single runs, which then leaves parts alone."""

    def __init__(self, cluster: Cluster, worker: PartsWorker | None, single: Worker) -> None:
        self.cluster, self.worker, self.single = cluster, worker, single

    @classmethod
    def of(cls, home: Path, dask: str, slots: int, memory_bytes: int, single: Worker, **options: Any) -> Self:
        """Build it. *dask*: address of a scheduler, empty for our own, ``off`` for none; *options* of LocalRunner."""
        address = "" if dask == OFF else dask
        cluster = Cluster(home / "dask", address=address, workers=slots, memory_bytes=memory_bytes)
        if dask == OFF:
            return cls(cluster, None, single)
        presence = Presence(single.presence.folder, elsewhere=ELSEWHERE if address else "")
        runner = DaskRunner(cluster, home, **options)
        worker = PartsWorker(presence, single.runs, runner, single.folders, single.prefixes)
        own = single.desk.capacity
        worker.desk = replace(
            single.desk, capacity=replace(own, parts=True, memory_bytes=0 if address else own.memory_bytes)
        )
        single.desk = replace(single.desk, capacity=replace(own, parts=False))
        return cls(cluster, worker, single)

    def share(self) -> None:
        """Let ``dask.distributed.Client()`` in notebooks find the cluster: for a house of one person only."""
        for worker in (self.single, self.worker):
            if worker is not None:
                worker.desk = replace(worker.desk, environ=self._environ)

    def _environ(self, run: Run) -> Mapping[str, str]:
        if self.worker is None:
            return {}
        try:
            if not self.cluster.present() and b"distributed" in self.single.folders.files.read(run.legs.source):
                self.cluster.address()  # the notebook wants one: do not let it start its own
        except (NotFound, RepeatpassError, OSError):
            return {}
        return self.cluster.environ()

    def require_private(self, names: Sequence[str]) -> None:
        """Raise Conflict where parts that are told the secrets *names* would go to a scheduler in clear."""
        if names and self.worker is not None and not self.cluster.is_private:
            raise Conflict(
                f"Batches go to the Dask scheduler at {self.cluster.given}; what travels there can be read on the way, "
                f"and this batch would be told what is secret ({', '.join(names)}). Let REPEATPASS_DASK be a tls:// "
                "address, or empty for a cluster of our own, or do without the secrets.",
                secrets=list(names),
            )

    @property
    def trouble(self) -> str:
        """Why what a part left cannot be kept at present, in a sentence; empty where nothing is the matter."""
        return "" if self.worker is None else self.worker.trouble

    def lanes(self) -> int:
        """Return how many parts are carried out at the same time, as far as is known."""
        if self.worker is None or self.cluster.is_own:
            return self.cluster.workers
        return max(1, self.worker.dask.room() // 2)

    def ahead(self) -> int:
        """Return how many parts are to wait in the queue, so that nobody who works has to wait for one."""
        room = self.cluster.workers if self.worker is None or self.cluster.is_own else self.worker.dask.room()
        return 4 * max(room, 2)

    def start(self) -> None:
        """Begin to take parts."""
        if self.worker is not None:
            self.worker.start()

    def wake(self) -> None:
        """Say that there may be a part in the queue."""
        if self.worker is not None:
            self.worker.wake()

    def stop(self) -> None:
        """Take no more parts; the cluster finishes what it has."""
        if self.worker is not None:
            self.worker.stop()
            self.worker.dask.close()
