"""What holds a run to its limits on this machine, and the sentence that says so."""

import logging
import math
import os
from collections import Counter
from collections.abc import Sequence

from repeatpass.runs.execution import Limits
from repeatpass.runs.executor.cgroups import Cgroups, Leaf

log = logging.getLogger(__name__)


class Holding:
    """Shared by all runs of an executor: the tree of cgroups if there is one, and which processors are in use."""

    def __init__(self, cgroups: Cgroups | None = None) -> None:
        self.cgroups = cgroups
        self.used: Counter[int] = Counter()

    def begin(self, run: str, limits: Limits, pid: int) -> "Held":
        """Hold the process *pid*, and what it will start, to *limits*."""
        leaf = self.cgroups.leaf(run, limits) if self.cgroups is not None else None
        if leaf is not None:
            try:
                leaf.take_in(pid)
            except OSError as error:
                log.warning("A kernel could not be put into its cgroup: %s", error)
                leaf.remove()
                leaf = None
        return Held(self, limits, leaf)

    def processors(self, cpus: float) -> list[int]:
        """Choose the processors that are least in use; [] where there is no need to choose."""
        there = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        count = math.ceil(cpus)
        if not count or count >= len(there):
            return []
        chosen = sorted(there, key=lambda number: self.used[number])[:count]
        self.used.update(chosen)
        return chosen


class Held:
    """One run that is held to its limits."""

    def __init__(self, holding: Holding, limits: Limits, leaf: Leaf | None) -> None:
        self.holding, self.limits, self.leaf = holding, limits, leaf
        self.processors = [] if leaf is not None else holding.processors(limits.cpus)
        self._taken = self.processors

    def release(self) -> None:
        """Give its processors to the next run: before this one is said to have ended, or that one chooses others' ones."""
        self.holding.used.subtract(self._taken)
        self._taken = []

    def end(self) -> None:
        """Let go of what was held for it."""
        self.release()
        if self.leaf is not None:
            self.leaf.remove()

    def words(self, *, confined: bool, network: Sequence[str]) -> str:
        """How the run was kept apart and held to its limits, in one sentence or two."""
        outside = f"network by allow-list ({', '.join(network)})" if network else "no network"
        apart = f"Sandbox (bubblewrap): files, processes and users of its own, {outside}" if confined else "No sandbox"
        return f"{apart}. {self._limits(confined)}"

    def _limits(self, confined: bool) -> str:
        if self.leaf is not None:
            cpu = ", CPU" if self.limits.cpus else ""
            return f"Memory{cpu} and processes by cgroup v2; time and files by watch."
        said = ["Memory by rlimit and watch"]
        if self.processors:
            said.append(f"CPU by {len(self.processors)} assigned processor{'s' if len(self.processors) > 1 else ''}")
        if self.limits.processes and confined:
            said.append("processes by rlimit of the sandbox")
        return f"{', '.join(said)}; time and files by watch."
