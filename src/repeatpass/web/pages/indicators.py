"""The list of indicators."""

from collections.abc import Mapping

from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages.cards import card_of, kind_of
from repeatpass.web.pages.freshness import mark_of
from repeatpass.web.pages.narrowing import Question, narrow
from repeatpass.web.pages.seals import series_seal
from repeatpass.web.views import IndicatorsPage

DESCRIPTION = "Each is a finding, a series in place and time, and the notebook that makes it."


def indicators_page(desk: Desk, asked: Mapping[str, str]) -> IndicatorsPage:
    """All indicators, narrowed by ``q``, ``theme``, ``agency``, ``satellite``, ``kind``, ``verdict``."""
    every = desk.every()
    verdicts = desk.verdicts(every)
    questions: list[Question[Series]] = [
        Question(name="theme", title="Theme", values=lambda series: series.indicator.themes),
        Question(name="agency", title="Agency", values=lambda series: series.indicator.agencies),
        Question(name="satellite", title="Satellite", values=lambda series: series.indicator.satellites),
        Question(name="sensor", title="Sensor", values=lambda series: series.indicator.sensors),
        Question(name="kind", title="Kind", values=lambda series: [kind_of(series)]),
        Question(name="fresh", title="Freshness", values=lambda series: _fresh(desk, series)),
        Question(name="verdict", title="Newest repeat", values=lambda series: [series_seal(series, verdicts).word]),
    ]
    narrowed = narrow("/indicators", every, questions, asked, _text, "Search indicators")
    return IndicatorsPage(
        title="Indicators",
        path="/indicators",
        description=DESCRIPTION,
        json_href="/indicators.json",
        search=narrowed.search,
        facets=narrowed.facets,
        cards=tuple(card_of(series, verdicts, mark_of(desk, series)) for series in narrowed.found),
        total=len(narrowed.found),
        chosen=narrowed.chosen,
    )


def _fresh(desk: Desk, series: Series) -> list[str]:
    mark = mark_of(desk, series)
    return [mark.word] if mark else []


def _text(series: Series) -> str:
    indicator = series.indicator
    words = (*indicator.themes, *indicator.agencies, *indicator.satellites, *indicator.sensors)
    places = (place.name for place in indicator.places)
    return " ".join((indicator.id, indicator.title, indicator.finding, indicator.description, *words, *places))
