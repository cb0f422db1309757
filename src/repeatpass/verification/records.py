"""Repeats and their verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from repeatpass.verification.comparison.records import Verdict

CUT_SHORT = {"cancelled", "crashed"}  # causes of a repeat that was not carried through


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeat:
    """One repeat of a run, and what came of it."""

    id: str
    original: str  # the run that was repeated
    runs: Sequence[str]  # the repeat and, where it differed, two confirmations
    actor: str
    swapped: Mapping[str, Any]  # leg -> what it was swapped for; empty: everything pinned
    created: datetime
    finished: datetime | None = None
    verdict: Verdict | None = None  # None while it is under way
    cause: str = ""
    summary: str = ""  # one sentence for people
    comparison: Mapping[str, Any] | None = None  # Comparison.to_json()
    full_seal: bool = False  # every input of both runs is known

    @property
    def pinned(self) -> bool:
        """Whether everything was pinned, so that the verdict speaks of the original.

        A repeat that somebody cancelled, or whose machine failed, says nothing of the original.
        """
        return not self.swapped and self.cause not in CUT_SHORT
