"""What this machine has: processors and memory, as far as the system lets us use them."""

import os
import re
from pathlib import Path

import psutil

from repeatpass.core.errors import Invalid

CGROUP = Path("/sys/fs/cgroup")  # of this process, inside a container
UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
UNITS |= {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "Ti": 1024**4}
AMOUNT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?)?B?\s*")


def processors() -> float:
    """Return how many processors this process may use."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, _, period = _told("cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit():
        return min(float(allowed), int(quota) / int(period))
    return float(allowed)


def memory_bytes() -> int:
    """Return how much memory there is for this process: the machine's, or less where a container has a limit."""
    total = int(psutil.virtual_memory().total)
    limit = _told("memory.max")
    return min(total, int(limit)) if limit.isdigit() else total


def _told(name: str) -> str:
    try:
        return (CGROUP / name).read_text().strip()
    except OSError:
        return ""


def amount(text: str, of: int = 0, what: str = "This") -> int:
    """Read an amount in bytes, such as ``2Gi``, ``500M`` or ``80%`` (of *of*, where that is known).

    Raise Invalid, beginning with *what*, for anything else.
    """
    if of and (share := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*%\s*", text)) and 0 < float(share[1]) <= 100:
        return int(of * float(share[1]) / 100)
    if not (found := AMOUNT.fullmatch(text)):
        examples = "2Gi, 500M or 80%" if of else "2Gi or 500M"
        raise Invalid(f"{what} must be an amount of bytes, such as {examples}; it is “{text}”.")
    return int(float(found[1]) * UNITS[found[2] or ""])
