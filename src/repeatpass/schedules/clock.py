"""The one clock of the house: threads that wake when something is due, or when they are told that something happened."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from repeatpass.core.loops import LONGEST_S, TROUBLE_S, Loop
from repeatpass.core.times import now
from repeatpass.schedules.lease import Lease
from repeatpass.schedules.ticking import Ticking

log = logging.getLogger(__name__)
UNDER_WAY_S = 5.0  # between two looks at what is under way; news of it come sooner


Errand = Callable[[], datetime | None]  # does what is due of something, and says when the next of it is


def every(seconds: float, step: Callable[[], object], now: Callable[[], datetime] = now) -> Errand:
    """Make an errand of a step that is to be done again and again."""
    due = [datetime.min.replace(tzinfo=UTC)]

    def errand() -> datetime:
        if now() >= due[0]:
            step()
            due[0] = now() + timedelta(seconds=seconds)
        return due[0]

    return errand


class Clock:
    """Carries out schedules, and runs errands beside them that may take a while: letters, looks at data elsewhere.

    Of several servers on one database the one that holds the lease does; the others look every two seconds whether it
    is theirs.
    """

    def __init__(
        self, lease: Lease, ticking: Ticking, errands: Sequence[Errand] = (), now: Callable[[], datetime] = now
    ) -> None:
        self.lease = lease
        self.ticking = ticking
        self.errands = errands
        self.now = now
        self._loops = (Loop("clock", self.tick), Loop("errands", self.run_errands))

    def start(self) -> None:
        """Begin to look at the time."""
        for loop in self._loops:
            loop.start()

    def wake(self) -> None:
        """Look now: something has happened."""
        for loop in self._loops:
            loop.wake()

    def stop(self) -> None:
        """End, and let another server go on at once."""
        for loop in self._loops:
            loop.stop()
        try:
            self.lease.give_back()
        except Exception:  # the database is away: the lease ends by itself
            log.exception("The lease of the clock could not be given back")

    def tick(self) -> float:
        """Do what is due, if it is ours to do; return the seconds until the next look."""
        if not self.lease.held():
            return self.lease.renewed_every_s
        self.ticking.pass_once()
        pause = UNDER_WAY_S if self.ticking.open() else LONGEST_S
        return min(pause, self.lease.renewed_every_s, self._until(self.ticking.next_due()))

    def run_errands(self) -> float:
        """Run the errands that are due, one after the other; one that fails keeps no other from its turn."""
        pause = LONGEST_S if self.lease.leading else TROUBLE_S
        for errand in self.errands if self.lease.leading else ():
            try:
                pause = min(pause, self._until(errand()))
            except Exception:
                log.exception("An errand failed")
                pause = TROUBLE_S
        return pause

    def _until(self, due: datetime | None) -> float:
        return LONGEST_S if due is None else (due - self.now()).total_seconds()
