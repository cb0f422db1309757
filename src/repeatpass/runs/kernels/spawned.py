"""Kernels where fork is not to be had: single-use processes, started ahead of need.

Used on systems other than Linux, and for environments whose packages start threads while they are
imported. Slower to make, the same to use: the process runs the same kernel code and takes its run's
settings in the same way.
"""

import asyncio
import json
import os
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from repeatpass.runs.kernels.forkserver import START_S, ForkedKernel, KernelLost, Line, launched
from repeatpass.runs.sandbox import Sandbox


@dataclass(kw_only=True)
class SpawnedKernel(ForkedKernel):
    """A kernel that is the executor's own child; there is no keeper between them."""

    process: asyncio.subprocess.Process

    async def follow(self) -> None:
        """Wait for the end, then end what the kernel has left behind."""
        code = await self.process.wait()
        self._end_tree()
        if not self.ended.done():
            self.ended.set_result({"exit": code})

    def signal(self, number: int) -> None:
        """Send a signal to the kernel; SIGKILL also to everything it has started."""
        if number == signal.SIGKILL:
            self._end_tree()
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    def kill_now(self) -> None:
        """Kill the kernel."""
        self.signal(signal.SIGKILL)

    def _end_tree(self) -> None:
        """Kill descendants, and those of the kernel's session whose parents have left."""
        with suppress(psutil.Error):
            for child in psutil.Process(self.pid).children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.pid != self.pid and _session(process.pid) == self.pid:
                    process.kill()


def _session(pid: int) -> int:
    return os.getsid(pid)


class SpawnServer:
    """The same promises as a ForkServer, each kernel a new process."""

    def __init__(self, prefix: Path, kit: Path, folder: Path) -> None:
        self.prefix, self.kit, self.folder = prefix, kit, folder
        self.sandbox: Sandbox | None = None  # one is made for fork servers only
        self.hello: dict[str, Any] = {}
        self.made = 0
        self.alive = False

    async def start(self) -> None:
        """There is nothing to start."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.alive = True

    async def fork(self, connection: dict[str, Any], folder: Path) -> ForkedKernel:
        """Start one kernel and wait until it says that its loop runs. Raises KernelLost."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await launched(self, theirs, "--single")
        assert process.stdin is not None
        process.stdin.write(json.dumps({"connection": connection, "folder": str(folder)}).encode() + b"\n")
        brief = await Line.over(ours)
        kernel = SpawnedKernel(
            folder=folder, connection=connection, brief=brief, leash=brief, pid=process.pid, process=process
        )
        kernel.keeper = process.pid
        with suppress(TimeoutError):
            async with asyncio.timeout(START_S):
                if await brief.read():
                    self.made += 1
                    return kernel
        kernel.kill_now()
        raise KernelLost("A kernel ended before it was ready.")

    async def stop(self) -> None:
        """There is nothing to stop; kernels are ended one by one."""
        self.alive = False
