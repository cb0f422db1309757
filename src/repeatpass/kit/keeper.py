"""Watches over one kernel and everything the kernel starts, and lets none of it outlive the run.

A keeper stands between the fork server and a kernel. It is a *subreaper* (prctl(2)): a process that
cuts itself loose from the kernel becomes the keeper's child, so that it is found and killed. Its
leash, a socket to the executor, carries one signal number per line; when the executor is gone, the
leash breaks and the keeper ends the run.
"""

# Plain os calls: this runs in a freshly forked process, where the less happens the better.
# ruff: noqa: PTH123, PTH208
import ctypes
import json
import os
import resource
import select
import signal
import socket
from collections.abc import Callable
from typing import NoReturn

from repeatpass.kit import confining

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GIVE = b"give "


def prctl(option: int, value: int) -> None:
    """Call prctl(2) where it exists; elsewhere do nothing."""
    try:
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)
    except (OSError, AttributeError):
        pass


def keep(leash: socket.socket, kernel: Callable[[], None], room: str = "") -> NoReturn:
    """Fork *kernel*, watch it, end its whole tree when it or the leash ends. Never returns.

    With *room*, the number of a kernel's folders, the kernel is shut into namespaces of its own.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.setsid()
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    keeper = os.getpid()
    try:
        if room:
            confining.enter(room)
        pid = os.fork()
        if pid == 0:
            leash.close()
            _become_kernel(keeper, kernel, bool(room))
        _say(leash, {"pid": pid, "keeper": keeper, "confined": bool(room)})
        _watch(leash, pid)
        _say(leash, _end_confined(pid) if room else _end(pid))
    except OSError as error:
        _tell(f"The keeper of a kernel failed: {error}")
    finally:
        os._exit(0)


def _become_kernel(keeper: int, kernel: Callable[[], None], confined: bool) -> NoReturn:
    """The forked child: dies with its keeper, has a session of its own."""
    try:
        if confined:
            confining.seal()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != (0 if confined else keeper):  # the keeper died before the line above
            os._exit(1)
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        kernel()
    except OSError as error:
        _tell(f"A kernel could not be begun: {error}")
    finally:
        os._exit(1)


def _tell(sentence: str) -> None:
    """Into the executor's log."""
    os.write(2, f"{sentence}\n".encode())


def _say(leash: socket.socket, message: dict[str, object]) -> None:
    try:
        leash.sendall(json.dumps(message).encode() + b"\n")
    except OSError:  # nobody is listening any more
        pass


def _watch(leash: socket.socket, pid: int) -> None:
    """Return when the kernel has ended, when asked to kill it, or when the leash is broken."""
    life = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(leash, select.POLLIN)
    poll.register(life, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll()}
        if life in ready:
            return
        orders = leash.recv(256)
        if not orders:
            return
        for order in orders.splitlines():
            if order.startswith(GIVE):
                _say(leash, _given(os.fsdecode(order.removeprefix(GIVE))))
            elif int(order) == signal.SIGKILL:
                return
            else:
                os.kill(pid, int(order))


def _given(name: str) -> dict[str, object]:
    try:
        confining.give(name)
    except OSError as error:
        return {"given": False, "error": str(error)}
    return {"given": True}


def _end(pid: int) -> dict[str, object]:
    """Kill every descendant, wait for all, and report how the kernel itself ended."""
    code: int | None = None
    while True:
        for child in children(os.getpid()):
            _kill(child)
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            break
        if ended == pid:
            code = os.waitstatus_to_exitcode(status)
    return _report(code)


def _end_confined(pid: int) -> dict[str, object]:
    """Kill the first process of a PID namespace, and with it all that is in there; report how it ended."""
    _kill(pid)
    return _report(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _report(code: int | None) -> dict[str, object]:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"exit": code, "cpu_s": used.ru_utime + used.ru_stime, "peak_rss_bytes": used.ru_maxrss * 1024}


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def children(pid: int) -> list[int]:
    """The direct children of *pid*, adopted ones included."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as listing:
            return [int(child) for child in listing.read().split()]
    except FileNotFoundError:  # a system kernel built without that list
        return [child for child in map(int, filter(str.isdigit, os.listdir("/proc"))) if _parent(child) == pid]


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return -1
