"""What a tree of processes uses, read from /proc: cheap enough to ask at the end of every run."""

# Plain os calls: this is read several times a second.
# ruff: noqa: PTH101, PTH110, PTH116, PTH118, PTH123, PTH208
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
BLOCK = 512  # what a file takes at least, so that a flood of empty ones is noticed


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
        listings = [_read(pid, f"task/{task}/children") for task in os.listdir(f"/proc/{pid}/task")]
        return [int(child) for listing in listings for child in listing.split()]
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


def executes(pid: int) -> bool:
    """Whether any thread of a process can still execute code of its own: one that is ending gives its memory up first."""
    try:
        return any(int(_read(pid, f"task/{task}/statm").split()[0]) for task in os.listdir(f"/proc/{pid}/task"))
    except (OSError, IndexError):  # a thread has gone meanwhile, or all have: look again
        return os.path.exists(f"/proc/{pid}/task")


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
    """Bytes of all files under *folders*, each file and folder counted as one block at least."""
    total = 0
    for folder in folders:
        for parent, inner, files in os.walk(folder, onerror=_opened):
            total += BLOCK * len(inner)
            for name in files:
                try:
                    total += max(os.lstat(os.path.join(parent, name)).st_size, BLOCK)
                except OSError:
                    continue
    return total


def _opened(error: OSError) -> None:
    """A folder that was closed to us is opened, to be counted at the next look."""
    with suppress(OSError):
        if stat.S_ISDIR(os.lstat(error.filename).st_mode):
            os.chmod(error.filename, 0o700, follow_symlinks=False)


def hidden(pids: list[int]) -> int:
    """Bytes of files that *pids* hold open and that have no name (any more), in memory or on a disk."""
    found: dict[tuple[int, int], int] = {}
    for pid in pids:
        try:
            for fd in os.listdir(f"/proc/{pid}/fd"):
                seen = os.stat(f"/proc/{pid}/fd/{fd}")
                if stat.S_ISREG(seen.st_mode) and seen.st_nlink == 0:
                    found[seen.st_dev, seen.st_ino] = seen.st_blocks * 512
        except OSError:
            continue
    return sum(found.values())


def tasks(pids: list[int]) -> int:
    """Processes and threads together, as the system counts them against a user's limit."""
    total = 0
    for pid in pids:
        try:
            total += len(os.listdir(f"/proc/{pid}/task"))
        except OSError:
            continue
    return total


def made_accessible(folder: Path) -> None:
    """Let us read and remove everything under *folder*, whatever rights a run left there. Follows no link."""
    todo = [str(folder)]
    while todo:
        parent = todo.pop()
        os.chmod(parent, 0o700)
        with os.scandir(parent) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    os.chmod(entry.path, 0o600)
