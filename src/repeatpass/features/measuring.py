"""What the properties of many features are together: their count, statistics of numbers, how often words occur, times."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sqlalchemy as sa

from repeatpass.catalog.search.clauses import Clauses
from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso
from repeatpass.features.records import FeatureSet, Field, Wanted
from repeatpass.features.searching import Searching
from repeatpass.features.store import features

NUMERIC = ("integer", "number")
PERCENTILES = (2, 50, 98)
BINS = 64
MOST_WORDS = 200  # different values that are counted one by one
MOST_TIMES = 2000  # of one list; beyond it they are taken together by day, month or year
STEPS = (("moment", 30), ("day", 10), ("month", 7), ("year", 4))  # how much of a moment's text tells it apart
SHARED = 2  # features of each moment, from which moments are told apart; else their days are
REST = "0001-01-01T00:00:00Z"  # the first moment of a year, month or day


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """Statistics of a property that is a number; each feature counts once. All are None where none has it."""

    count: int  # features
    valid: int  # of them that have the property
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    deviation: float | None = None  # of the whole population
    percentiles: Mapping[int, float] | None = None
    counts: tuple[int, ...] = ()
    edges: tuple[float, ...] = ()  # one more than counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """How often which value of a property occurs, the most frequent first."""

    count: int
    valid: int
    values: tuple[tuple[str, int], ...] = ()
    others: int = 0  # features with further values


@dataclass(frozen=True, kw_only=True, slots=True)
class Times:
    """The times that features have, oldest first; *step* is how much of time one of them stands for."""

    times: tuple[str, ...] = ()
    step: str = "moment"  # moment, day, month, year


class Measuring:
    """Measures sets of features, and remembers the last hundreds of answers; a change to a set makes them anew."""

    def __init__(self, searching: Searching) -> None:
        self.searching = searching
        self._measured = lru_cache(maxsize=256)(self._measure)
        self._times = lru_cache(maxsize=256)(self._read_times)

    def measure(self, known: FeatureSet, wanted: Wanted, name: str = "") -> Numbers | Words:
        """Measure the property *name* of the features that *wanted* describes; without a name they are only counted.

        Raise Invalid for a property that there is not, or a filter that cannot be asked.
        """
        if name and known.field(name) is None:
            there = ", ".join(each.name for each in known.fields) or "none"
            raise Invalid(f"“property” is “{name[:80]}”; the properties are {there}.", field="property")
        return self._measured(known, replace(wanted, filter=None), json.dumps(wanted.filter), name)

    def times(self, known: FeatureSet) -> Times:
        """Return the times that there are."""
        return self._times(known)

    def _measure(self, known: FeatureSet, asked: Wanted, filter: str, name: str) -> Numbers | Words:
        wanted = replace(asked, filter=json.loads(filter), limit=1, offset=0, geometry=False, counted=True)
        if not name:
            number = self.searching.search(known, wanted, known.crs).matched or 0
            return Words(count=number, valid=number)
        field = known.field(name)
        assert field is not None
        values = self.searching.column(known, wanted, lambda clauses: _column(clauses, field))
        return _numbers(values) if field.kind in NUMERIC else _words(values)

    def _read_times(self, known: FeatureSet) -> Times:
        if not known.time:
            return Times()
        query = sa.select(features.c.start).where(features.c.collection == known.collection).distinct()
        with self.searching.database.read() as connection:
            found = sorted({iso(each) for each in connection.execute(query).scalars() if each is not None})
        shared = known.number >= SHARED * len(found) and not all(each.endswith(REST[10:]) for each in found)
        steps = STEPS if shared else STEPS[1:]
        told = {step: sorted({each[:length] for each in found}) for step, length in steps}
        step = next((step for step, times in told.items() if len(times) <= MOST_TIMES), "year")
        return Times(
            times=tuple(each + REST[len(each) :] if len(each) < 11 else each for each in told[step]), step=step
        )


def _column(clauses: Clauses, field: Field) -> Any:
    kind = {"integer": "number", "number": "number", "boolean": "boolean", "any": "any"}.get(field.kind, "text")
    return clauses.properties.value(field.name, kind)  # type: ignore[arg-type]


def _numbers(values: Sequence[Any]) -> Numbers:
    there = np.array([each for each in values if each is not None], dtype=float)
    if not there.size:
        return Numbers(count=len(values), valid=0)
    counts, edges = np.histogram(there, bins=min(BINS, max(8, int(there.size**0.5))))
    shares = np.percentile(there, PERCENTILES)
    return Numbers(
        count=len(values),
        valid=int(there.size),
        low=float(there.min()),
        high=float(there.max()),
        mean=float(there.mean()),
        deviation=float(there.std()),
        percentiles={at: float(each) for at, each in zip(PERCENTILES, shares, strict=True)},
        counts=tuple(int(each) for each in counts),
        edges=tuple(float(each) for each in edges),
    )


def _words(values: Sequence[Any]) -> Words:
    told = Counter(_said(each) for each in values if each is not None)
    most = sorted(told.items(), key=lambda pair: (-pair[1], pair[0]))
    return Words(
        count=len(values),
        valid=told.total(),
        values=tuple(most[:MOST_WORDS]),
        others=sum(number for _, number in most[MOST_WORDS:]),
    )


def _said(value: Any) -> str:
    """Return a value as text, as tiles and JSON say it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
