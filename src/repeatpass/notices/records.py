"""Notices and the tries to deliver them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit


class NoticeState(StrEnum):
    """How a notice stands."""

    WAITING = "waiting"  # for its first or next try
    DELIVERED = "delivered"  # answered with a status from 200 to 299
    GIVEN_UP = "given up"


def shown(url: str) -> str:
    """Return *url* as it may be shown to anybody: without its query, which may hold a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """One document that is to be POSTed to one address."""

    id: str
    kind: str  # what sends it, such as “callback” or “alert”
    subject: str  # what it is about: a run, an indicator
    url: str
    media_type: str
    body: str
    created: datetime
    state: NoticeState = NoticeState.WAITING
    tries: int = 0
    next_try: datetime | None = None  # None once nothing more is tried
    status: int | None = None  # of the last answer; None where there was none
    error: str = ""  # why the last try failed, in a sentence
    finished: datetime | None = None

    @property
    def shown_url(self) -> str:
        """The address as it may be shown to anybody: without its query, which may hold a secret."""
        return shown(self.url)

    @property
    def sentence(self) -> str:
        """How it stands, for people."""
        tries = f"{self.tries} {'try' if self.tries == 1 else 'tries'}"
        if self.state is NoticeState.DELIVERED:
            return f"Delivered at the {_ordinal(self.tries)} try."
        if self.state is NoticeState.GIVEN_UP:
            return f"Given up after {tries}. {self.error}"
        return f"{tries} so far. {self.error}" if self.tries else "Waiting for its first try."


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """One try to deliver a notice."""

    notice: str
    number: int  # from 1
    at: datetime
    status: int | None  # of the answer; None where there was none
    error: str  # empty where it was delivered


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
