"""Verdicts of repeats as seals and as lines of a history."""

from collections.abc import Iterable, Mapping

from repeatpass.verification.comparison.records import Verdict as Found
from repeatpass.verification.records import Repeat
from repeatpass.web.desk import Series
from repeatpass.web.views import NEVER, RepeatRow, Seal, TrustSummary, Verdict

VERDICTS: Mapping[str, Verdict] = {
    Found.IDENTICAL: "identical",
    Found.WITHIN: "tolerance",
    Found.DIFFERENT: "different",
    Found.NOT_REPEATABLE: "failed",
}
NOT_FULL = "inputs not fully known"
NAMES = {"repeatpass": "the platform", "owner": "the owner"}


def href_of(repeat: Repeat) -> str:
    """The address of a repeat."""
    return f"/repeats/{repeat.id}"


def seal_of(repeat: Repeat | None) -> Seal:
    """The seal that *repeat* gives to what it repeated. It is full only if every input of both runs is known."""
    if repeat is None or repeat.verdict is None:
        return NEVER
    good = repeat.verdict in (Found.IDENTICAL, Found.WITHIN)
    return Seal(
        verdict=VERDICTS[repeat.verdict],
        when=(repeat.finished or repeat.created).date(),
        href=href_of(repeat),
        caveat=NOT_FULL if good and not repeat.full_seal else "",
    )


def series_seal(series: Series, verdicts: Mapping[str, Repeat]) -> Seal:
    """The seal of an indicator: that of the run that made its newest value."""
    return seal_of(verdicts.get(series.latest.run)) if series.latest else NEVER


def person(actor: str) -> str:
    """Who asked, as people say it."""
    return NAMES.get(actor, actor)


def row_of(repeat: Repeat) -> RepeatRow:
    """A repeat as a line of a history."""
    sentence = repeat.summary or "It is under way."
    if repeat.swapped:
        swapped = ", ".join(f"{leg}={value}" for leg, value in repeat.swapped.items())
        sentence = f"With {swapped}: {sentence}"
    when = repeat.finished or repeat.created
    return RepeatRow(seal=seal_of(repeat), when=when, href=href_of(repeat), sentence=sentence, by=person(repeat.actor))


def rows_of(repeats: Iterable[Repeat], limit: int = 12) -> tuple[RepeatRow, ...]:
    """The newest repeats as a history."""
    return tuple(row_of(repeat) for repeat in list(repeats)[:limit])


def summary_of(every: Iterable[Series], verdicts: Mapping[str, Repeat]) -> TrustSummary:
    """How the newest repeats of all current values ended."""
    counts: dict[Verdict, int] = dict.fromkeys((*VERDICTS.values(), "never"), 0)
    dates = []
    for series in every:
        for run, number in series.runs.items():
            seal = seal_of(verdicts.get(run))
            counts[seal.verdict] += number
            dates += [seal.when] if seal.when else []
    return TrustSummary(
        values=sum(counts.values()),
        identical=counts["identical"],
        tolerance=counts["tolerance"],
        different=counts["different"],
        failed=counts["failed"],
        never=counts["never"],
        last=max(dates, default=None),
    )
