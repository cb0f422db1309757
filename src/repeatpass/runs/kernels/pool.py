"""Kernels ready before they are asked for, one fork server per environment; in a sandbox, also per workspace."""

import asyncio
import itertools
import logging
import shutil
import sys
import time
from collections import deque
from pathlib import Path

import zmq.asyncio

from repeatpass.runs.kernels.forkserver import ForkServer, KernelLost
from repeatpass.runs.kernels.spawned import SpawnServer
from repeatpass.runs.kernels.warm import WarmKernel
from repeatpass.runs.sandbox import Sandbox, uid_of

CAN_FORK = sys.platform == "linux"  # elsewhere system libraries do not survive it
log = logging.getLogger(__name__)

CALM_S = 0.05  # new kernels are made a moment after one was taken, not while its run begins


class EnvironmentPool:
    """The fork server of one environment and its waiting kernels."""

    def __init__(
        self,
        prefix: Path,
        kit: Path,
        folder: Path,
        *,
        ready: int,
        making: asyncio.Semaphore,
        fork: bool,
        sandbox: Sandbox | None = None,
    ) -> None:
        place = prefix, kit, folder / "server"
        self.spawning, self.sandbox, self.used = SpawnServer(*place), sandbox, time.monotonic()
        forks = (fork and CAN_FORK) or sandbox is not None
        self.server: ForkServer | SpawnServer = ForkServer(*place, sandbox) if forks else self.spawning
        self.folder, self.ready, self.making = folder, ready, making
        self.waiting: deque[WarmKernel] = deque()
        self.context = zmq.asyncio.Context()
        self.starting: asyncio.Task[None] | None = None
        self.filling: asyncio.Task[None] | None = None
        self.numbers = itertools.count(1)
        self.life = 0  # of the fork server; it may be replaced
        self.taken = 0  # kernels that are in use
        folder.mkdir(mode=0o700)

    async def take(self) -> WarmKernel:
        """A kernel nobody has used: a waiting one, or a new one. Raises KernelLost."""
        self.taken += 1
        try:
            kernel = await self._taken()
        except BaseException:
            self.give_back()
            raise
        self.fill(after=CALM_S)
        return kernel

    async def _taken(self) -> WarmKernel:
        while self.waiting:
            kernel = self.waiting.popleft()
            if kernel.alive:
                return kernel
            await kernel.discard()
        return await self._new()

    def give_back(self) -> None:
        """Say that a kernel that was taken is gone."""
        self.taken -= 1
        self.used = time.monotonic()

    async def _new(self) -> WarmKernel:
        """Make a kernel now; a fork server that gives none is replaced, once."""
        await self.start()
        life = self.life
        try:
            return await self._make()
        except KernelLost as lost:
            log.warning("%s The fork server is started anew.", lost)
            await self.start(after=life)
            return await self._make()

    async def start(self, after: int | None = None) -> None:
        """Start the fork server unless it runs, or if its life still is *after*, the one that was found lost.

        Many may wait for the same start. Only this task stops a server to start it again: two that did so side by side would
        take each other's folder away.
        """
        starting = self.starting is not None and not self.starting.done()
        if not starting:
            if self.server.alive and self.life != after:
                return
            self.starting = asyncio.create_task(self._start())
        assert self.starting is not None
        await asyncio.shield(self.starting)

    async def _start(self) -> None:
        self.life += 1
        await self.server.stop()
        await self.server.start()
        threads = self.server.hello.get("threads", 1)
        if threads != 1 and self.sandbox is not None:
            await self.server.stop()
            raise KernelLost(f"Packages of the environment {self.server.prefix} start threads while they are imported, "
                             "which no sandbox can fork. Run it where one person works alone.")  # fmt: skip
        if threads != 1:
            log.warning("After its imports the environment has %s threads; kernels are started, not forked.", threads)
            await self.server.stop()
            self.server = self.spawning
            await self.server.start()

    def fill(self, after: float = 0.0) -> None:
        """Make waiting kernels up to the wanted number, in the background."""
        if self.filling is None or self.filling.done():
            self.filling = asyncio.create_task(self._fill(after))

    async def _fill(self, after: float) -> None:
        await asyncio.sleep(after)
        try:
            while len(self.waiting) < self.ready:
                self.waiting.append(await self._new())
        except KernelLost as lost:
            log.warning("No kernel could be made ahead: %s", lost)

    async def _make(self) -> WarmKernel:
        async with self.making:
            return await WarmKernel.warm(self.server, self.folder / str(next(self.numbers)), self.context)

    async def close(self) -> None:
        """Discard what waits and end the fork server."""
        for task in (self.filling, self.starting):
            if task is not None and not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        while self.waiting:
            await self.waiting.popleft().discard()
        await self.server.stop()
        self.context.destroy(linger=0)
        if self.sandbox is not None:
            await asyncio.to_thread(shutil.rmtree, self.sandbox.rooms, ignore_errors=True)


class Pool:
    """Pools of all environments in use. *ready* kernels wait in each; *folder* is short and private.

    *rooms* is where sandboxed kernels read and write, on the disk that the runs are on.
    """

    def __init__(
        self, folder: Path, *, ready: int = 2, at_once: int = 2, fork: bool = True, rooms: Path | None = None
    ) -> None:
        self.folder, self.ready, self.fork, self.rooms = folder, ready, fork, rooms or folder / "rooms"
        self.making = asyncio.Semaphore(at_once)
        self.environments: dict[tuple[str, Path, Path], EnvironmentPool] = {}
        self.numbers = itertools.count(1)

    def of(self, prefix: Path, kit: Path, workspace: str = "") -> EnvironmentPool:
        """The pool of one environment, in a sandbox if a *workspace* is named; made on first use."""
        key = (workspace, prefix, kit)
        if key not in self.environments:
            number = next(self.numbers)
            folder = self.folder / f"e{number}"
            sandbox = None
            if workspace:
                rooms = self.rooms / folder.name
                uid = uid_of(self.rooms, number)
                sandbox = Sandbox(prefix=prefix, kit=kit, folder=folder, rooms=rooms, uid=uid)
            self.environments[key] = EnvironmentPool(
                prefix, kit, folder, ready=self.ready, making=self.making, fork=self.fork, sandbox=sandbox
            )
        return self.environments[key]

    async def close_unused(self, seconds: float) -> None:
        """End the sandboxes of workspaces that nothing was run in for so long; they are made again when needed."""
        for key, pool in list(self.environments.items()):
            if pool.sandbox is not None and not pool.taken and time.monotonic() - pool.used > seconds:
                del self.environments[key]
                await pool.close()
                await asyncio.to_thread(shutil.rmtree, pool.folder, ignore_errors=True)

    async def close(self) -> None:
        """End every kernel and every fork server."""
        await asyncio.gather(*(pool.close() for pool in self.environments.values()))
        if self.rooms.exists():
            await asyncio.to_thread(shutil.rmtree, self.rooms, ignore_errors=True)
