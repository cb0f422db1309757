"""An indicator that becomes stale is told of once: by webhook, by letter, in the feeds; and again when it is fresh."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from repeatpass.indicators.freshness import State, freshness_of
from repeatpass.runs.records import Purpose
from repeatpass.schedules.alerts import Alert, Told
from tests.houses import PUBLISH
from tests.schedules.clocks import Timed, eventually, timed_house
from tests.served import free_port

pytestmark = pytest.mark.slow

LIVE: dict[str, Any] = {"status": "live", "cadence": "P1M", "max_age": "P75D"}
JANUARY = PUBLISH.format(rows='{"place": ["here"], "time": ["2026-01-01"], "value": [1.5]}')
MARCH = PUBLISH.format(rows='{"place": ["here"], "time": ["2026-03-01"], "value": [1.5]}')
HELD = PUBLISH.format(rows='{"place": ["here"], "time": ["2026-01-01"], "value": [99.0]}')


class Receiver:
    """A webhook that fails as often as it is told to, and keeps what it receives."""

    def __init__(self) -> None:
        self.failing, self.bodies, kept = 0, list[Any](), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.failing -= 1
                self.send_response(503 if kept.failing >= 0 else 204)
                self.end_headers()
                if kept.failing < 0:
                    kept.bodies.append(json.loads(body))

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Mailbox:
    """What a mail server received."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(envelope)
        return "250 Taken"


@dataclass(frozen=True)
class Reached:
    """A house that has a webhook and a mail server to tell; the mail server is not up yet."""

    timed: Timed
    receiver: Receiver
    port: int

    def named(self, id: str) -> Timed:
        self.timed.put_away()
        return replace(self.timed, id=id)


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reached]:
    receiver, port = Receiver(), free_port()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False}
    known = mail | {"smtp_from": "house@repeatpass.example", "alert_webhook": receiver.url}
    with timed_house(tmp_path_factory.mktemp("reached") / "home", **known) as timed:
        yield Reached(timed, receiver, port)
    receiver.close()


def updated(timed: Timed, cells: str, **definition: Any) -> None:
    timed.schedule(cells, **definition)
    house = timed.house
    run = house.submitting.submit(house.owner, timed.id, purpose=Purpose.UPDATE, subject=timed.id)
    house.runs.wait(run.id, 60)
    assert house.collecting.collect(run.id) is not None
    assert eventually(lambda: house.events.waiting() == 0)


def errands(timed: Timed) -> None:
    timed.tick()
    timed.house.scheduling.clock.run_errands()


def told(timed: Timed) -> list[Alert]:
    return timed.house.scheduling.alerts.recent(timed.id)


def test_a_stale_indicator_is_told_of_once_and_again_after_a_while_and_when_it_is_fresh(reached: Reached) -> None:
    timed, receiver = reached.named("stale"), reached.receiver
    receiver.failing = 1
    updated(timed, JANUARY, **LIVE)
    errands(timed)
    assert told(timed) == []  # 1 March: the value of February is not complete before
    timed.time.moment = datetime(2026, 4, 1, tzinfo=UTC)
    for _ in range(3):
        timed.time.forward(minutes=5)
        errands(timed)
    assert [(each.kind, each.sentence) for each in told(timed)] == [
        (Told.STALE, "Warmth is stale. The newest value is of 1 January 2026, "
         "older than this record allows since 17 March 2026."),
    ]  # fmt: skip
    timed.time.forward(days=7)
    errands(timed)
    assert [each.kind for each in told(timed)] == [Told.STALE, Told.STALE]
    updated(timed, MARCH, **LIVE)
    timed.time.forward(minutes=5)
    errands(timed)
    assert [each.kind for each in told(timed)] == [Told.FRESH, Told.STALE, Told.STALE]

    def received() -> list[str]:
        return sorted(body["kind"] for body in receiver.bodies if body["page"].endswith("/indicators/stale"))

    assert eventually(lambda: received() == ["fresh", "stale", "stale"], 120)  # although it failed at first


def test_letters_wait_until_the_mail_server_is_back(reached: Reached) -> None:
    timed, mailbox = reached.named("posted"), Mailbox()
    updated(timed, JANUARY, **LIVE)
    timed.time.moment = datetime(2026, 4, 1, tzinfo=UTC)
    errands(timed)
    errands(timed)
    (alert,) = told(timed)
    assert (alert.email, alert.mailed, alert.tries) == ("tests@repeatpass.example", None, 1)
    assert "Connection refused" in alert.error
    server = Controller(mailbox, hostname="127.0.0.1", port=reached.port)
    server.start()
    timed.time.forward(minutes=2)
    errands(timed)
    errands(timed)
    server.stop()
    (letter,) = (each for each in mailbox.letters if b"posted" in each.content)
    assert letter.rcpt_tos == ["tests@repeatpass.example"]
    text = letter.content.decode()
    assert "Subject: Stale: posted" in text
    assert "/indicators/posted" in text
    assert told(timed)[0].mailed is not None


def test_held_values_are_told_of_once_for_each_delivery(timed: Timed) -> None:
    updated(timed, HELD, **LIVE)
    found = told(timed)
    assert [(each.kind, each.sentence) for each in found] == [(Told.HELD, "Warmth: 1 value waits for a person.")]
    timed.house.scheduling.alerts.delivered(timed.id, found[0].id)
    assert told(timed) == found


def test_a_webhook_that_may_not_be_told_keeps_no_alert_from_being_kept(timed: Timed) -> None:
    updated(timed, HELD, **LIVE, alerts={"webhook": "http://user:word@example.org/x"})
    assert [each.kind for each in told(timed)] == [Told.HELD]


def test_freshness_goes_from_fresh_to_late_to_stale(timed: Timed) -> None:
    timed.apply(**LIVE)
    indicator = timed.house.indicators.indicator(timed.id)
    newest = datetime(2026, 1, 1, tzinfo=UTC)

    def state(days: int) -> State | None:
        found = freshness_of(indicator, newest, newest + timedelta(days=days))
        return found.state if found else None

    assert [state(days) for days in (0, 59, 60, 75, 76)] == [
        State.FRESH, State.FRESH, State.LATE, State.LATE, State.STALE,
    ]  # fmt: skip
    timed.apply(status="closed record")
    assert freshness_of(timed.house.indicators.indicator(timed.id), newest, newest) is None
