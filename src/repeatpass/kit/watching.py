"""Notices what a notebook reads without saying so.

Three ways, none complete, together hard to slip through by accident: Python's audit events (files,
processes, connections), the kernel's open files and memory maps after each cell (what GDAL or HDF5
opened in C), and the count of bytes read against the bytes that known files explain. Each finding is
one line of JSON in `unrecorded.jsonl`: {"kind": "file|network|process|bytes", "name", "cell"}.

A watcher never breaks a notebook: whatever goes wrong in here is swallowed.
"""

# Plain os calls: this is asked for every file that is opened.
# ruff: noqa: PTH113, PTH115, PTH116, PTH120, PTH123, PTH208
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

SYSTEM = ("/proc/", "/sys/", "/dev/", "/usr/share/", "/usr/lib/", "/lib/", "/lib64/", "/etc/")
SLACK_BYTES = 1_000_000  # reads too small to tell from the interpreter's own
PART_BYTES = 2_000_000  # of a file of the environment that is open: a database of projections, say
FONT_BYTES = 300_000  # a text that is drawn or measured reads about 184 kB of its font again
PROCESSES = {"subprocess.Popen": 0, "os.system": 0, "os.posix_spawn": 0, "os.exec": 0, "pty.spawn": 0}
FILES = {"open": 0, "sqlite3.connect": 0, "ctypes.dlopen": 0, "repeatpass.reads": 0}
CONNECTIONS = ("socket.connect", "socket.sendto")

_watcher: "Watcher | None" = None
_announced: set[str] = set()
_expected: set[str] = set()  # connections that are on record elsewhere
_relays: set[str] = set()  # ways out of the sandbox: whose use is on record is seen at `recorded`
AROUND = "the way out of the sandbox, past repeatpass.open"
_here = threading.local()  # .recorded: whether what this thread does now is put on record by who does it


def announce(path: str | os.PathLike[str]) -> None:
    """Say that *path* (a file, or a folder and all in it) is read on the record.

    Harmless where nothing watches, and for what is not a local path.
    """
    with suppress(Exception):
        name = os.fspath(path)
        if "://" not in name:
            _announced.add(os.path.realpath(name))


def expect(addresses: set[str]) -> None:
    """Say that connections to *addresses* need no note."""
    _expected.update(addresses)


def relayed(address: str) -> None:
    """Say that *address* is a way out of the sandbox; using it past the kit is noted, without where it led."""
    _relays.add(address)


@contextmanager
def recorded() -> Iterator[None]:
    """Connections that this thread makes meanwhile, and the bytes read, are put on record by the caller."""
    before, _here.recorded = _read_so_far(), True
    try:
        yield
    finally:
        _here.recorded = False
        if _watcher is not None:
            _watcher.explained += _read_so_far() - before


def _read_so_far() -> int:
    with suppress(Exception):
        return _watcher._bytes_read() if _watcher is not None else 0
    return 0


def prepare() -> None:
    """Look around before the run is known: what is open and mapped now is not the notebook's doing."""
    global _watcher
    with suppress(Exception):
        _watcher = Watcher()


def install(shell: Any, *, log: str, allowed: list[str]) -> None:
    """Watch this process from now on, for good; *shell* is the IPython shell that runs the cells."""
    if _watcher is None:
        prepare()
    with suppress(Exception):
        assert _watcher is not None
        _watcher.begin(log, allowed)
        sys.addaudithook(_watcher.audit)
        shell.events.register("post_run_cell", _watcher.after_cell)


def _prefixes(folders: tuple[str, ...]) -> tuple[str, ...]:
    both = {*folders, *map(os.path.realpath, folders)}
    return tuple(folder.rstrip("/") + "/" for folder in sorted(both) if folder)


class Watcher:
    """Collects findings of one run and writes them at the end of each cell."""

    def __init__(self) -> None:
        folders = (sys.prefix, sys.base_prefix, os.path.dirname(os.path.dirname(os.path.dirname(__file__))))
        self.fixed = _prefixes(folders) + SYSTEM  # pinned by the environment
        self.pending: dict[tuple[str, str], None] = {}  # a set that keeps its order
        self.written: set[tuple[str, str]] = set()
        self.explained = 0  # bytes of files that Python code opened in this cell
        self.known: set[str] = set()  # files that compiled code may read from, in this cell and later ones
        self.mapped, self.room = self._mapped(), self._room()

    def begin(self, log: str, allowed: list[str]) -> None:
        """The run is known: *allowed* are its own folders."""
        self.pid = os.getpid()
        self.own = _prefixes(tuple(allowed))
        self.drawn = 0  # texts drawn or measured in this cell
        self.log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.links = self._links()  # the executor's log, the kernel's own sockets
        self.read = self._bytes_read()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook: called for every event of the interpreter, so it looks at few."""
        if event == "repeatpass.draws":
            self.drawn += 1
        if event not in FILES and event not in PROCESSES and event not in CONNECTIONS:
            return
        with suppress(Exception):
            if event == "open":
                self._opened(*arguments)
            elif event in FILES:
                self._file(arguments[0], lasting=True, told=True)
            elif event in CONNECTIONS:
                if getattr(_here, "recorded", False):
                    return
                self._note("network", _address(arguments[1]))
            else:
                self._note("process", _command(event, arguments))

    def _opened(self, path: Any, mode: Any, flags: Any) -> None:
        writes_only = isinstance(flags, int) and flags & os.O_ACCMODE == os.O_WRONLY
        if isinstance(path, (str, bytes)) and not writes_only:
            self.explained += _size(path)
            self._file(path)

    def _file(self, path: Any, *, lasting: bool = False, told: bool = False) -> None:
        name = os.fsdecode(path) if path and not isinstance(path, int) else ""
        if not name or name.startswith(SYSTEM) or (name.startswith(self.fixed) and not lasting):
            return
        real = os.path.realpath(name)
        if not os.path.isfile(real):
            return
        if lasting and (told or not real.startswith(self.fixed)):
            self.known.add(real)
        if not real.startswith((*self.fixed, *self.own)):
            self._note("file", real)

    def _note(self, kind: str, name: str) -> None:
        name = AROUND if name in _relays else name
        if (kind, name) in self.written or name in _expected:
            return
        self.pending[kind, name] = None
        if os.getpid() != self.pid:  # a forked helper never sees the end of the cell
            self._write(None)

    def after_cell(self, result: Any = None) -> None:
        """Look at what is open, mapped and read, then write what was found."""
        with suppress(Exception):
            self._look()
            self._write(getattr(result, "execution_count", None))

    def _look(self) -> None:
        room = self._room()
        if room != self.room:  # reading the maps takes milliseconds, and a new one takes room
            self.room, mapped = room, self._mapped()
            for name in mapped - self.mapped:
                self._file(name, lasting=True)
            self.mapped = mapped
        links = self._links()
        for name in links - self.links:
            if name.startswith("/"):
                self._file(name, lasting=True)
        for address in _remote({link for link in links - self.links if link.startswith("socket:")}):
            self._note("network", address)
        self.links |= links
        self._compare_bytes(links)

    def _compare_bytes(self, links: set[str]) -> None:
        """Whether more was read than known files explain; a lazily read one may be read many times."""
        read = self._bytes_read()
        known = self.explained + sum(_size(name) * (16 if name in links else 2) for name in _announced | self.known)
        known += sum(min(_size(name), PART_BYTES) for name in links if name.startswith(self.fixed))
        known += FONT_BYTES * self.drawn
        if read - self.read > known + SLACK_BYTES:
            self._note("bytes", f"{read - self.read - known} bytes")
        self.read, self.explained, self.drawn = read, 0, 0

    def _write(self, cell: int | None) -> None:
        for kind, name in self.pending:
            if kind == "file" and _is_announced(name):
                continue
            self.written.add((kind, name))
            line = json.dumps({"kind": kind, "name": name, "cell": cell}, ensure_ascii=False)
            os.write(self.log, line.encode() + b"\n")
        self.pending.clear()

    def _links(self) -> set[str]:
        found = set()
        for fd in os.listdir("/proc/self/fd"):
            with suppress(OSError):
                found.add(os.readlink(f"/proc/self/fd/{fd}"))
        return found

    def _mapped(self) -> set[str]:
        with open("/proc/self/maps", "rb") as maps:
            lines = maps.read().split(b"\n")
        return {os.fsdecode(line[line.index(b"/") :]) for line in lines if b"/" in line}

    def _room(self) -> bytes:
        with open("/proc/self/statm", "rb") as sizes:
            return sizes.read().split()[0]

    def _bytes_read(self) -> int:
        with open("/proc/self/io", "rb") as io:
            return int(io.readline().split()[1])


def _is_announced(name: str) -> bool:
    return name in _announced or any(name.startswith(folder + "/") for folder in _announced)


def _size(path: str | bytes) -> int:
    with suppress(OSError, ValueError):
        return os.stat(path).st_size
    return 0


def _address(address: Any) -> str:
    if isinstance(address, tuple) and len(address) >= 2:
        return f"{address[0]}:{address[1]}"
    return os.fsdecode(address) if isinstance(address, (str, bytes)) else str(address)


def _command(event: str, arguments: tuple[Any, ...]) -> str:
    words = arguments[1] if event == "subprocess.Popen" else arguments[0]
    if isinstance(words, (list, tuple)):
        words = " ".join(map(str, words))
    return (os.fsdecode(words) if isinstance(words, bytes) else str(words))[:200]


def _remote(sockets: set[str]) -> set[str]:
    """Where these sockets (`socket:[inode]`) are connected to, as `address:port`."""
    inodes = {link[8:-1] for link in sockets}
    found: set[str] = set()
    for table in ("tcp", "tcp6", "udp", "udp6") if inodes else ():
        with suppress(OSError), open(f"/proc/self/net/{table}") as lines:
            fields = [line.split() for line in lines][1:]
        found |= {_readable(f[2]) for f in fields if f[9] in inodes and not f[2].endswith(":0000")}
    return found


def _readable(peer: str) -> str:
    """`0100007F:1F90`, as /proc/net writes it in words of the machine's byte order, as `127.0.0.1:8080`."""
    address, _, port = peer.partition(":")
    words = [bytes.fromhex(address[i : i + 8]) for i in range(0, len(address), 8)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    family = socket.AF_INET if len(packed) == 4 else socket.AF_INET6
    return f"{socket.inet_ntop(family, packed)}:{int(port, 16)}"
