"""Compares what two runs left behind. Needs no database, no web framework and no platform."""

from repeatpass.verification.comparison.compare import compare_output, compare_outputs, not_repeatable
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
    "compare_output",
    "compare_outputs",
    "not_repeatable",
]
