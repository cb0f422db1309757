"""Alerts: an indicator has become stale, or is fresh again, or has values that wait for a person. Each is told once.

Everybody can read them in the Atom feeds; the owner is told by webhook, through the outbox of notices, and by letter.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from repeatpass.core.errors import RepeatpassError
from repeatpass.core.ids import new_id
from repeatpass.core.times import iso, now
from repeatpass.indicators.freshness import Freshness, State, freshness_of
from repeatpass.indicators.records import Indicator
from repeatpass.indicators.room import Indicators
from repeatpass.notices import Notices
from repeatpass.schedules.store import alerts
from repeatpass.storage import events
from repeatpass.storage.database import Database

log = logging.getLogger(__name__)
LOOK = timedelta(minutes=1)  # between two looks at how fresh everything is


class Told(StrEnum):
    """What an alert says."""

    STALE = "stale"
    FRESH = "fresh"
    HELD = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """One thing that the owner of an indicator is told."""

    id: str
    indicator: str
    kind: Told
    sentence: str
    created: datetime
    newest: datetime | None = None  # time of the newest value then
    email: str = ""
    mailed: datetime | None = None
    next_try: datetime | None = None
    tries: int = 0
    error: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reaching:
    """How owners are reached, beside what an indicator says itself."""

    webhook: str = ""
    letters: bool = False  # whether a mail server is known
    again: timedelta = timedelta(days=7)  # after which what is still stale is told again
    address: str = ""  # where the house's pages are


@dataclass(slots=True)
class Alerts:
    """Looks at how fresh indicators are, and tells when that changes."""

    database: Database
    indicators: Indicators
    notices: Notices
    reaching: Reaching = field(default_factory=Reaching)
    now: Callable[[], datetime] = now
    _next: datetime | None = None

    def freshness(self) -> dict[str, Freshness]:
        """Return how fresh each live indicator is now."""
        newest, moment = self.indicators.newest_times(), self.now()
        found = ((each, freshness_of(each, newest.get(each.id), moment)) for each in self.indicators.every())
        return {indicator.id: fresh for indicator, fresh in found if fresh is not None}

    def look_around(self) -> datetime | None:
        """Tell what has become stale or fresh again, at most once a minute; return when to look next."""
        moment = self.now()
        if self._next is None or moment >= self._next:
            self._look(moment)
            self._next = moment + LOOK
        return self._next

    def look_again(self) -> None:
        """Look at the next opportunity: something has been delivered or released."""
        self._next = None

    def _look(self, moment: datetime) -> None:
        last = self._last()
        for id, fresh in self.freshness().items():
            told = last.get(id)
            if fresh.state is State.STALE and fresh.newest is not None and self._is_to_be_told(told, moment):
                self._tell(id, Told.STALE, fresh)
            elif fresh.state is State.FRESH and told is not None and told.kind is Told.STALE:
                self._tell(id, Told.FRESH, fresh)

    def _is_to_be_told(self, told: Alert | None, moment: datetime) -> bool:
        return told is None or told.kind is Told.FRESH or moment - told.created >= self.reaching.again

    def _last(self) -> dict[str, Alert]:
        """The newest word on each indicator's freshness."""
        found = self.recent(limit=100_000, kinds=(Told.STALE, Told.FRESH))
        return {alert.indicator: alert for alert in reversed(found)}

    def _tell(self, id: str, kind: Told, fresh: Freshness) -> None:
        verb = "is stale" if kind is Told.STALE else "is fresh again"
        self.tell(self.indicators.indicator(id), kind, f" {verb}. {fresh.sentence}", fresh.newest)

    def delivered(self, indicator: str, run: str) -> None:
        """Tell that a delivery left values that wait for a person; once for each delivery."""
        self.look_again()
        found = next((each for each in self.indicators.deliveries(indicator) if each.run == run), None)
        if found is not None and found.held:
            what = "1 value waits" if found.held == 1 else f"{found.held} values wait"
            self.tell(self.indicators.indicator(indicator), Told.HELD, f": {what} for a person.", key=run)

    def tell(
        self, indicator: Indicator, kind: Told, sentence: str, newest: datetime | None = None, key: str = ""
    ) -> None:
        """Keep an alert, and everything by which it is told, in one transaction. With *key* it is told once."""
        alert = self._made(indicator, kind, f"{indicator.title}{sentence}", newest)
        alert = replace(alert, id=key or alert.id)
        with self.database.write() as connection:
            if connection.execute(sa.select(alerts.c.id).where(alerts.c.id == alert.id)).first() is not None:
                return
            connection.execute(alerts.insert().values(**asdict(alert)))
            events.record(connection, "alert.told", indicator.id, alert=alert.id, kind=kind)
            self._notice(connection, indicator, alert)
        log.info(alert.sentence)

    def _made(self, indicator: Indicator, kind: Told, sentence: str, newest: datetime | None) -> Alert:
        moment = self.now()
        email = (indicator.alerts.get("email") or indicator.contact) if self.reaching.letters else ""
        return Alert(
            id=new_id(), indicator=indicator.id, kind=kind, sentence=sentence, created=moment, newest=newest,
            email=email, next_try=moment if email else None,
        )  # fmt: skip

    def _notice(self, connection: sa.Connection, indicator: Indicator, alert: Alert) -> None:
        for url in sorted({indicator.alerts.get("webhook", ""), self.reaching.webhook} - {""}):
            try:
                self.notices.send(
                    "alert",
                    url,
                    self.body(alert),
                    subject=indicator.id,
                    key=f"{alert.id} {url}"[:200],
                    connection=connection,
                )
            except RepeatpassError as error:  # an address that may not be told: the alert itself is kept
                log.warning("%s cannot be told of an alert: %s", url, error.message)

    def body(self, alert: Alert) -> dict[str, Any]:
        """What a webhook receives."""
        page = f"/indicators/{alert.indicator}" + ("/held" if alert.kind is Told.HELD else "")
        return {
            "id": alert.id,
            "kind": str(alert.kind),
            "indicator": alert.indicator,
            "sentence": alert.sentence,
            "time": iso(alert.created),
            "newest": iso(alert.newest) if alert.newest else None,
            "page": f"{self.reaching.address}{page}",
        }

    def recent(self, indicator: str = "", limit: int = 50, kinds: Sequence[Told] = tuple(Told)) -> list[Alert]:
        """List the newest alerts, of one indicator or of all."""
        query = sa.select(alerts).where(alerts.c.kind.in_(kinds)).order_by(alerts.c.created.desc(), alerts.c.id.desc())
        narrowed = query.where(alerts.c.indicator == indicator) if indicator else query
        with self.database.read() as connection:
            return [alert_of(row) for row in connection.execute(narrowed.limit(limit)).mappings()]


def alert_of(row: Any) -> Alert:
    """Return the alert that a row keeps."""
    return Alert(**{**row, "kind": Told(row["kind"])})
