"""What a tree of processes uses, read from /proc: cheap enough to ask at the end of every run."""

# Plain os calls: this is read several times a second.
# ruff: noqa: PTH118, PTH123, PTH208
import os
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """Sums over a tree: CPU seconds (ended children included), bytes, resident memory."""

    cpu_s: float = 0.0
    read_bytes: int = 0
    written_bytes: int = 0
    rss_bytes: int = 0
    peak_rss_bytes: int = 0

    def __add__(self, other: "Measured") -> "Measured":
        names = self.__slots__
        return Measured(**{name: getattr(self, name) + getattr(other, name) for name in names})


def tree(pid: int) -> list[int]:
    """*pid* and all its descendants, as far as they can still be seen."""
    found, new = [pid], [pid]
    while new:
        new = [child for parent in new for child in _children(parent)]
        found += new
    return found


def _children(pid: int) -> list[int]:
    try:
        listings = [Path(f"/proc/{pid}/task/{task}/children") for task in os.listdir(f"/proc/{pid}/task")]
        return [int(child) for listing in listings for child in listing.read_bytes().split()]
    except OSError:
        return []


def measure(pids: list[int]) -> Measured:
    """The sums over *pids*; a process that has gone adds nothing."""
    total = Measured()
    for pid in pids:
        try:
            total += _one(pid)
        except (OSError, ValueError, KeyError):
            continue
    return total


def _one(pid: int) -> Measured:
    stat = _read(pid, "stat").rpartition(")")[2].split()
    io = dict(line.split(": ") for line in _read(pid, "io").splitlines())
    status = dict(line.split(":", 1) for line in _read(pid, "status").splitlines() if ":" in line)
    return Measured(
        cpu_s=max(sum(map(int, stat[11:13])) / TICK, _threads_s(pid)) + sum(map(int, stat[13:15])) / TICK,
        read_bytes=int(io["rchar"]),
        written_bytes=int(io["wchar"]),
        rss_bytes=_kilobytes(status, "VmRSS"),
        peak_rss_bytes=_kilobytes(status, "VmHWM"),
    )


def _threads_s(pid: int) -> float:
    """CPU seconds of the threads that live, to the nanosecond; `stat` counts ended ones too, but in ticks."""
    try:
        times = [_read(pid, f"task/{task}/schedstat") for task in os.listdir(f"/proc/{pid}/task")]
    except OSError:  # this system does not keep them
        return 0.0
    return sum(int(line.split()[0]) for line in times) / 1e9


def _read(pid: int, name: str) -> str:
    with open(f"/proc/{pid}/{name}") as file:
        return file.read()


def _kilobytes(status: dict[str, str], name: str) -> int:
    return int(status[name].split()[0]) * 1024 if name in status else 0


def resident(pids: list[int]) -> int:
    """Resident bytes, pages that processes share counted in each."""
    total = 0
    for pid in pids:
        try:
            total += int(_read(pid, "statm").split()[1]) * PAGE
        except (OSError, IndexError):
            continue
    return total


def proportional(pids: list[int]) -> int:
    """Resident bytes, shared pages divided among those who share them: exact, but slower."""
    total = 0
    for pid in pids:
        try:
            lines = _read(pid, "smaps_rollup").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def size_of(*folders: Path) -> int:
    """Bytes of all files under *folders*."""
    total = 0
    for folder in folders:
        for parent, _, files in os.walk(folder):
            for name in files:
                try:
                    total += os.lstat(os.path.join(parent, name)).st_size
                except OSError:
                    continue
    return total
