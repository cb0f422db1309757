"""Watches a running kernel: time, memory, files, output; and counts what it has used."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from repeatpass.runs.execution import Limits, Usage
from repeatpass.runs.executor.places import OwnFolder
from repeatpass.runs.executor.processes import Measured, hidden, measure, proportional, resident, size_of, tasks, tree
from repeatpass.runs.executor.sentences import Reason
from repeatpass.runs.kernels.forkserver import ForkedKernel

MEMORY_EVERY_S = 0.25
FILES_EVERY = 4  # looks at memory per look at files
USE_EVERY = 2  # looks at memory per look at what is used, of which the last one before a kernel dies counts


class Watch:
    """Calls *stop* with the reason once a limit is passed; `usage` gives the final count."""

    def __init__(self, process: ForkedKernel, limits: Limits, place: OwnFolder, stop: Callable[[Reason], None]) -> None:
        self.process, self.limits, self.place, self.stop = process, limits, place, stop
        self.last, self.peak = Measured(), 0
        self.timer = asyncio.get_running_loop().call_later(limits.time_s, stop, "time")
        self.tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._listen())]

    def close(self) -> None:
        """Watch no longer."""
        self.timer.cancel()
        for task in self.tasks:
            task.cancel()

    async def _listen(self) -> None:
        """The kernel itself says when its output limit is reached."""
        while message := await self.process.brief.read():
            if message.get("limit") == "output":
                self.stop("output")

    async def _look(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(MEMORY_EVERY_S)
            turn += 1
            pids = self._pids()
            if turn % USE_EVERY == 0:
                self._measure(pids)
            if self._too_large(pids):
                self.stop("memory")
            if self.process.confined and self.limits.processes and tasks(pids) + 1 >= self.limits.processes:
                self.stop("processes")
            if turn % FILES_EVERY == 0:
                written = await asyncio.to_thread(size_of, *self.place.written())
                if written + hidden(pids) > self.limits.files_bytes:
                    self.stop("files")

    def _pids(self) -> list[int]:
        return tree(self.process.keeper)[1:]

    def _measure(self, pids: list[int]) -> None:
        now = measure(pids)
        if now.cpu_s:  # an ended kernel measures nothing: keep what it had
            self.last = now
        self.peak = max(self.peak, now.rss_bytes)

    def _too_large(self, pids: list[int]) -> bool:
        allowed, held = self.limits.memory_bytes, resident(pids)
        self.peak = max(self.peak, held)
        return held > allowed and proportional(pids) > allowed

    def has_company(self) -> bool:
        """Whether the run has processes besides its kernel."""
        return bool(set(self._pids()) - {self.process.pid})

    def usage(self, wall_s: float) -> Usage:
        """What the run has used from the hand-over until now."""
        self._measure(self._pids())
        begun, report = self.process.begun, {}
        if self.process.ended.done():
            with suppress(asyncio.CancelledError):
                report = self.process.ended.result()
        cpu = max(self.last.cpu_s, report.get("cpu_s", 0.0)) - begun.get("cpu_s", 0.0)
        return Usage(
            cpu_s=round(max(cpu, 0.0), 3),
            peak_rss_bytes=max(self.peak, self.last.peak_rss_bytes, report.get("peak_rss_bytes", 0)),
            wall_s=round(wall_s, 4),
            read_bytes=max(self.last.read_bytes - int(begun.get("read_bytes", 0)), 0),
            written_bytes=max(self.last.written_bytes - int(begun.get("written_bytes", 0)), 0),
        )
