"""How the callbacks of a run stand, for its job document and its page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from repeatpass.notices import Notices, Try
from repeatpass.notices.records import shown
from repeatpass.runs.callbacks import Callbacks, callbacks_of

SUCCESS, IN_PROGRESS, FAILED = "successUri", "inProgressUri", "failedUri"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One address that a run tells, and what came of it so far."""

    event: str  # successUri | inProgressUri | failedUri
    url: str  # without its query, which may hold a secret
    state: str  # not due | waiting | delivered | given up
    sentence: str
    next_try: datetime | None = None
    tries: Sequence[Try] = ()


def kind_of(event: str) -> str:
    """Return the kind of the notice by which *event* is told."""
    return f"callback.{event}"


def addresses_of(callbacks: Callbacks) -> list[tuple[str, str]]:
    """Return the events and the addresses that are told of them; empty ones are not told."""
    return [(IN_PROGRESS, callbacks.in_progress), (SUCCESS, callbacks.success), (FAILED, callbacks.failed)]


def standing_of(notices: Notices, run: str) -> list[Standing]:
    """Return how each callback of *run* stands; none where nobody is told."""
    callbacks = callbacks_of(notices.database, run)
    return [] if callbacks is None else list(_standing(notices, run, callbacks))


def _standing(notices: Notices, run: str, callbacks: Callbacks) -> Iterator[Standing]:
    for event, url in addresses_of(callbacks):
        sent = notices.of(run, kind_of(event)) if url else []
        if sent:
            yield Standing(
                event=event,
                url=sent[0].shown_url,
                state=str(sent[0].state),
                sentence=sent[0].sentence,
                next_try=sent[0].next_try,
                tries=notices.tries(sent[0].id),
            )
        elif url:
            yield Standing(event=event, url=shown(url), state="not due", sentence="Sent if the run gets there.")
