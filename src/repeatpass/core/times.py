"""Times: always with a zone, always UTC inside the house."""

from datetime import UTC, date, datetime

from repeatpass.core.errors import Invalid


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """Return *moment* in UTC; refuse one without a zone, because it could mean anything."""
    if moment.tzinfo is None:
        raise Invalid(f"The time {moment.isoformat()} has no zone; add one, such as Z for UTC.")
    return moment.astimezone(UTC)


def parse_time(text: str) -> datetime:
    """Read an ISO 8601 date or date-time; a date, or a time without zone, is taken as UTC.

    Also reads the reduced forms ``2026-05`` and ``2026``, meaning their first moment.
    Raise Invalid for anything else.
    """
    text = text.strip()
    padded = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    try:
        moment = datetime.fromisoformat(padded)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # an offset can lead out of the years 1 to 9999
        raise Invalid(f"“{text}” is not a time; write it as 2026-05-03 or 2026-05-03T12:00:00Z.") from None


def iso(moment: datetime) -> str:
    """Write *moment* as ISO 8601 UTC, without a fraction where there is none: 2026-05-03T12:00:00Z."""
    return in_utc(moment).isoformat().replace("+00:00", "Z")


def iso_short(moment: datetime) -> str:
    """Write *moment* as a date where it is midnight UTC, as a date-time otherwise."""
    text = iso(moment)
    return text.removesuffix("T00:00:00Z")


def words(moment: datetime | date) -> str:
    """Write a date for people: 3 May 2026."""
    return f"{moment.day} {moment:%B %Y}"
