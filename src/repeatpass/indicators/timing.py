"""When an indicator's notebook is executed, and how it is told what to compute: the fields ``schedule`` and ``update``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from repeatpass.core.durations import parse_duration, seconds_of
from repeatpass.core.errors import Invalid

CRON = "minute, hour, day of the month, month, day of the week, such as “30 6 * * 1-5”"
LEAST_EVERY_S = 60.0  # a source elsewhere is asked at most once a minute
LONGEST_JITTER_S = 86_400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Data elsewhere that are looked at now and then: a collection of a STAC API, or one address."""

    url: str
    collection: str = ""  # of a STAC API; empty: the address itself is what may change
    every: str = "PT1H"  # ISO 8601 duration between two looks

    @property
    def name(self) -> str:
        """What is looked at, for people."""
        return f"{self.collection} of {self.url}" if self.collection else self.url


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """When something is done: at times of a clock, when new data arrive, or both."""

    cron: str = ""  # five fields
    timezone: str = "UTC"  # IANA name; the fields of *cron* are this zone's
    every: str = ""  # ISO 8601 duration; instead of *cron*
    jitter: str = ""  # ISO 8601 duration: at most so much later, always the same for one schedule
    collections: Sequence[str] = ()  # local ones, whose new versions are new data
    sources: Sequence[Source] = ()  # elsewhere
    paused: bool = False

    @property
    def by_clock(self) -> bool:
        """Whether the clock has anything to do with it."""
        return bool(self.cron or self.every)


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """By which parameters a notebook takes what it is to compute; an empty name: it has none for that."""

    place: str = ""  # takes the id of a place, or a list of them
    start: str = ""  # takes the first time, an ISO 8601 date
    end: str = ""  # takes the time that is the first not to be computed
    every: str = ""  # ISO 8601 duration: the longest stretch that one run takes
    since: datetime | None = None  # the first time that is expected; None: the first that there is


def timing_of(given: Any) -> Timing | None:
    """Read the field ``schedule``: a cron expression, or an object; None where there is none."""
    if not given:
        return None
    if isinstance(given, str):
        return Timing(cron=given)
    plain = {name: given[name] for name in ("cron", "timezone", "jitter", "paused") if given.get(name) is not None}
    data = given.get("on_new_data") or ()
    return Timing(
        **plain,
        collections=tuple(each for each in data if isinstance(each, str)),
        sources=tuple(Source(**each) for each in data if isinstance(each, Mapping)),
    )


def taking_of(given: Mapping[str, Any] | None) -> Taking | None:
    """Read the field ``update``."""
    if not given:
        return None
    since = given.get("since")
    moment = datetime.fromisoformat(since).replace(tzinfo=UTC) if since else None
    return Taking(**{name: given[name] for name in ("place", "start", "end", "every") if given.get(name)}, since=moment)


def problems_of(body: Mapping[str, Any]) -> list[str]:
    """Say what of ``schedule``, ``update`` and ``repeat`` a schema cannot see: each names the field and the value."""
    found = []
    for field, check in (("schedule", _check_schedule), ("update", _check_update), ("repeat", _check_repeat)):
        try:
            check(body)
        except Invalid as error:
            found.append(f"{field}: {error.message.rstrip('.')}")
    return found


def _check_schedule(body: Mapping[str, Any]) -> None:
    if (timing := timing_of(body.get("schedule"))) is not None:
        check_timing(timing)


def _check_update(body: Mapping[str, Any]) -> None:
    taking = taking_of(body.get("update"))
    if taking is None:
        return
    if not body.get("cadence") and (taking.start or taking.end):
        raise Invalid("start and end need the indicator's cadence, from which the expected times are known")
    if taking.end and not taking.start:
        raise Invalid("end needs start")
    if taking.every:
        parse_duration(taking.every, "every")


def _check_repeat(body: Mapping[str, Any]) -> None:
    if body.get("repeat") and body["repeat"] != "never":
        parse_duration(body["repeat"], "the time between two repeats")


def check_timing(timing: Timing) -> None:
    """Raise Invalid for a timing that cannot be kept, naming the value and what would be right."""
    if not (timing.by_clock or timing.collections or timing.sources):
        raise Invalid("It says neither when (cron) nor upon what (on_new_data) to begin; give at least one.")
    check_zone(timing.timezone)
    if timing.cron:
        check_cron(timing.cron)
    if timing.every and seconds_of(timing.every, "every") < LEAST_EVERY_S:
        raise Invalid(f"every “{timing.every}” is less than a minute; write PT1M or more.")
    if timing.jitter and seconds_of(timing.jitter, "jitter") > LONGEST_JITTER_S:
        raise Invalid(f"jitter “{timing.jitter}” is longer than a day; PT10M is plenty.")
    for source in timing.sources:
        _check_source(source)


def check_cron(cron: str) -> None:
    """Raise Invalid unless *cron* is an expression of five fields that comes true some day."""
    try:
        if len(cron.split()) != 5:
            raise CronSimError(f"It has {len(cron.split())} fields")
        next(CronSim(cron, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration, RecursionError) as error:
        why = str(error) or "it never comes true"
        raise Invalid(f"cron “{cron}” cannot be read ({why}); it has five fields: {CRON}.") from None


def check_zone(name: str) -> None:
    """Raise Invalid unless *name* is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # unknown ones are a KeyError, odd ones a ValueError, folders an OSError
        raise Invalid(f"timezone “{name}” is not known; write an IANA name such as Europe/Rome, or UTC.") from None


def _check_source(source: Source) -> None:
    if not source.url.startswith(("http://", "https://")):
        raise Invalid(f"on_new_data.url “{source.url}” is not an http or https address.")
    if seconds_of(source.every, "on_new_data.every") < LEAST_EVERY_S:
        raise Invalid(f"on_new_data.every “{source.every}” is less than a minute; write PT1M or more.")
