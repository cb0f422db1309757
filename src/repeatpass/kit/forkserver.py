"""A clean process that has imported what notebooks need, and forks single-use kernels from itself.

Run by an environment's own interpreter, `python -P -s -m repeatpass.kit.forkserver FD`, where FD is
one end of a SOCK_SEQPACKET pair. Every packet is an order in JSON with two sockets attached: the
*brief* (talks with the kernel) and the *leash* (talks with its keeper). The first packet sent back
says what was imported. The server ends when the other end of FD closes.

The process holds one thread, no secret, no open data set: what is forked from it is as good as new.
With `--single` it becomes one kernel itself, for systems where forking is not to be had.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress

from repeatpass.kit import keeper, telling

# What notebooks import most; what an environment lacks is skipped.
SCIENCE = (
    "numpy",
    "pandas",
    "xarray",
    "matplotlib.pyplot",
    "matplotlib.dates",
    "matplotlib_inline.backend_inline",
    "rasterio",
    "rioxarray",
    "pyproj",
    "geopandas",
    "pyogrio.raw",
    "pyarrow.parquet",
    "zarr",
    "h5netcdf",
    "repeatpass.kit.reading",
    "repeatpass.kit.publishing",
)
# What ipykernel would otherwise import while the first cell waits.
LATE = (
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "stack_data",
    "pygments.formatters.terminal256",
    "pygments.formatters.html",
    "pygments.lexers.python",
    "IPython.core.debugger",
    "IPython.core.completerlib",
    "IPython.core.logger",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
    "faulthandler",
    "sqlite3",
    "getpass",
    "ipykernel.comm.manager",
    "repeatpass.kit.kernel",
    "repeatpass.kit.watching",
)


KERNEL = "repeatpass.kit.kernel"  # missing where the environment has no ipykernel


def preload() -> list[str]:
    """Import all of the above; return the names that this environment does not have."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # its threads would not survive a fork
    missing = [name for name in LATE + SCIENCE if not _imported(name)]
    del sys.modules["debugpy"]
    if "xarray" in sys.modules:
        with suppress(Exception):
            importlib.import_module("xarray.backends.plugins").list_engines()
    telling.wrap_doors()
    telling.wrap_drawing()
    return missing


def _imported(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:  # a broken package is the notebook's to report, when it imports it
        return False
    return True


def threads() -> int:
    """How many threads this process has; forking is safe with exactly one."""
    try:
        return len(os.listdir("/proc/self/task"))  # noqa: PTH208
    except OSError:
        return 0


def serve(control: socket.socket) -> None:
    """Fork a keeper and its kernel for every order, until the other side closes."""
    kept: set[int] = set()
    while True:
        ready, _, _ = select.select([control], [], [], 5.0)
        _end_strays(kept)
        if not ready:
            continue
        packet, sockets, _, _ = socket.recv_fds(control, 65536, 2)
        if not packet:
            return
        brief, leash = (socket.socket(fileno=fd) for fd in sockets)
        pid = os.fork()
        if pid == 0:
            control.close()
            _start(json.loads(packet), brief, leash)
        kept.add(pid)
        brief.close()
        leash.close()


def _start(order: dict[str, object], brief: socket.socket, leash: socket.socket) -> None:
    """In the forked child: keep a kernel."""
    from repeatpass.kit import kernel

    def run() -> None:
        kernel.run(order, brief)

    keeper.keep(leash, run, str(order.get("room", "")))


def _end_strays(kept: set[int]) -> None:
    """Kill what came here because its keeper was killed; forget keepers that have ended."""
    alive = set(keeper.children(os.getpid()))
    kept &= alive
    for pid in alive - kept:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def main(arguments: list[str]) -> None:
    """Preload, say so, then fork on request (or be one kernel, with `--single`)."""
    control = socket.socket(fileno=int(arguments[0]))
    keeper.prctl(keeper.PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    missing = preload()
    if "--single" in arguments:
        _be_single(control)
    hello = {"missing": missing, "pid": os.getpid()}
    if KERNEL not in missing:
        _prepare()
    hello["threads"] = threads()
    gc.collect()
    gc.disable()
    gc.freeze()  # shared pages stay shared: the collector does not touch what was preloaded
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended keepers leave by themselves
    with suppress(ConnectionError):  # the executor has gone meanwhile
        control.send(json.dumps(hello).encode())
        serve(control)


def _prepare() -> None:
    from repeatpass.kit import kernel

    kernel.prepare_shell()


def _be_single(control: socket.socket) -> None:
    from repeatpass.kit import kernel

    keeper.prctl(keeper.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.run(json.loads(sys.stdin.readline()), control)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
