"""Bands of restrictions by country as periods of an indicator."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from repeatpass.importing.records import Dropped, Source

LEVELS = {1: ("low", "Low restrictions"), 2: ("high", "High restrictions")}
DAY = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")


def alpha3_of(country: str) -> str:
    """Return the code of three letters for a country's code of two or three (CLDR); empty for none."""
    from babel.core import get_global

    code = country.strip().upper()
    if len(code) == 3:
        return code
    aliases = get_global("territory_aliases")
    longer = (name for name, known in aliases.items() if len(name) == 3 and name.isalpha() and list(known) == [code])
    return next(iter(sorted(longer)), "")


def periods_of(
    sources: Sequence[Source], countries: Sequence[str], code: str
) -> tuple[list[dict[str, Any]], list[Dropped]]:
    """Return the periods of the one country of an indicator's places, and what is left out and why.

    An indicator's periods hold for all its places, so those of several countries are not taken; global series have none.
    """
    named = sorted({alpha3_of(each) or each for each in countries if each and each.lower() != "all"})
    if not sources or not named:
        return [], []
    if len(named) > 1:
        reason = f"{code} has places in {', '.join(named)}, and an indicator's periods hold for all its places."
        return [], [Dropped(file=each.name, field=", ".join(named), reason=reason) for each in sources]
    made: list[dict[str, Any]] = []
    dropped: list[Dropped] = []
    for source in sources:
        for number, band in enumerate(json.loads(source.content).get(named[0], ()), start=1):
            period, reason = _period(band, named[0])
            made += [period] if period and period not in made else []
            dropped += [Dropped(file=source.name, field=named[0], reason=reason, line=number)] if reason else []
    return sorted(made, key=lambda each: str(each["start"])), dropped


def _period(band: dict[str, Any], country: str) -> tuple[dict[str, Any] | None, str]:
    start, end = str(band.get("start") or "")[:10], str(band.get("end") or "")[:10]
    if not DAY.fullmatch(start) or not DAY.fullmatch(end):
        return None, f"A period needs a start and an end; this has “{start or 'none'}” and “{end or 'none'}”."
    if end <= start:
        return None, f"The period ends on {end} and begins on {start}."
    if band.get("value") not in LEVELS:
        return None, f"Its value is {band.get('value')!r}; known are 1 (low) and 2 (high)."
    kind, label = LEVELS[band["value"]]
    return {"start": start, "end": end, "label": f"{label} ({country})", "kind": f"restriction-{kind}"}, ""


def countries_in(text: str) -> Iterator[str]:
    """Yield the countries of a field that holds one, or a list of them."""
    for each in re.split(r"[,;|]", text.strip("[]")):
        if plain := each.strip().strip("'\""):
            yield plain
