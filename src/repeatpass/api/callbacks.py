"""Callbacks: whoever starts a job may be told of its states (18-062r2, 7.14), reliably and without being a way in."""

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, RepeatpassError
from repeatpass.core.times import iso
from repeatpass.notices import Notices
from repeatpass.runs.callbacks import Callbacks, callbacks_of
from repeatpass.runs.follow import ENDED
from repeatpass.runs.records import Run, State
from repeatpass.runs.room import BEGAN
from repeatpass.runs.standing import FAILED, IN_PROGRESS, SUCCESS, Standing, addresses_of, kind_of, standing_of
from repeatpass.storage.events import Event

log = logging.getLogger(__name__)
NEWS = {BEGAN, ENDED}
# The earlier platform's names for the same, beside the inputs.
EARLIER = {"success-uri": SUCCESS, "success_uri": SUCCESS, "failed-uri": FAILED, "failed_uri": FAILED}
Document = Callable[[Run], Any]


def subscriber_of(body: Mapping[str, Any], base: str, notices: Notices) -> Callbacks | None:
    """Return whom the asker of an execute request wants to be told, None if nobody.

    *base* is this house's address as the asker knows it. Raise Invalid, naming the field, for what is no address, and
    Forbidden for one that notices may not go to.
    """
    given = body.get("subscriber", {key: body[name] for name, key in EARLIER.items() if name in body}) or {}
    if not isinstance(given, Mapping):
        raise Invalid("“subscriber” must be an object with successUri, inProgressUri and failedUri.")
    if unknown := sorted(str(key) for key in set(given) - {SUCCESS, IN_PROGRESS, FAILED}):
        raise Invalid(f"Unknown in subscriber: {', '.join(unknown)}; it takes {SUCCESS}, {IN_PROGRESS} and {FAILED}.")
    told = {key: _address(key, value, notices) for key, value in given.items() if value}
    if not told:
        return None
    return Callbacks(
        success=told.get(SUCCESS, ""), in_progress=told.get(IN_PROGRESS, ""), failed=told.get(FAILED, ""), base=base
    )


def _address(key: str, value: Any, notices: Notices) -> str:
    if not isinstance(value, str):
        raise Invalid(f"subscriber.{key} must be an http or https address.")
    return notices.messenger.targets.check(value, f"subscriber.{key}")


class Telling:
    """Sends the standard's documents when runs change their state: *status* of how one stands, *results* of what it left."""

    def __init__(self, house: House, status: Document, results: Document) -> None:
        self.house = house
        self.status = status
        self.results = results

    def join(self) -> None:
        """Have the house tell of every run that begins or ends."""
        self.house.events.join("callbacks.tell", NEWS, self.tell)

    def tell(self, event: Event) -> None:
        """Send what somebody wanted to be told of; hearing of one event twice sends nothing twice."""
        callbacks = callbacks_of(self.house.database, event.subject)
        if callbacks is None:
            return
        run = self.house.runs.run(event.subject)
        key = IN_PROGRESS if event.name == BEGAN else SUCCESS if run.state is State.SUCCEEDED else FAILED
        url = dict(addresses_of(callbacks))[key]
        if not url:
            return
        body = absolute(self.results(run) if key == SUCCESS else self.status(run), callbacks.base)
        try:
            self.house.notices.send(kind_of(key), url, body, subject=run.id, key=f"{run.id}/{key}")
        except RepeatpassError as error:  # the setting was narrowed since the run was asked for
            log.warning("Callback %s of run %s is not sent: %s", key, run.id, error.message)


def absolute(document: Any, base: str) -> Any:
    """Return *document* with each ``href`` an address that works from elsewhere, too."""
    if isinstance(document, Mapping):
        return {
            key: urljoin(base, value) if key == "href" and isinstance(value, str) else absolute(value, base)
            for key, value in document.items()
        }
    return [absolute(each, base) for each in document] if isinstance(document, list | tuple) else document


def callback_facts(house: House, run: str) -> list[dict[str, Any]]:
    """Return how each callback of a run stands, for its job document."""
    return [_fact(each) for each in standing_of(house.notices, run)]


def _fact(standing: Standing) -> dict[str, Any]:
    known = {
        "event": standing.event,
        "uri": standing.url,
        "state": standing.state,
        "message": standing.sentence,
    }
    if standing.state == "not due":
        return known
    tries = [
        {"number": each.number, "at": iso(each.at), "httpStatus": each.status, "error": each.error}
        for each in standing.tries
    ]
    return known | {"nextTry": iso(standing.next_try) if standing.next_try else None, "tries": tries}
