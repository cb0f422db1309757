"""Values that rest on inputs which have other bytes now: which, and how that is said."""

from collections.abc import Mapping, Sequence

from repeatpass.web import words
from repeatpass.web.desk import Desk, Series

NAMED = 3  # inputs that are named in a sentence; all are in the JSON


def changed_of(desk: Desk, series: Series) -> Mapping[str, Sequence[str]]:
    """For each run that made a current value and read files that have changed since, which those are.

    Worked out once for these values and the data that there are now.
    """
    stamp = desk.house.contexts.everything()
    return series.once(f"changed {stamp}", lambda: desk.house.scheduling.news.changed_inputs(series.id))


def count_words(desk: Desk, series: Series) -> str:
    """How many current values rest on such files, in a sentence; empty if none does."""
    count = sum(series.runs[run] for run in changed_of(desk, series))
    if not count:
        return ""
    return f"{words.plural(count, 'value')} {'rests' if count == 1 else 'rest'} on inputs that have changed since."


def since_words(names: Sequence[str]) -> str:
    """What has changed since, in a sentence; empty if nothing has."""
    if not names:
        return ""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    subject = "An input has" if len(names) == 1 else f"{len(names)} inputs have"
    return f"{subject} changed since: {', '.join(names[:NAMED])}{more}."
