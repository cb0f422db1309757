"""Batches in words: how long, how much."""

from repeatpass.batches.records import Estimate, Spread

UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def duration(seconds: float) -> str:
    """Say a duration with its two largest units: 2 hours 5 minutes."""
    if seconds < 1:
        return "less than a second"
    left, words = round(seconds), []
    for size, unit in UNITS:
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " ".join(words[:2])


def size(count: float) -> str:
    """Say a number of bytes: 3.2 GB."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count:.0f} bytes"


def spread(value: Spread) -> str:
    """Say a duration with its range, where there is one."""
    middle, low, high = duration(value.middle), duration(value.low), duration(value.high)
    return middle if low == high else f"{middle} ({low} to {high})"


def cost(estimate: Estimate) -> str:
    """Say what an estimate expects; empty where nothing was measured."""
    if not estimate.cpu_s or not estimate.wall_s or not estimate.cpu_s.middle:
        return ""
    lanes = f"{estimate.lanes} parts at a time" if estimate.lanes > 1 else "one part at a time"
    kept = f" {size(estimate.bytes)} of results." if estimate.bytes else ""
    return f"About {spread(estimate.cpu_s)} of CPU time; {spread(estimate.wall_s)} with {lanes}.{kept}"
