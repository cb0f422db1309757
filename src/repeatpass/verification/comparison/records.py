"""What a comparison of two runs' outputs found, as frozen records."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class Verdict(StrEnum):
    """How a repeat stands to its original, from best to worst."""

    IDENTICAL = "identical"
    WITHIN = "within tolerance"
    DIFFERENT = "different"
    NOT_REPEATABLE = "not repeatable"

    @classmethod
    def worst(cls, verdicts: Sequence["Verdict"]) -> "Verdict":
        """Return the worst of *verdicts*; nothing at all counts as identical."""
        order = list(cls)
        return max(verdicts, key=order.index, default=cls.IDENTICAL)


class Aspect(StrEnum):
    """What two outputs can differ in, in the order in which they are looked at."""

    PRESENCE = "presence"
    FORMAT = "format"
    STRUCTURE = "structure"
    TYPES = "types"
    COORDINATES = "coordinates"
    UNITS = "units"
    VALUES = "values"
    BYTES = "bytes"
    REMARKS = "remarks"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredOutput:
    """One output of a run, as a file that can be read now."""

    name: str
    path: Path
    kind: str = "file"  # values, table, raster, figure or file
    media_type: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing in which a repeated output differs from the original.

    ``verdict`` is what this difference alone would make of the output: a changed
    remark (an attribute such as ``history``) leaves the values identical.
    ``at`` names the place of the largest difference by coordinates or row keys.
    """

    aspect: Aspect
    message: str  # a clause for people, without the output's name
    verdict: Verdict = Verdict.DIFFERENT
    subject: str = ""  # variable, column, band or JSON path
    original: str = ""
    repeated: str = ""
    differing: int | None = None
    compared: int | None = None
    beyond: int | None = None  # how many of the differing are outside the tolerance
    missing: int | None = None  # how many of the differing exist on one side only
    maximum_absolute: float | None = None  # in the unit of the values
    maximum_relative: float | None = None  # as a share of the original; None where that is zero
    at: tuple[tuple[str, str], ...] = ()

    @property
    def share(self) -> float | None:
        """The share of compared elements that differ, 0 to 1."""
        if self.differing is None or not self.compared:
            return None
        return self.differing / self.compared

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON; an infinite difference becomes the text "infinite"."""
        return {
            "aspect": self.aspect.value,
            "message": self.message,
            "verdict": self.verdict.value,
            "subject": self.subject,
            "original": self.original,
            "repeated": self.repeated,
            "differing": self.differing,
            "compared": self.compared,
            "share": self.share,
            "beyond": self.beyond,
            "missing": self.missing,
            "maximum_absolute": _plain(self.maximum_absolute),
            "maximum_relative": _plain(self.maximum_relative),
            "at": dict(self.at),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputComparison:
    """One output of the original beside the same output of the repeat."""

    name: str
    verdict: Verdict
    bytes_identical: bool
    sentence: str  # one sentence for people, beginning with the name
    kind: str = "file"
    media_type: str = ""
    differences: tuple[Difference, ...] = ()  # the most important first

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "bytes_identical": self.bytes_identical,
            "sentence": self.sentence,
            "kind": self.kind,
            "media_type": self.media_type,
            "differences": [difference.to_json() for difference in self.differences],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Everything two runs left behind, compared."""

    verdict: Verdict
    summary: str  # one sentence for people
    outputs: tuple[OutputComparison, ...] = ()

    @property
    def bytes_identical(self) -> bool:
        """Whether there are outputs and every one is the same, byte for byte."""
        return bool(self.outputs) and all(output.bytes_identical for output in self.outputs)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "verdict": self.verdict.value,
            "summary": self.summary,
            "bytes_identical": self.bytes_identical,
            "outputs": [output.to_json() for output in self.outputs],
        }


class Unreadable(Exception):
    """A file cannot be opened with what is installed here; only its bytes can be compared."""


def _plain(number: float | None) -> float | str | None:
    return "infinite" if number is not None and math.isinf(number) else number
