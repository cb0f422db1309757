"""One single-use kernel: an ipykernel that is made before its run is known.

It starts on IPC sockets in a private folder, says on its *brief* socket when its loop runs, and
takes the run's settings (folder, environment variables, limits) from the same socket just before
the first cell. It is used for one run and then killed; nothing is carried over.
"""

import gc
import json
import os
import random
import resource
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ipykernel import ipkernel
from ipykernel.compiler import XCachingCompiler
from ipykernel.iostream import OutStream
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from tornado.ioloop import IOLoop
from traitlets.config import Config

from repeatpass.kit import relaying, watching

# Messages that are no output, or that CountedStream has counted already.
UNCOUNTED = (b"stream", b"status", b"execute_input", b"welcome")


class Allowance:
    """How many bytes of output the run may still show; the executor is told when it is used up."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.brief: socket.socket | None = None

    def take(self, size: int) -> int:
        """Take up to *size* bytes; return how many were granted."""
        if self.left is None:
            return size
        granted = min(size, max(self.left, 0))
        self.left -= granted
        if granted < size and self.brief is not None:
            brief, self.brief = self.brief, None
            say(brief, {"limit": "output"})
        return granted


ALLOWANCE = Allowance()


class CountedStream(OutStream):
    """What a cell prints, cut off where the run's output limit is reached."""

    def write(self, string: str) -> int:
        """Pass on what the allowance grants, drop the rest: memory stays flat."""
        granted = ALLOWANCE.take(len(string)) if isinstance(string, str) else len(string)
        super().write(string[:granted] if granted < len(string) else string)
        return len(string)


class SingleUseKernel(IPKernelApp):
    """An IPKernelApp without history, debugger, heartbeat and connection file."""

    brief: socket.socket
    order: dict[str, Any]

    def parse_command_line(self, argv: Any = None) -> None:
        """There is no command line."""

    def load_config_file(self, *args: Any, **kwargs: Any) -> None:
        """No configuration of this machine or its user: it would not be repeated elsewhere."""

    def init_connection_file(self) -> None:
        """The connection came with the order, not in a file."""
        self.load_connection_info(self.order["connection"])

    def write_connection_file(self, **kwargs: Any) -> None:
        """No file: the executor made the connection."""

    def init_heartbeat(self) -> None:
        """No heartbeat: the keeper notices at once when the kernel ends."""

    def init_kernel(self) -> None:
        """Make the kernel around the shell that the fork server has prepared, if it has."""
        with _modules_unlisted():
            super().init_kernel()
        shell = self.kernel.shell
        if shell.kernel is not self.kernel:
            shell.parent = shell.kernel = self.kernel
            shell.ipython_dir, shell.profile_dir = self.ipython_dir, self.profile_dir

    def _bind_socket(self, s: Any, port: int) -> int:
        s.sndhwm = 0  # never drop a message: what may be sent is limited by the allowance
        return super()._bind_socket(s, port)  # type: ignore[no-any-return]

    def start(self) -> None:
        """Run the loop, and say so from inside it."""
        self.kernel.start()
        self.io_loop = IOLoop.current()
        self.io_loop.add_handler(self.brief.fileno(), self._hand_over, IOLoop.READ)
        self.io_loop.add_callback(say, self.brief, {"ready": os.getpid()})
        with suppress(KeyboardInterrupt):
            self.io_loop.start()

    def _hand_over(self, *_: object) -> None:
        self.io_loop.remove_handler(self.brief.fileno())
        settings = json.loads(read_line(self.brief))
        take_over(settings, self.brief)
        _count_displays(self.iopub_thread)
        if self.shell is not None and settings.get("watch"):
            watching.install(self.shell, **settings["watch"])
        say(self.brief, {"begun": usage()})


def prepare_shell() -> None:
    """Make the shell before the fork, a third of what a kernel is and the same for every run; look around."""
    shell = ZMQInteractiveShell.instance(config=_config(), compiler_class=XCachingCompiler)
    _show_figures(shell)
    watching.prepare()


def _show_figures(shell: Any) -> None:
    """Have figures shown as pictures below their cells.

    The inline backend does this when it is imported in a kernel; here it was imported before there was one.
    """
    if "matplotlib_inline.backend_inline" in sys.modules and not hasattr(shell, "_saved_rcParams"):
        from IPython.core.pylabtools import activate_matplotlib
        from matplotlib_inline.backend_inline import configure_inline_support

        activate_matplotlib("module://matplotlib_inline.backend_inline")
        configure_inline_support(shell, "inline")


def _config() -> Config:
    """No history: neither a thread nor a file."""
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryManager.hist_file = ":memory:"
    return config


@contextmanager
def _modules_unlisted() -> Iterator[None]:
    """Hide `sys.modules` from ipykernel for a moment.

    It lists the files of all modules for its debugger, which is not here; touching some thousand modules
    would copy 3000 memory pages that are shared with the fork server: 12 ms of the 60 that a kernel takes.
    """
    names = vars(ipkernel)
    names["sys"] = SimpleNamespace(**vars(sys) | {"modules": {}})
    try:
        yield
    finally:
        names["sys"] = sys


def run(order: dict[str, Any], brief: socket.socket) -> None:
    """Be a kernel until killed. *order* holds `connection` (as in a connection file) and `folder`."""
    gc.enable()
    sys.dont_write_bytecode = True  # the environment's folder stays as it was locked
    os.environ["IPYTHONDIR"] = f"{order['folder']}/ipython"
    os.environ["HOME"] = order["folder"]
    _quiet_streams()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    reseed()
    app = SingleUseKernel.instance()
    app.brief, app.order = brief, order
    app.log_level = 50
    app.outstream_class = f"{__name__}.CountedStream"
    app.config.merge(_config())
    app.initialize([])
    _show_figures(app.shell)  # does nothing where the shell was prepared before a fork
    app.start()


def _quiet_streams() -> None:
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)


def reseed() -> None:
    """Seed every generator that was made before the fork anew, from the system."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def take_over(settings: dict[str, Any], brief: socket.socket) -> None:
    """Make this process the run's own: environment variables, folder, seeds, limits."""
    os.environ.update(settings["environ"])
    if "dask" in sys.modules:  # imported before the fork, it has read its settings from an environment without them
        sys.modules["dask"].config.refresh()
    os.chdir(settings["cwd"])
    tempfile.tempdir = None
    time.tzset()
    reseed()
    ALLOWANCE.left, ALLOWANCE.brief = settings.get("output_bytes"), brief
    _limit(resource.RLIMIT_CORE, 0)
    if settings.get("file_bytes"):
        _limit(resource.RLIMIT_FSIZE, settings["file_bytes"])
    if settings.get("memory_bytes"):
        _limit(resource.RLIMIT_DATA, settings["memory_bytes"] + _data_bytes())
    if settings.get("processes"):
        _limit(resource.RLIMIT_NPROC, settings["processes"])
    if settings.get("cpus"):
        with suppress(OSError):
            os.sched_setaffinity(0, settings["cpus"])
    if settings.get("gate"):
        relaying.relay(settings["gate"])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that grows too large is an OSError


def _limit(which: int, value: int) -> None:
    with suppress(ValueError, OSError):
        resource.setrlimit(which, (value, value))


def _data_bytes() -> int:
    """Private memory that exists already (libraries, stacks): RLIMIT_DATA counts it, the run's limit does not."""
    with suppress(OSError, StopIteration), Path("/proc/self/status").open() as status:
        return int(next(line for line in status if line.startswith("VmData")).split()[1]) * 1024
    return 0


def usage() -> dict[str, float]:
    """CPU seconds and bytes read and written until now; the run's use is counted from here."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    found = {"cpu_s": used.ru_utime + used.ru_stime}
    with suppress(OSError):
        counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        found |= {"read_bytes": int(counts["rchar"]), "written_bytes": int(counts["wchar"])}
    return found


def _count_displays(thread: Any) -> None:
    """Count figures and other displays against the allowance too; drop what is beyond it."""
    send = thread.send_multipart

    def counted(parts: list[Any], *args: Any, **kwargs: Any) -> None:
        size = sum(len(part) for part in parts)
        if any(topic in bytes(parts[0]) for topic in UNCOUNTED) or ALLOWANCE.take(size) == size:
            send(parts, *args, **kwargs)

    thread.send_multipart = counted


def say(brief: socket.socket, message: dict[str, Any]) -> None:
    """Send one line of JSON; nobody listening is not the kernel's trouble."""
    with suppress(OSError):
        brief.sendall(json.dumps(message).encode() + b"\n")


def read_line(brief: socket.socket) -> bytes:
    """One line, however many packets it came in."""
    line = b""
    while not line.endswith(b"\n"):
        more = brief.recv(65536)
        if not more:
            os._exit(0)
        line += more
    return line
