"""How fresh an indicator is, as a mark with a word and a date."""

from repeatpass.indicators.freshness import Freshness, State, freshness_of
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages import saying
from repeatpass.web.views import Freshness as Mark

WORDS = {State.FRESH: "Fresh", State.LATE: "Late", State.STALE: "Stale"}


def freshness(desk: Desk, series: Series) -> Freshness | None:
    """How fresh an indicator is now; None for a closed record."""
    newest = max((value.time for value in series.values if value.value is not None), default=None)
    return freshness_of(series.indicator, newest, desk.house.scheduling.alerts.now())


def mark_of(desk: Desk, series: Series) -> Mark | None:
    """The mark for cards and pages."""
    found = freshness(desk, series)
    if found is None:
        return None
    when = saying.time_words(found.newest, series.indicator.cadence) if found.newest else ""
    return Mark(state=found.state.value, word=WORDS[found.state], newest=when, sentence=found.sentence)
