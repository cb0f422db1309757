"""The executor's side of fork servers: starting one per environment, asking it for kernels."""

import asyncio
import json
import os
import shutil
import signal
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from repeatpass.kit import confining
from repeatpass.runs.sandbox import Sandbox

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
    room: Path | None = None  # in a sandbox: what it reads and writes, see repeatpass.kit.confining
    sandbox: Sandbox | None = None
    confined: bool = False  # in namespaces of its own, says its keeper
    begun: dict[str, float] = field(default_factory=dict)
    answers: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    ended: asyncio.Future[dict[str, Any]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def follow(self) -> None:
        """Read the leash until the keeper reports the end (or is gone itself)."""
        report: dict[str, Any] = {"exit": None}
        try:
            while message := await self.leash.read():
                if "exit" in message:
                    report = message
                else:
                    self.answers.put_nowait(message)
        finally:
            self.answers.put_nowait({})
            if not self.ended.done():
                self.ended.set_result(report)

    def signal(self, number: int) -> None:
        """Send a signal to the kernel; SIGKILL ends it with everything that it has started."""
        self.leash.write(f"{number}\n".encode())

    async def give(self, inputs: str) -> None:
        """In a sandbox: show the kernel the inputs called *inputs*. Raises KernelLost."""
        self.leash.write(f"give {inputs}\n".encode())
        answer = await self.answers.get()
        if not answer.get("given"):
            raise KernelLost(f"The inputs could not be shown to the kernel: {answer.get('error', 'it has ended')}.")

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

    @classmethod
    async def begun(cls, end: socket.socket) -> tuple["Line", dict[str, Any], int]:
        """Make a line once the first message has come; return it with the message and its sender's PID.

        The PID is the one we know it by, from whatever PID namespace it is sent (SCM_CREDENTIALS, unix(7)).
        *end* must have SO_PASSCRED set before. Raises KernelLost if the other side is gone.
        """
        data, pid = await _with_pid(end)
        first, newline, rest = data.partition(b"\n")
        if not newline:
            end.close()
            raise KernelLost("A kernel ended before it was ready.")
        line = await cls.over(end)
        line.reader.feed_data(rest)
        return line, json.loads(first), pid

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


async def _with_pid(end: socket.socket) -> tuple[bytes, int]:
    """The first bytes that come over *end*, and the PID of who sent them."""
    loop, size = asyncio.get_running_loop(), struct.calcsize("3i")
    end.setblocking(False)
    ready = asyncio.Event()
    loop.add_reader(end, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(end)
    data, parts, _, _ = end.recvmsg(65536, socket.CMSG_SPACE(size))
    found = [part for level, kind, part in parts if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS)]
    return data, int(struct.unpack("3i", found[0][:size])[0]) if found else 0


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
        # Its own allocator reserves a gigabyte at once, which a limit of memory counts: a small run would have none left.
        "ARROW_DEFAULT_MEMORY_POOL": "system",
    }


class Place(Protocol):
    """Where kernels are started: an environment, a kit, and a folder of their own."""

    prefix: Path
    kit: Path
    folder: Path
    sandbox: Sandbox | None


async def launched(place: Place, theirs: socket.socket, *words: str) -> asyncio.subprocess.Process:
    """Start the environment's Python as a fork server, or with ``--single`` as one kernel, at the end *theirs*.

    A single kernel reads its order from standard input; a fork server has none. Raises KernelLost.
    """
    stdin = asyncio.subprocess.PIPE if words else asyncio.subprocess.DEVNULL
    command = [str(place.prefix / "bin" / "python"), "-P", "-s", "-m", "repeatpass.kit.forkserver"]
    command += [str(theirs.fileno()), *words]
    kit, folder = place.kit, place.folder
    if place.sandbox:
        kit, folder = Path(confining.KIT), Path(confining.SOCKETS) / "server"
    try:
        return await asyncio.create_subprocess_exec(
            *(place.sandbox.command(*command) if place.sandbox else command),
            pass_fds=[theirs.fileno()],
            env=clean_environ(place.prefix, kit, folder),
            cwd=place.folder,
            stdin=stdin,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise KernelLost(_why_not_launched(place, error)) from error


def _why_not_launched(place: Place, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError) and not (place.prefix / "bin" / "python").exists():
        return f"There is no Python in the environment {place.prefix}: {error}."
    return f"The environment's Python ({place.prefix}) could not be started in {place.folder}: {error}."


class ForkServer:
    """One preloaded process of one environment; `fork` gives a new kernel."""

    def __init__(self, prefix: Path, kit: Path, folder: Path, sandbox: Sandbox | None = None) -> None:
        self.prefix, self.kit, self.folder, self.sandbox = prefix, kit, folder, sandbox
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
        if self.sandbox is not None:
            self.sandbox.prepare()
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
        room = self._room(folder)
        briefs, leashes = socket.socketpair(), socket.socketpair()
        for end in (briefs[0], leashes[0]):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            socket.send_fds(self.control, [self._order(connection, folder)], [briefs[1].fileno(), leashes[1].fileno()])
        except OSError as error:
            raise KernelLost(f"The fork server does not answer: {error}.") from error
        finally:
            briefs[1].close()
            leashes[1].close()
        self.made += 1
        kernel = await _come_up(briefs[0], leashes[0], folder, connection)
        kernel.room, kernel.sandbox = room, self.sandbox
        if room is not None and not kernel.confined:
            kernel.close()
            raise KernelLost(
                "The kit that this run is pinned to is too old for a sandbox; run it with the present one."
            )
        return kernel

    def _room(self, folder: Path) -> Path | None:
        """In a sandbox: make the kernel's folders, and give it that of its sockets."""
        if self.sandbox is None:
            return None
        self.sandbox.own(folder)
        return self.sandbox.room(folder.name)

    def _order(self, connection: dict[str, Any], folder: Path) -> bytes:
        """What the fork server is told: in a sandbox, paths are other ones."""
        order = {"connection": connection, "folder": str(folder)}
        if self.sandbox is not None:
            inside = {**connection, "ip": f"{confining.HOME}/k"}
            order = {"connection": inside, "folder": confining.HOME, "room": folder.name}
        return json.dumps(order).encode()

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


async def _come_up(
    brief: socket.socket, leash: socket.socket, folder: Path, connection: dict[str, Any]
) -> ForkedKernel:
    """The kernel, once its keeper and then itself have spoken; both say who they are by speaking."""
    lines: list[Line] = []
    try:
        async with asyncio.timeout(START_S):
            line, born, keeper = await Line.begun(leash)
            lines.append(line)
            talk, _, pid = await Line.begun(brief)
            lines.append(talk)
    except (TimeoutError, KernelLost):
        for talking in lines:
            talking.close()
        for end in (brief, leash):
            end.close()
        raise KernelLost("A kernel ended before it was ready.") from None
    kernel = ForkedKernel(folder=folder, connection=connection, brief=talk, leash=line, pid=pid, keeper=keeper)
    kernel.confined = bool(born.get("confined"))
    with suppress(ProcessLookupError):
        kernel.pidfd = os.pidfd_open(kernel.pid)
    return kernel
