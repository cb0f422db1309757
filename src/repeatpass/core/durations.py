"""Durations as ISO 8601 writes them: P1M, P40D, PT6H. A month is a month, not thirty days."""

import re
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from repeatpass.core.errors import Invalid

FORM = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?"
    r"(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?"
)
NAMES = ("years", "months", "weeks", "days", "hours", "minutes", "seconds")


def parse_duration(text: str, field: str = "The duration") -> relativedelta:
    """Read an ISO 8601 duration; raise Invalid, naming *field*, for anything else and for one of no length.

    What is returned can be added to a moment: P1M after 31 January is the last day of February.
    """
    match = FORM.fullmatch(text.strip())
    parts = {name: int(count) for name, count in zip(NAMES, match.groups(), strict=True) if count} if match else {}
    if not any(parts.values()):
        raise Invalid(f"{field} “{text}” is not a duration; write it as P1M, P7D or PT6H.")
    return relativedelta(**parts)


def seconds_of(text: str, field: str = "The duration") -> float:
    """Return a duration in seconds; one with months or years, as long as it is from January 2001 on."""
    start = datetime(2001, 1, 1)
    end: datetime = start + parse_duration(text, field)
    return (end - start) / timedelta(seconds=1)
