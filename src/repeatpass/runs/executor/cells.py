"""Executing cell after cell with nbclient, on a kernel that is connected already."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import nbformat
from nbclient import NotebookClient

from repeatpass.runs.execution import CellTime
from repeatpass.runs.executor.journal import Journal
from repeatpass.runs.kernels.warm import WarmKernel

LAST_WORDS_S = 0.05  # what the kernel has sent before it ended is still read


class CellClient(NotebookClient):
    """An nbclient that learns of the kernel's end at once, and tells the journal what happens."""

    def __init__(
        self, notebook: nbformat.NotebookNode, kernel: WarmKernel, journal: Journal, flood: Callable[[int], None]
    ) -> None:
        super().__init__(notebook, km=kernel.manager, timeout=None, iopub_timeout=30, coalesce_streams=True)
        self.kc = kernel.client
        self.kc.allow_stdin = False
        self.kernel, self.journal = kernel, journal
        self.times: list[CellTime] = []
        self.shown, self.flood = 0, flood  # letters and bytes that came, and who is told of it

    async def run(self, *, go_on: Callable[[], bool], after: Callable[[], None]) -> None:
        """Execute all code cells in order while *go_on* says so; call *after* each.

        Raises CellExecutionError (the cell failed) and DeadKernelError (the kernel ended).
        """
        self.nb.metadata["language_info"] = self.kernel.language_info
        todo = [(index, cell) for index, cell in enumerate(self.nb.cells) if _executes(cell)]
        self.journal.of = len(todo)
        for number, (index, cell) in enumerate(todo, start=1):
            if not go_on():
                return
            self.journal.cell = number
            self.journal.write("cell", f"Cell {number} of {len(todo)}")
            await self._timed(index, cell)
            after()
        self.set_widgets_metadata()

    async def _timed(self, index: int, cell: nbformat.NotebookNode) -> None:
        start = time.perf_counter()
        try:
            await self.async_execute_cell(cell, index)
        finally:
            seconds = round(time.perf_counter() - start, 6)
            self.times.append(CellTime(index=index, execution_count=cell.execution_count, seconds=seconds))

    async def _async_poll_kernel_alive(self) -> None:
        """Instead of asking once a second: wait for the keeper's report."""
        with suppress(asyncio.CancelledError):
            await asyncio.shield(self.kernel.process.ended)
            await asyncio.sleep(LAST_WORDS_S)
            if self.task_poll_for_reply is not None:
                self.task_poll_for_reply.cancel()

    def output(self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Keep the output, and put printed text and errors into the journal as they come."""
        # The kernel keeps to its limit by itself; a notebook that has changed its kernel is noticed here.
        self.shown += sum(len(str(value)) for value in _values(msg["content"]))
        self.flood(self.shown)
        out = super().output(outs, msg, display_id, cell_index)
        if msg["msg_type"] == "stream":
            self.journal.write("stream", msg["content"]["text"])
        elif msg["msg_type"] == "error":
            self.journal.write("error", f"{msg['content']['ename']}: {msg['content']['evalue']}")
        return out


def _values(content: dict[str, Any]) -> list[Any]:
    return [content.get("text", ""), *content.get("data", {}).values(), *content.get("traceback", ())]


def _executes(cell: nbformat.NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())
