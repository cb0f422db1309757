"""Limits that the system itself holds: a leaf of cgroup v2 for each run, where the host hands us a tree.

systemd does, with `Delegate=yes` in the unit of the server or under `systemd-run --user --scope -p Delegate=yes`.
See "Control Group v2" in the kernel's documentation: no process may be in a group that hands controllers on, so the
executor moves into a leaf of its own first.
"""

import logging
import math
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from repeatpass.runs.execution import Limits

log = logging.getLogger(__name__)
MOUNT = Path("/sys/fs/cgroup")
CONTROLLERS = ("memory", "cpu", "pids")
PERIOD_US = 100_000
END_S = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """The group of one run."""

    path: Path

    def take_in(self, pid: int) -> None:
        """Put a process in; all that it starts will be in, too. Raises OSError."""
        (self.path / "cgroup.procs").write_text(str(pid))

    def killed_for_memory(self) -> bool:
        """Whether the system has killed one of its processes for want of memory."""
        with suppress(OSError):
            events = dict(line.split() for line in (self.path / "memory.events").read_text().splitlines())
            return int(events.get("oom_kill", 0)) > 0
        return False

    def hit_processes(self) -> bool:
        """Whether a process could not be started for the limit."""
        with suppress(OSError):
            events = dict(line.split() for line in (self.path / "pids.events").read_text().splitlines())
            return int(events.get("max", 0)) > 0
        return False

    def remove(self) -> None:
        """Kill what is left in it and remove it."""
        with suppress(OSError):
            (self.path / "cgroup.kill").write_text("1")
        until = time.monotonic() + END_S
        while self.path.exists() and time.monotonic() < until:
            try:
                self.path.rmdir()
            except OSError:  # the last ones are still leaving
                time.sleep(0.01)


class Cgroups:
    """The tree that we were handed; *base* is the executor's own group."""

    def __init__(self, base: Path) -> None:
        self.base = base

    @classmethod
    def found(cls, mount: Path = MOUNT, own: Path = Path("/proc/self/cgroup")) -> "Cgroups | None":
        """The tree of this process, made ready; None where there is none that we may use, the usual case."""
        try:
            place = next(line[3:] for line in own.read_text().splitlines() if line.startswith("0::"))
            base = mount / place.lstrip("/")
            there = (base / "cgroup.controllers").read_text().split()
        except (OSError, StopIteration):
            return None
        if not set(CONTROLLERS) <= set(there) or not os.access(base / "cgroup.procs", os.W_OK):
            return None
        return cls._ready(base)

    @classmethod
    def _ready(cls, base: Path) -> "Cgroups | None":
        try:
            (base / "executor").mkdir(exist_ok=True)
            for pid in (base / "cgroup.procs").read_text().split():
                (base / "executor" / "cgroup.procs").write_text(pid)
            (base / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS))
        except OSError as error:
            log.info("No cgroups are used: %s", error)
            return None
        return cls(base)

    def leaf(self, run: str, limits: Limits) -> Leaf | None:
        """Make the group of a run with its limits; None where the system refuses."""
        path = self.base / f"run-{run}"
        values = {"memory.max": str(limits.memory_bytes), "memory.swap.max": "0", "memory.oom.group": "1"}
        if limits.cpus:
            values["cpu.max"] = f"{math.ceil(limits.cpus * PERIOD_US)} {PERIOD_US}"
        if limits.processes:
            values["pids.max"] = str(limits.processes)
        try:
            path.mkdir(exist_ok=True)
            for name, value in values.items():
                if name in ("memory.swap.max", "memory.oom.group") and not (path / name).exists():
                    continue  # kernels without swap, or older than 4.19
                (path / name).write_text(value)
        except OSError as error:
            log.warning("The cgroup of run %s could not be made: %s", run, error)
            return None
        return Leaf(path=path)
