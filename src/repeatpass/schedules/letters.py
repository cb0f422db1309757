"""Letters: alerts by e-mail, kept until a mail server has taken them or they were given up after two days."""

import logging
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import sqlalchemy as sa

from repeatpass.core.times import now
from repeatpass.schedules.alerts import Alert, Alerts, Told, alert_of
from repeatpass.schedules.store import alerts

log = logging.getLogger(__name__)
TIMEOUT_S = 15.0
FIRST_S = 30.0
LONGEST_S = 3600.0
GIVE_UP = timedelta(days=2)
SUBJECTS = {Told.STALE: "Stale", Told.FRESH: "Fresh again", Told.HELD: "Values wait for a person"}


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    """Who takes our letters."""

    host: str
    port: int = 587
    user: str = ""
    password: str = ""
    sender: str = ""  # address that letters come from
    starttls: bool = True


@dataclass(frozen=True, slots=True)
class Letters:
    """Sends the letters that are due."""

    alerts: Alerts
    server: MailServer
    now: Callable[[], datetime] = now

    def send_due(self) -> datetime | None:
        """Send what is due, oldest first; return when something is due next. A server that fails is left alone a while."""
        for alert in self._due():
            after = self._sent(alert)
            self._keep(after)
            if after.error:
                break
        query = sa.select(sa.func.min(alerts.c.next_try))
        with self.alerts.database.read() as connection:
            found: datetime | None = connection.execute(query).scalar()
        return found

    def _due(self) -> list[Alert]:
        query = sa.select(alerts).where(alerts.c.next_try <= self.now()).order_by(alerts.c.created).limit(50)
        with self.alerts.database.read() as connection:
            return [alert_of(row) for row in connection.execute(query).mappings()]

    def _sent(self, alert: Alert) -> Alert:
        try:
            self._send(alert)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            said = f"{type(error).__name__}: {error}"[:500]
            log.warning("The letter of alert %s could not be sent: %s", alert.id, said)
            pause = timedelta(seconds=min(FIRST_S * 2 ** min(alert.tries, 10), LONGEST_S))
            following = None if self.now() + pause > alert.created + GIVE_UP else self.now() + pause
            return replace(alert, tries=alert.tries + 1, error=said, next_try=following)
        return replace(alert, tries=alert.tries + 1, error="", next_try=None, mailed=self.now())

    def _send(self, alert: Alert) -> None:
        with smtplib.SMTP(self.server.host, self.server.port, timeout=TIMEOUT_S) as smtp:
            if self.server.starttls:
                smtp.starttls(context=ssl.create_default_context())
            if self.server.user:
                smtp.login(self.server.user, self.server.password)
            smtp.send_message(self.letter(alert))

    def letter(self, alert: Alert) -> EmailMessage:
        """The letter of an alert; its id stays the same, so that a second one is known as the same."""
        made, body = EmailMessage(), self.alerts.body(alert)
        sender = self.server.sender or f"repeatpass@{self.server.host}"
        made["From"], made["To"] = sender, alert.email
        made["Subject"] = f"{SUBJECTS[alert.kind]}: {alert.indicator}"
        made["Date"] = format_datetime(alert.created)
        made["Message-ID"] = f"<{alert.id}.alert@{sender.partition('@')[2] or make_msgid()}>"
        made["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in return
        made.set_content(f"{alert.sentence}\n\n{body['page']}\n")
        return made

    def _keep(self, alert: Alert) -> None:
        known = {name: getattr(alert, name) for name in ("mailed", "next_try", "tries", "error")}
        with self.alerts.database.write() as connection:
            connection.execute(alerts.update().where(alerts.c.id == alert.id).values(**known))
