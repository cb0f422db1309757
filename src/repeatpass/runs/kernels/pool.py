"""Kernels ready before they are asked for, one fork server per environment."""

import asyncio
import itertools
import logging
import sys
from collections import deque
from pathlib import Path

import zmq.asyncio

from repeatpass.runs.kernels.forkserver import ForkServer, KernelLost
from repeatpass.runs.kernels.spawned import SpawnServer
from repeatpass.runs.kernels.warm import WarmKernel

CAN_FORK = sys.platform == "linux"  # elsewhere system libraries do not survive it
log = logging.getLogger(__name__)

CALM_S = 0.05  # new kernels are made a moment after one was taken, not while its run begins


class EnvironmentPool:
    """The fork server of one environment and its waiting kernels."""

    def __init__(
        self, prefix: Path, kit: Path, folder: Path, *, ready: int, making: asyncio.Semaphore, fork: bool
    ) -> None:
        place = prefix, kit, folder / "server"
        self.spawning = SpawnServer(*place)
        self.server: ForkServer | SpawnServer = ForkServer(*place) if fork and CAN_FORK else self.spawning
        self.folder, self.ready, self.making = folder, ready, making
        self.waiting: deque[WarmKernel] = deque()
        self.context = zmq.asyncio.Context()
        self.starting: asyncio.Task[None] | None = None
        self.filling: asyncio.Task[None] | None = None
        self.numbers = itertools.count(1)
        self.life = 0  # of the fork server; it may be replaced
        folder.mkdir(mode=0o700)

    async def take(self) -> WarmKernel:
        """A kernel nobody has used: a waiting one, or a new one. Raises KernelLost."""
        while self.waiting:
            kernel = self.waiting.popleft()
            if kernel.alive:
                self.fill(after=CALM_S)
                return kernel
            await kernel.discard()
        kernel = await self._new()
        self.fill(after=CALM_S)
        return kernel

    async def _new(self) -> WarmKernel:
        """Make a kernel now; a fork server that gives none is replaced, once."""
        await self.start()
        life = self.life
        try:
            return await self._make()
        except KernelLost as lost:
            log.warning("%s The fork server is started anew.", lost)
            if life == self.life:
                await self.server.stop()
            await self.start()
            return await self._make()

    async def start(self) -> None:
        """Start the fork server unless it runs; many may wait for the same start."""
        if self.server.alive:
            return
        if self.starting is None or self.starting.done():
            self.starting = asyncio.create_task(self._start())
        await asyncio.shield(self.starting)

    async def _start(self) -> None:
        self.life += 1
        await self.server.start()
        threads = self.server.hello.get("threads", 1)
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


class Pool:
    """Pools of all environments in use. *ready* kernels wait in each; *folder* is short and private."""

    def __init__(self, folder: Path, *, ready: int = 2, at_once: int = 2, fork: bool = True) -> None:
        self.folder, self.ready, self.fork = folder, ready, fork
        self.making = asyncio.Semaphore(at_once)
        self.environments: dict[tuple[Path, Path], EnvironmentPool] = {}

    def of(self, prefix: Path, kit: Path) -> EnvironmentPool:
        """The pool of one environment; made on first use."""
        key = (prefix, kit)
        if key not in self.environments:
            folder = self.folder / f"e{len(self.environments) + 1}"
            self.environments[key] = EnvironmentPool(
                prefix, kit, folder, ready=self.ready, making=self.making, fork=self.fork
            )
        return self.environments[key]

    async def close(self) -> None:
        """End every kernel and every fork server."""
        await asyncio.gather(*(pool.close() for pool in self.environments.values()))
