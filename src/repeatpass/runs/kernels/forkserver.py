"""The executor's side of fork servers: starting one per environment, asking it for kernels."""

import asyncio
import json
import os
import shutil
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

START_S = 120.0  # importing everything on a cold, busy machine


class KernelLost(Exception):
    """A kernel or fork server ended, or did not start, for a reason outside the notebook."""


@dataclass(kw_only=True)
class ForkedKernel:
    """One kernel process: where its folder is, its two lines, how it ended."""

    folder: Path
    connection: dict[str, Any]
    brief: "Line"
    leash: "Line"
    pid: int = 0
    keeper: int = 0
    pidfd: int = -1  # of the kernel, so that a signal can never reach a stranger
    begun: dict[str, float] = field(default_factory=dict)
    ended: asyncio.Future[dict[str, Any]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def follow(self) -> None:
        """Read the leash until the keeper reports the end (or is gone itself)."""
        report: dict[str, Any] = {"exit": None}
        try:
            while message := await self.leash.read():
                report = message if "exit" in message else report
        finally:
            if not self.ended.done():
                self.ended.set_result(report)

    def signal(self, number: int) -> None:
        """Send a signal to the kernel; SIGKILL ends it with everything that it has started."""
        self.leash.write(f"{number}\n".encode())

    def kill_now(self) -> None:
        """Kill the kernel process without waiting for its keeper; what it started is the keeper's to end."""
        with suppress(ProcessLookupError):
            if self.pidfd >= 0:
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def close(self) -> None:
        """Forget the kernel: with its leash closed, its keeper kills it. The folder is left to its owner."""
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
        self.brief.close()
        self.leash.close()


class Line:
    """Lines of JSON over a connected socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def over(cls, end: socket.socket) -> "Line":
        """Make a line of one end of a socket pair."""
        end.setblocking(False)
        return cls(*await asyncio.open_connection(sock=end, limit=2**20))

    async def read(self) -> dict[str, Any] | None:
        """The next message, or None when the other side is gone."""
        try:
            line = await self.reader.readline()
        except (ConnectionError, ValueError):
            return None
        return json.loads(line) if line else None

    def write(self, data: bytes) -> None:
        """Send without waiting; the messages are small."""
        if not self.writer.is_closing():
            self.writer.write(data)

    def send(self, message: dict[str, Any]) -> None:
        """Send one message."""
        self.write(json.dumps(message).encode() + b"\n")

    def close(self) -> None:
        """Close; closing twice is harmless."""
        self.writer.close()


def clean_environ(prefix: Path, kit: Path, folder: Path) -> dict[str, str]:
    """The environment variables of a fork server: nothing of ours, so no secret can be inherited."""
    one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")}
    return one | {
        "PATH": f"{prefix / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        "VIRTUAL_ENV": str(prefix),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONPATH": str(kit),
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
        # Without this, importing pyarrow (as pandas does) starts a thread, and forking wants one thread.
        "JE_ARROW_MALLOC_CONF": "background_thread:false",
    }


class Place(Protocol):
    """Where kernels are started: an environment, a kit, and a folder of their own."""

    prefix: Path
    kit: Path
    folder: Path


async def launched(place: Place, theirs: socket.socket, *words: str) -> asyncio.subprocess.Process:
    """Start the environment's Python as a fork server, or with ``--single`` as one kernel, at the end *theirs*.

    A single kernel reads its order from standard input; a fork server has none. Raises KernelLost.
    """
    stdin = asyncio.subprocess.PIPE if words else asyncio.subprocess.DEVNULL
    command = ["-P", "-s", "-m", "repeatpass.kit.forkserver", str(theirs.fileno()), *words]
    try:
        return await asyncio.create_subprocess_exec(
            str(place.prefix / "bin" / "python"),
            *command,
            pass_fds=[theirs.fileno()],
            env=clean_environ(place.prefix, place.kit, place.folder),
            cwd=place.folder,
            stdin=stdin,
            start_new_session=True,
        )
    except OSError as error:
        raise KernelLost(f"There is no Python in the environment {place.prefix}: {error}.") from error


class ForkServer:
    """One preloaded process of one environment; `fork` gives a new kernel."""

    def __init__(self, prefix: Path, kit: Path, folder: Path) -> None:
        self.prefix, self.kit, self.folder = prefix, kit, folder
        self.process: asyncio.subprocess.Process | None = None
        self.control: socket.socket | None = None
        self.hello: dict[str, Any] = {}
        self.made = 0

    @property
    def alive(self) -> bool:
        """Whether the process runs and may be asked."""
        return self.process is not None and self.process.returncode is None and bool(self.hello)

    async def start(self) -> None:
        """Start the process and wait until everything is imported.

        Raises KernelLost if it does not come up.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = ours
        with theirs:
            starting = asyncio.ensure_future(launched(self, theirs))
            try:
                self.process = await asyncio.shield(starting)
            except asyncio.CancelledError:  # stop() must know the process, or it would outlive us for a while
                self.process = await starting
                raise
        ours.setblocking(False)
        try:
            async with asyncio.timeout(START_S):
                packet = await asyncio.get_running_loop().sock_recv(ours, 65536)
        except (TimeoutError, OSError) as error:
            packet, reason = b"", str(error)
        else:
            reason = "it ended while importing"
        if not packet:
            raise KernelLost(f"The environment's Python ({self.prefix}) did not start: {reason}.")
        hello = json.loads(packet)
        if "repeatpass.kit.kernel" in hello["missing"]:
            raise KernelLost(f"The environment {self.prefix} cannot execute notebooks: it lacks ipykernel.")
        self.hello = hello

    async def fork(self, connection: dict[str, Any], folder: Path) -> ForkedKernel:
        """Ask for one kernel and wait until it says that its loop runs. Raises KernelLost."""
        if self.control is None or not self.alive:
            raise KernelLost("The fork server is gone.")
        briefs, leashes = socket.socketpair(), socket.socketpair()
        order = json.dumps({"connection": connection, "folder": str(folder)}).encode()
        try:
            socket.send_fds(self.control, [order], [briefs[1].fileno(), leashes[1].fileno()])
        except OSError as error:
            raise KernelLost(f"The fork server does not answer: {error}.") from error
        finally:
            briefs[1].close()
            leashes[1].close()
        self.made += 1
        brief, leash = await Line.over(briefs[0]), await Line.over(leashes[0])
        kernel = ForkedKernel(folder=folder, connection=connection, brief=brief, leash=leash)
        await _come_up(kernel)
        return kernel

    async def stop(self) -> None:
        """End the process; kernels that still run are not touched. It may be started again."""
        self.hello = {}
        if self.control is not None:
            self.control.close()
        if self.process is not None:
            try:
                await asyncio.wait_for(self.process.wait(), 2.0)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


async def _come_up(kernel: ForkedKernel) -> None:
    try:
        async with asyncio.timeout(START_S):
            born = await kernel.leash.read()
            ready = await kernel.brief.read()
    except TimeoutError:
        born = ready = None
    if not born or not ready:
        kernel.close()
        raise KernelLost("A kernel ended before it was ready.")
    kernel.pid, kernel.keeper = born["pid"], born["keeper"]
    with suppress(ProcessLookupError):
        kernel.pidfd = os.pidfd_open(kernel.pid)
