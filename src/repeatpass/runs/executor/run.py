"""One run from its folder to its outcome."""

import asyncio
import json
import logging
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError, DeadKernelError

from repeatpass.kit import confining
from repeatpass.runs.execution import (
    OUTCOME_FILE,
    REQUEST_FILE,
    End,
    ExecutionRequest,
    Failure,
    Outcome,
    Progress,
    Usage,
    write_json,
)
from repeatpass.runs.executor import sentences
from repeatpass.runs.executor.cells import CellClient
from repeatpass.runs.executor.gate import Gate
from repeatpass.runs.executor.holding import Held, Holding
from repeatpass.runs.executor.journal import Journal
from repeatpass.runs.executor.parameters import inject
from repeatpass.runs.executor.places import OwnFolder, Room
from repeatpass.runs.executor.processes import executes, size_of
from repeatpass.runs.executor.reading import Unreadable, read_notebook
from repeatpass.runs.executor.watch import Watch
from repeatpass.runs.kernels.forkserver import ForkedKernel, KernelLost
from repeatpass.runs.kernels.pool import EnvironmentPool, Pool
from repeatpass.runs.kernels.warm import WarmKernel
from repeatpass.runs.masking import masks_for

log = logging.getLogger(__name__)
SANDBOXED_PROCESSES = 256  # and threads, of one run
FLOOD = 1.5  # times the output limit; the kernel counts more exactly
GATE = "net"  # socket of the run's way to the network, in the folder of its sockets
GRACE_S = 2.0  # between the interrupt and the kill
PARTIAL_S = 2.0  # the executed notebook is written while running, at most this often


class Execution:
    """Carries out one run; `done` holds its outcome once it has ended."""

    def __init__(self, folder: Path, pool: Pool, holding: Holding, environ: Mapping[str, str] | None = None) -> None:
        self.folder, self.pool, self.holding, self.journal = folder, pool, holding, Journal()
        self.environ = dict(environ or {})  # secrets among it: it is kept here and nowhere else
        self.place: OwnFolder | None = None
        self.held: Held | None = None
        self.gate: Gate | None = None
        self.done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.reason: sentences.Reason | None = None
        self.kernel: WarmKernel | None = None
        self.client: CellClient | None = None
        self.watch: Watch | None = None
        self.notebook: nbformat.NotebookNode | None = None
        self.saved = self.started = time.monotonic()

    async def carry_out(self) -> None:
        """Execute, write everything, then say it is done; afterwards clear the kernel away."""
        try:
            self.journal.open(self.folder / "log.jsonl")
            self.journal.write("state", "Started")
            outcome = await self._outcome()
        except OSError as error:  # a full disk, most of the time
            outcome = Outcome(state="crashed", message=f"The run's folder cannot be used: {error.strerror}.")
        except Exception as error:  # a fault of ours must end the run, too
            log.exception("A run crashed")
            outcome = Outcome(state="crashed", message=f"The machine failed: {type(error).__name__}: {error}.")
        if self.held is not None:
            self.held.release()
        self._finish(outcome)
        self.notebook = self.client = None  # the outcome is remembered for a while, its outputs need not be
        self.environ.clear()
        if self.kernel is not None:
            await self.kernel.discard()
            self._pool().give_back()
        if self.held is not None:
            await asyncio.to_thread(self.held.end)

    def _pool(self) -> EnvironmentPool:
        workspace = (self.request.workspace or self.request.run) if self.request.sandbox else ""
        return self.pool.of(self.request.prefix, self.request.kit, workspace)

    async def _outcome(self) -> Outcome:
        try:
            self.request = ExecutionRequest.from_json(json.loads((self.folder / REQUEST_FILE).read_text()))
            self._keep_secrets()
            self.notebook, notices = read_notebook(self.folder / "notebook.ipynb")
            inject(self.notebook, self.request.parameters)
            self.limits = self.request.limits
            if self.request.sandbox and not self.limits.processes:
                self.limits = replace(self.limits, processes=SANDBOXED_PROCESSES)
        except (Unreadable, ValueError) as error:
            failure = Failure(ename=type(error).__name__, evalue=str(error))
            return Outcome(state="failed", message=str(error), failure=failure)
        for notice in notices:
            self.journal.write("state", notice)
        try:
            return await self._execute(self.notebook)
        except KernelLost as lost:
            return Outcome(state="crashed", message=str(lost))

    async def _execute(self, notebook: nbformat.NotebookNode) -> Outcome:
        self.kernel = await self._pool().take()
        process = self.kernel.process
        self.place = OwnFolder(self.folder, process) if process.room is None else Room(self.folder, process)
        await self.place.furnish()
        await self._open_gate(process)
        self.held = self.holding.begin(self.request.run, self.limits, process.pid)
        await self.kernel.hand_over(self._settings())
        self.started = time.monotonic()
        self.watch = Watch(process, self.limits, self.place, self.stop)
        self.client = CellClient(notebook, self.kernel, self.journal, self._flooded)
        try:
            await self.client.run(go_on=lambda: self.reason is None, after=self._save_partly)
        except CellExecutionError:
            return await self._ended(failed=True)
        except DeadKernelError:
            return await self._ended(dead=True)
        finally:
            self.watch.close()
            if self.gate is not None:
                await self.gate.close()
        return await self._ended()

    async def _open_gate(self, process: ForkedKernel) -> None:
        if process.confined and self.request.network:
            tell = partial(self.journal.write, "network")
            self.gate = Gate(self.request.network, process.folder / GATE, tell)
            await self.gate.open()

    def _settings(self) -> dict[str, Any]:
        assert self.place is not None and self.held is not None
        settings = self.place.settings()
        settings["environ"] |= {"REPEATPASS_RUN": self.request.run, **self.environ}
        return settings | {
            "memory_bytes": self.limits.memory_bytes,
            "output_bytes": self.limits.output_bytes,
            "file_bytes": self.limits.files_bytes,
            "processes": self.limits.processes,
            "cpus": self.held.processors,
            "gate": f"{confining.HOME}/{GATE}" if self.gate is not None else "",
        }

    def _keep_secrets(self) -> None:
        """From now on nothing that is written names a secret."""
        secrets = {name: self.environ.get(name, "") for name in self.request.secrets}
        self.journal.masks = masks_for(self.request.parameters, secrets)

    def stop(self, reason: sentences.Reason) -> None:
        """End the run early. The first reason counts; stopping twice is harmless."""
        if self.reason is not None or self.done.done():
            return
        self.reason = reason
        if self.kernel is None:
            return
        if reason in ("time", "cancelled"):
            self.kernel.process.signal(signal.SIGINT)
            asyncio.get_running_loop().call_later(GRACE_S, self._kill)
        else:
            self._kill()

    def _flooded(self, shown: int) -> None:
        if shown > FLOOD * self.limits.output_bytes:
            self.stop("output")

    def _kill(self) -> None:
        if self.kernel is not None and not self.done.done():
            self.kernel.process.signal(signal.SIGKILL)

    def progress(self) -> Progress:
        """How far it is."""
        return Progress(run=self.folder.name, cell=self.journal.cell, of=self.journal.of)

    def _where(self) -> str:
        return f"in cell {self.journal.cell} of {self.journal.of}" if self.journal.cell else "before its first cell"

    async def _ended(self, *, failed: bool = False, dead: bool = False) -> Outcome:
        assert self.watch is not None and self.kernel is not None and self.place is not None
        code = (await self.kernel.process.ended)["exit"] if dead else None
        usage = self.watch.usage(time.monotonic() - self.started)
        await self._quieten()
        over = size_of(*self.place.written()) > self.limits.files_bytes
        reached = tuple(self.gate.reached) if self.gate is not None else ()
        for strange in await asyncio.to_thread(self.place.bring_home, reached):
            self.journal.write("error", strange)
        failure = self._failure() if failed or dead or self.reason else None
        reason = (
            self.reason
            or self._by_cgroup()
            or (failed and failure and sentences.limit_behind(failure))
            or ("files" if over else None)
        )
        return self._worded(reason, failure, usage, dead, code)

    def _by_cgroup(self) -> sentences.Reason | None:
        leaf = self.held.leaf if self.held is not None else None
        if leaf is not None and leaf.killed_for_memory():
            return "memory"
        return "processes" if leaf is not None and leaf.hit_processes() else None

    async def _quieten(self) -> None:
        """Nothing of the run may write once its outcome is known."""
        assert self.kernel is not None and self.watch is not None
        process = self.kernel.process
        process.kill_now()
        if process.confined or self.watch.has_company():
            process.signal(signal.SIGKILL)
            with suppress(TimeoutError):
                async with asyncio.timeout(5.0):
                    await self._silence()

    async def _silence(self) -> None:
        """Wait until nothing of the run can execute code.

        A lone kernel is not waited for to its very end: taking its namespaces down takes the system far longer.
        """
        assert self.kernel is not None and self.watch is not None
        process = self.kernel.process
        while not process.ended.done():
            if process.confined and not executes(process.pid) and not self.watch.has_company():
                return
            await asyncio.sleep(0.002)

    def _failure(self) -> Failure | None:
        if self.client is None or self.notebook is None or not self.client.times:
            return None
        index = self.client.times[-1].index
        return sentences.failure_of(index, self.notebook.cells[index])

    def _worded(
        self, reason: sentences.Reason | None, failure: Failure | None, usage: Usage, dead: bool, code: int | None
    ) -> Outcome:
        assert self.client is not None
        state: End = "failed"
        if reason is not None:
            message = sentences.limit_reached(reason, self.limits, self._where())
            state = {"cancelled": "cancelled", "stopped": "crashed"}.get(reason, "failed")  # type: ignore[assignment]
        elif dead:
            message = sentences.kernel_ended(code, self._where())
            state = "failed" if code is not None and code >= 0 else "crashed"
        elif failure is not None:
            message = sentences.cell_failed(failure, self._where())
        else:
            count = len(self.client.times)
            message, state = f"{count} {'cell' if count == 1 else 'cells'} executed.", "succeeded"
        limit = reason if reason in ("time", "memory", "output", "files", "processes") else ""
        cells = tuple(self.client.times)
        return Outcome(
            state=state, message=message, failure=failure, usage=usage, cells=cells, limits_by=limit,
            isolation=self._isolation(),
        )  # fmt: skip

    def _isolation(self) -> str:
        assert self.held is not None and self.kernel is not None
        return self.held.words(confined=self.kernel.process.confined, network=self.request.network)

    def _save_partly(self) -> None:
        if time.monotonic() - self.saved > PARTIAL_S:
            self._save()

    def _save(self) -> None:
        if self.notebook is not None:
            text = self.journal.masks.text(nbformat.v4.writes(self.notebook, sort_keys=True))
            part = self.folder / ".executed.part"
            part.write_text(text, encoding="utf-8", errors="surrogatepass")
            part.replace(self.folder / "executed.ipynb")
        self.saved = time.monotonic()

    def _finish(self, outcome: Outcome) -> None:
        try:
            self._save()
        except OSError as error:
            outcome = Outcome(state="crashed", message=f"The executed notebook cannot be written: {error.strerror}.")
        outcome = self.journal.masks.outcome(outcome)
        last = f"{outcome.state.capitalize()}: {outcome.message}"
        self.journal.write("limit" if outcome.limits_by else "state", last)
        self.journal.close()
        with suppress(OSError):  # a full disk: who asks is told, and a later look finds no outcome
            write_json(self.folder / OUTCOME_FILE, outcome.to_json())
        self.done.set_result(outcome)
