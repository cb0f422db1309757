"""A kernel that is connected, greeted and warmed up, waiting for its run."""

import asyncio
import shutil
import signal
from pathlib import Path
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from repeatpass.runs.kernels.forkserver import ForkedKernel, ForkServer, KernelLost
from repeatpass.runs.kernels.provisioner import ForkProvisioner, ForkSpecs
from repeatpass.runs.kernels.spawned import SpawnServer

GREETING_S = 30.0


class WarmKernel:
    """One single-use kernel with its manager and its client.

    Make one with `warm`, give it a run with `hand_over`, and `discard` it afterwards.
    """

    def __init__(self, manager: AsyncKernelManager, client: AsyncKernelClient, info: dict[str, Any]) -> None:
        self.manager, self.client, self.language_info = manager, client, info
        assert isinstance(manager.provisioner, ForkProvisioner)
        assert manager.provisioner.kernel is not None
        self.process: ForkedKernel = manager.provisioner.kernel
        self.following = asyncio.create_task(self.process.follow())

    @classmethod
    async def warm(cls, server: ForkServer | SpawnServer, folder: Path, context: zmq.asyncio.Context) -> "WarmKernel":
        """Fork, connect, and exchange the first messages. Raises KernelLost."""
        folder.mkdir(mode=0o700)
        manager = AsyncKernelManager(
            kernel_spec_manager=ForkSpecs(server, folder),
            context=context,
            transport="ipc",
            connection_file=str(folder / "connection.json"),
        )
        await manager.start_kernel()
        client = manager.client(context=context)
        client.start_channels(stdin=False, hb=False)
        try:
            async with asyncio.timeout(GREETING_S):
                info = await _greet(client)
        except TimeoutError as error:
            await manager.cleanup_resources()
            await _removed(folder)
            raise KernelLost("A kernel did not answer its greeting.") from error
        return cls(manager, client, info)

    @property
    def alive(self) -> bool:
        """Whether it may still be given a run."""
        return not self.process.ended.done()

    async def hand_over(self, settings: dict[str, Any]) -> None:
        """Make it the kernel of one run (see `repeatpass.kit.kernel.take_over`). Raises KernelLost."""
        self.process.brief.send(settings)
        answer = await self.process.brief.read()
        if answer is None or "begun" not in answer:
            raise KernelLost("The kernel ended before its first cell.")
        self.process.begun = answer["begun"]

    async def discard(self) -> dict[str, Any]:
        """Kill it with all it started; return the keeper's report once everything is gone."""
        self.process.signal(signal.SIGKILL)
        report = await self.process.ended
        await self.following
        self.client.stop_channels()
        await self.manager.cleanup_resources()
        await _removed(self.process.folder)
        if self.process.room is not None:
            await _removed(self.process.room)
        return report


async def _removed(folder: Path) -> None:
    """Remove a kernel's folder, in a thread: on some file systems it takes milliseconds."""
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


async def _greet(client: AsyncKernelClient) -> dict[str, Any]:
    """Wait for the subscription to hold, ask who is there, and execute nothing once, silently.

    `wait_for_ready` would do the first two with up to a second of sleep. The silent execution runs the
    code paths of a first cell without leaving a trace in the notebook's namespace.
    """
    while (await client.iopub_channel.get_msg())["msg_type"] != "iopub_welcome":
        pass
    reply = await client.kernel_info(reply=True)
    await client.execute("", silent=True, reply=True)
    for _ in range(2):
        while True:
            message = await client.iopub_channel.get_msg()
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
    info: dict[str, Any] = reply["content"]["language_info"]
    return info
