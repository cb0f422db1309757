"""The front page."""

from collections import Counter
from collections.abc import Sequence

from repeatpass.web.addresses import with_query
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages.cards import card_of
from repeatpass.web.pages.charting import chart_of
from repeatpass.web.pages.freshness import mark_of
from repeatpass.web.pages.proof import proof_of
from repeatpass.web.pages.seals import summary_of
from repeatpass.web.views import HomePage, Theme

DESCRIPTION = "Earth-observation indicators whose every value can be made again."


def home_page(desk: Desk) -> HomePage:
    """One finding told large, the others, the themes, and how trust works with its numbers."""
    every = desk.every()
    verdicts = desk.verdicts(every)
    lead = lead_of(every)
    latest = lead.latest if lead else None
    return HomePage(
        title="Repeatpass",
        path="/",
        description=DESCRIPTION,
        json_href="/home.json",
        lead=card_of(lead, verdicts, mark_of(desk, lead)) if lead else None,
        lead_chart=chart_of(desk, lead, latest.place, None, beside=True) if lead and latest else None,
        lead_passport=proof_of(desk, latest)[:4] if latest else (),
        findings=tuple(
            card_of(series, verdicts, mark_of(desk, series)) for series in every if series is not lead and series.values
        ),
        themes=themes_of(every),
        trust=summary_of(every, verdicts) if any(series.values for series in every) else None,
    )


def lead_of(every: Sequence[Series]) -> Series | None:
    """The indicator told large: one with values, a map, annotated periods, and one place to look at."""
    told = [series for series in every if series.values]

    def order(series: Series) -> tuple[bool, int, int]:
        return (series.indicator.map is None, -len(series.indicator.periods), len(series.by_place))

    return min(told, key=order, default=None)


def themes_of(every: Sequence[Series]) -> tuple[Theme, ...]:
    """The themes, the fullest first."""
    counts = Counter(theme for series in every for theme in series.indicator.themes)
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(Theme(title=theme, href=with_query("/indicators", theme=theme), count=n) for theme, n in ordered)
