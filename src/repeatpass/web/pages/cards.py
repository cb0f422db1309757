"""An indicator as a card of a list."""

from collections.abc import Mapping

from repeatpass.verification.records import Repeat
from repeatpass.web.desk import Series
from repeatpass.web.pages import saying
from repeatpass.web.pages.charting import place_name, spark_of
from repeatpass.web.pages.seals import series_seal
from repeatpass.web.views import Freshness, IndicatorCard


def kind_of(series: Series) -> str:
    """What there is to look at."""
    times = series.once("times", lambda: len({value.time for value in series.values}))
    parts = (["Map"] if series.indicator.map else []) + (["time series"] if times > 1 else [])
    words = " and ".join(parts) or "Value"
    return words[0].upper() + words[1:]


def where_of(series: Series) -> str:
    """The place, or how many there are."""
    places = list(series.by_place) or [place.id for place in series.indicator.places]
    if len(places) > 1:
        return f"{len(places)} places"
    return place_name(series.indicator, places[0]) if places else ""


def span_of(series: Series) -> str:
    """From when to when."""
    return series.once("span", lambda: saying.span_words([value.time for value in series.values]))


def card_of(series: Series, verdicts: Mapping[str, Repeat], fresh: Freshness | None = None) -> IndicatorCard:
    """The finding first, then the number, the line, the proof."""
    indicator = series.indicator
    digits = saying.digits_in(series)
    span = span_of(series)
    return IndicatorCard(
        href=f"/indicators/{indicator.id}",
        title=indicator.title,
        finding=" ".join(indicator.finding.split()),
        themes=tuple(indicator.themes),
        kind=kind_of(series),
        where=where_of(series),
        latest=saying.reading_of(indicator, series.latest, digits),
        seal=series_seal(series, verdicts),
        sparkline=series.once("spark", lambda: spark_of(series)),
        picture=_picture(series),
        span=span,
        status=saying.status_words(indicator, ""),
        fresh=fresh,
    )


def _picture(series: Series) -> str:
    """The map, for an indicator with one time only: there is no line to draw."""
    if series.indicator.map is None or series.latest is None or len({value.time for value in series.values}) > 1:
        return ""
    return f"/indicators/{series.id}/frames/still.png"
