"""The executor: answers runners on a Unix socket, carries out their runs, and outlives them."""

import asyncio
import json
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import repeatpass
from repeatpass.runs.execution import Outcome, read_outcome, write_json
from repeatpass.runs.executor.cgroups import Cgroups
from repeatpass.runs.executor.holding import Holding
from repeatpass.runs.executor.run import Execution
from repeatpass.runs.kernels.pool import Pool

log = logging.getLogger(__name__)
ADDRESS_FILE = "executor.json"
LOG_FILE = "log.jsonl"
UNUSED_S = 900.0  # how long the sandbox of a workspace stays without a run
KEPT_S = 600.0  # how long an ended run is remembered; its outcome stays in its folder


def private_folder() -> Path:
    """A new folder only we may enter, with a name short enough for Unix sockets (107 bytes)."""
    candidates = (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp")
    for root in candidates:
        if root and len(root) < 50 and os.access(root, os.W_OK):
            return Path(tempfile.mkdtemp(prefix="rp-", dir=root))
    raise OSError("There is no folder with a short name for sockets; set XDG_RUNTIME_DIR.")


class Executor:
    """All runs of one home. It ends when asked, or *linger* seconds after the last runner has left.

    *release* gives up the lock on the home when a newer program takes over.
    """

    def __init__(
        self, home: Path, *, linger: float, ready: int, fork: bool = True, release: Callable[[], None] = lambda: None
    ) -> None:
        self.home, self.linger, self.release, self.retired = home, linger, release, False
        self.folder = private_folder()
        self.pool = Pool(self.folder, ready=ready, fork=fork, rooms=home / "rooms" / self.folder.name)
        self.holding = Holding(Cgroups.found())
        self.runs: dict[str, Execution] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.runners = 0
        self.left = time.monotonic()
        self.ending = asyncio.Event()

    async def serve(self) -> None:
        """Serve until it is time to end, then leave nothing behind."""
        self._clear_former()
        address = self.folder / "x"
        server = await asyncio.start_unix_server(self._talk, address, limit=2**20)
        known = {"socket": str(address), "pid": os.getpid(), "version": repeatpass.__version__}
        write_json(self.home / ADDRESS_FILE, known)
        idle = asyncio.create_task(self._end_when_idle())
        await self.ending.wait()
        idle.cancel()
        server.close()
        await self._close()

    def _clear_former(self) -> None:
        """Remove the socket folder of an executor that was killed; we hold the lock, so it is gone."""
        try:
            former = Path(json.loads((self.home / ADDRESS_FILE).read_text())["socket"]).parent
        except (OSError, ValueError, KeyError):
            return
        if former.name.startswith("rp-") and former.exists() and former.stat().st_uid == os.getuid():
            shutil.rmtree(self.home / "rooms" / former.name, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)

    async def _close(self) -> None:
        for execution in self.runs.values():
            execution.stop("stopped")
        if self.tasks:
            await asyncio.wait(self.tasks, timeout=5.0)
        await self.pool.close()
        if not self.retired:
            (self.home / ADDRESS_FILE).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    async def _end_when_idle(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self.linger / 4))
            if self.tasks or (self.runners and not self.retired):
                self.left = time.monotonic()
                await self.pool.close_unused(UNUSED_S)
            elif self.retired or time.monotonic() - self.left > self.linger:
                self.ending.set()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One runner's line: a request, an answer, and so on until it hangs up."""
        self.runners += 1
        try:
            while line := await reader.readline():
                answer = await self._answer(json.loads(line))
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.runners -= 1
            writer.close()

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            match request["do"]:
                case "start":
                    return self._start(request["folder"], request.get("environ", {}))
                case "wait":
                    return await self._wait(request["folder"], request["timeout"])
                case "stop":
                    return self._stop(request["folder"])
                case "warm":
                    return await self._warm(request)
                case "end":
                    self.ending.set()
                case "retire":
                    self._retire()
            return {"ok": True}
        except Exception as error:
            log.exception("A request could not be answered")
            return {"error": f"{type(error).__name__}: {error}"}

    def _start(self, folder: str, environ: dict[str, str]) -> dict[str, Any]:
        if self.retired:
            return {"error": "a newer executor takes the runs"}
        begun = (Path(folder) / LOG_FILE).exists()  # by an executor before us: its run has crashed
        if folder not in self.runs and not begun and read_outcome(Path(folder)) is None:
            execution = self.runs[folder] = Execution(Path(folder), self.pool, self.holding, environ)
            task = asyncio.create_task(execution.carry_out())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
            task.add_done_callback(lambda _: asyncio.get_running_loop().call_later(KEPT_S, self.runs.pop, folder, None))
        return {"ok": True}

    async def _wait(self, folder: str, timeout: float) -> dict[str, Any]:
        execution = self.runs.get(folder)
        if execution is None:
            return {"unknown": True}
        if timeout > 0:
            await asyncio.wait([execution.done], timeout=timeout)
        if execution.done.done():
            outcome: Outcome = execution.done.result()
            return {"outcome": outcome.to_json()}
        progress = execution.progress()
        return {"progress": {"run": progress.run, "cell": progress.cell, "of": progress.of}}

    def _retire(self) -> None:
        """Leave the home to a newer program: take no more runs, finish those there are, then end."""
        if not self.retired:
            self.retired = True
            (self.home / ADDRESS_FILE).unlink(missing_ok=True)
            self.release()

    def _stop(self, folder: str) -> dict[str, Any]:
        if folder in self.runs:
            self.runs[folder].stop("cancelled")
        return {"ok": True}

    async def _warm(self, request: dict[str, Any]) -> dict[str, Any]:
        pool = self.pool.of(Path(request["prefix"]), Path(request["kit"]), request.get("workspace", ""))
        pool.fill()
        if request["wait"] and pool.filling is not None:
            await asyncio.shield(pool.filling)
        return {"ok": True, "waiting": len(pool.waiting)}
