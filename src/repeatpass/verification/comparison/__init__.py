"""Compares what two runs left behind. Needs no database, no web framework and no platform.

The comparing itself is loaded when it is first asked for: it needs numpy, pandas and xarray, which a server
that only shows verdicts should not wait for.
"""

from collections.abc import Mapping, Sequence

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison.records import (
    Aspect,
    Comparison,
    Difference,
    OutputComparison,
    StoredOutput,
    Verdict,
)

__all__ = [
    "Aspect",
    "Comparison",
    "Difference",
    "OutputComparison",
    "StoredOutput",
    "Verdict",
    "compare_outputs",
    "not_repeatable",
]


def compare_outputs(
    original: Sequence[StoredOutput],
    repeated: Sequence[StoredOutput],
    tolerances: Mapping[str, Tolerance] | None = None,
) -> Comparison:
    """Compare everything two runs left; see `compare.compare_outputs`."""
    from repeatpass.verification.comparison.compare import compare_outputs as compare

    return compare(original, repeated, tolerances)


def not_repeatable(reason: str) -> Comparison:
    """Return the comparison of a run whose repeat could not be made; *reason* is a sentence."""
    return Comparison(verdict=Verdict.NOT_REPEATABLE, summary=reason)
