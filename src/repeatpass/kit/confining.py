"""Shuts one kernel into namespaces of its own, inside of the sandbox of its fork server.

Its keeper calls `enter` before it forks the kernel, which calls `seal` before anything else. From then on the
kernel sees its own folders below /job and nothing of other kernels: it has a user, PID, mount, IPC and network
namespace of its own, no capability, and no way to get one. Namespaces: namespaces(7), user_namespaces(7).

The fork server's sandbox (`repeatpass.runs.sandbox`) provides /rooms (a folder for each kernel), /k (the folders
for their sockets) and empty folders below /job. Fixed names, so that no path of the machine is told.
"""

# Plain os calls: this runs in a freshly forked process, where the less happens the better.
import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

ROOMS, SOCKETS, JOB, KIT = "/rooms", "/k", "/job", "/kit"
INPUTS = f"{JOB}/inputs"
HOME = f"{JOB}/home"
# What a kernel sees of its room, and where.
WRITABLE = {name: f"{JOB}/{name}" for name in ("work", "outputs", "records", "tmp")} | {"shm": "/dev/shm"}
GIVEN = f"{JOB}/given"

NEWNS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
CAPABILITIES_3 = 0x20080522  # version of the structure that capset(2) takes
SIOCSIFFLAGS, IFF_UP = 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)
_inputs = -1  # the folder of all contexts, held open where it is covered for the kernel


def enter(number: str) -> None:
    """In the keeper: leave the namespaces of the fork server for new ones, and put the folders in place.

    The next process that is forked is the first of the new PID namespace. Raises OSError.
    """
    global _inputs
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", NEWUSER | NEWNS | NEWPID | NEWIPC | NEWNET)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path(f"/proc/self/{name}").write_text(text)
    _mount(None, "/", REC | PRIVATE)
    for name, place in WRITABLE.items():
        _mount(f"{ROOMS}/{number}/{name}", place, BIND)
    _mount(f"{SOCKETS}/{number}", HOME, BIND)
    _read_only(f"{ROOMS}/{number}/given", GIVEN)
    _inputs = os.open(f"{ROOMS}/inputs", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    for hidden in (ROOMS, SOCKETS):
        _mount("none", hidden, RDONLY | NOSUID | NODEV | NOEXEC, "tmpfs", "size=0,mode=755")
    os.chdir("/")
    _loopback_up()


def give(name: str) -> None:
    """In the keeper: show the kernel the inputs called *name*, read-only, at /job/inputs."""
    os.fchdir(_inputs)  # its path is covered by now
    try:
        _read_only(name, INPUTS)
    finally:
        os.chdir("/")


def seal() -> None:
    """In the kernel: a /proc of its own, and no capability for ever after. Raises OSError."""
    global _inputs
    os.close(_inputs)
    _inputs = -1
    _mount("proc", "/proc", NOSUID | NODEV | NOEXEC, "proc")
    # Whoever makes a user namespace has every capability in it, and with them a large part of the system to attack.
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0):
            break
    _call("capset", struct.pack("II", CAPABILITIES_3, 0), struct.pack("6I", *[0] * 6))


def _read_only(source: str, place: str) -> None:
    _mount(source, place, BIND)
    _mount(None, place, BIND | REMOUNT | RDONLY | NOSUID | NODEV)


def _mount(source: str | None, place: str, flags: int, kind: str | None = None, data: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, place, kind, data)]
    _call("mount", words[0], words[1], words[2], ctypes.c_ulong(flags), words[3])


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}", str(arguments[0]))


def _loopback_up() -> None:
    """Switch the loopback interface on: workers of a notebook talk to it over 127.0.0.1, and to nobody else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))
