"""The worker: takes runs from the queue, has the runner carry them out, and keeps what they leave."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

import sqlalchemy as sa

from repeatpass.access import Actor
from repeatpass.core.errors import Exhausted, Invalid, RepeatpassError, Unavailable
from repeatpass.core.times import now
from repeatpass.runs.claiming import UNLIMITED, Capacity
from repeatpass.runs.execution import Outcome
from repeatpass.runs.folder import Folders, Kept
from repeatpass.runs.masking import masks_for
from repeatpass.runs.presence import Presence
from repeatpass.runs.records import Provenance, Run, State, WrongState
from repeatpass.runs.room import Runs
from repeatpass.runs.runner import Runner

log = logging.getLogger(__name__)
NOTHING = Kept(provenance=Provenance(outputs=(), inputs=(), unrecorded=()), log="", executed="")
UNKEPT = "What this run left could not be kept; the server's log says why."
ADOPT_S = 10.0  # how often a living worker looks for what a dead one left
PATIENCE_S = 2.0  # between two tries to keep what a run left, on a full disk
T = TypeVar("T")
WAIT_S = 2.0  # for the end of a run, between two questions whether it is to be cancelled
LEAVE_S = 10.0  # how long a stopping worker waits for its threads


class Prefixes(Protocol):
    """Where the environment and the kit of a run stand on this machine."""

    def prefix(self, digest: str) -> Path:
        """Return the environment's prefix; raise NotFound or Unavailable with a sentence."""

    def kit_folder(self, digest: str) -> Path:
        """Return the kit's folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What a worker asks others before and after a run."""

    capacity: Capacity = UNLIMITED
    secrets: Callable[[Run], Mapping[str, str]] = lambda _: {}  # variables that its notebook is told, and nobody else
    environ: Callable[[Run], Mapping[str, str]] = lambda _: {}  # variables that are no secret
    count: Callable[[sa.Connection, Run, Kept], None] = lambda *_: None  # raises Exhausted over the quota
    until: Callable[[Run], datetime | None] = lambda _: None  # until when what it leaves is kept


class Worker:
    """Works on several runs at once, each in a thread that mostly waits.

    Several workers may work on one queue. What one that died had taken is taken up by another of the same home,
    because that is where the runs' folders are.
    """

    def __init__(
        self, presence: Presence, runs: Runs, runner: Runner, folders: Folders, prefixes: Prefixes, slots: int
    ) -> None:
        self.presence = presence
        self.name = ""  # known once it has started
        self.trouble = ""  # why what a run left cannot be kept at present, in a sentence
        self.runs = runs
        self.runner = runner
        self.folders = folders
        self.prefixes = prefixes
        self.slots = slots
        self._news = threading.Semaphore(0)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._attended: set[str] = set()  # the runs that a thread of this worker looks after
        self._adopting = threading.Lock()
        self._adopted = 0.0
        self.when_finished: Callable[[], None] = lambda: None  # the assembly wakes the event log with it
        self.desk: Desk = Desk()  # the assembly says what may be taken, what a run is told, what may be kept

    def start(self) -> None:
        """Take up what dead workers of this home have left, then work on the queue."""
        self.name = self.presence.enter()
        self._adopt()
        for number in range(self.slots):
            self._spawn(f"worker {number}", self._loop)

    def _spawn(self, name: str, target: object) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)  # type: ignore[arg-type]
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def _adopt(self) -> None:
        """Take up the runs of dead workers, at most every ten seconds, by one thread at a time."""
        if time.monotonic() - self._adopted < ADOPT_S or not self._adopting.acquire(blocking=False):
            return
        try:
            dead = self.presence.dead()
            left = self.runs.abandoned(dead, self.presence.alive())
            for run in left:
                if self._takes(run) and self.runs.take_over(run, self.name):
                    self._spawn(f"resume {run.id}", lambda run=run: self._carry_on(run))
            for name in dead - {run.worker for run in left if not self._takes(run)}:
                self.presence.forget(name)
            for run in self.runs.unattended(self.name, self._attended, now() - timedelta(seconds=ADOPT_S)):
                log.warning("Run %s was claimed, but the answer was lost; it is taken up now", run.id)
                self._spawn(f"resume {run.id}", lambda run=run: self._carry_on(run))
            self._adopted = time.monotonic()
        finally:
            self._adopting.release()

    def _takes(self, run: Run) -> bool:
        """Whether this worker is for such runs: parts of batches may have one of their own."""
        return self.desk.capacity.parts in (None, bool(run.batch))

    def wake(self) -> None:
        """Say that there may be a run in the queue; otherwise each thread looks once a second."""
        self._news.release()

    def stop(self) -> None:
        """Take no more runs. Those under way go on in the executor and are taken up at the next start."""
        self._stopping.set()
        for _ in self._threads:
            self._news.release()
        until = time.monotonic() + LEAVE_S
        for thread in self._threads:
            if thread is not threading.current_thread() and thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))
        self.presence.leave()

    def cancel(self, actor: Actor, id: str) -> Run:
        """Stop a run that has begun, or take one out of the queue; return it as it now stands."""
        run = self.runs.run(id)
        actor.require_own(run.actor)
        if run.state is State.QUEUED:
            try:
                return self.runs.cancel_queued(actor, id)
            except WrongState:  # a worker took it between the look and the change: stop it as one that runs
                run = self.runs.run(id)
        if run.state.final:
            raise WrongState(f"Run {id} is {run.state} already.", run=id)
        self.runs.ask_to_cancel(actor, id)  # its worker may live elsewhere, or be just about to start it
        if run.ticket:
            self.runner.stop(run.ticket)
        return run

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self._adopt()
                run = self.runs.claim(self.name, self.desk.capacity)
            except Unavailable as error:
                log.warning("The queue cannot be worked on: %s", error.message)
                run = None
                self._stopping.wait(PATIENCE_S)
            except Exception:
                log.exception("The queue cannot be read")
                run = None
                self._stopping.wait(PATIENCE_S)
            if run is None:
                self._news.acquire(timeout=1)
            else:
                self._work_on(run)

    def _work_on(self, run: Run) -> None:
        with self._attending(run):
            self._begin(run)

    @contextmanager
    def _attending(self, run: Run) -> Iterator[None]:
        self._attended.add(run.id)
        try:
            yield
        finally:
            self._attended.discard(run.id)

    def _begin(self, run: Run) -> None:
        legs = run.legs
        try:
            request = self.folders.prepare(
                run, self.prefixes.prefix(legs.environment), self.prefixes.kit_folder(legs.kit)
            )
            secrets = self.desk.secrets(run)
            request = replace(
                request, environ={**request.environ, **self.desk.environ(run), **secrets}, secrets=tuple(secrets)
            )
            ticket = self.runner.start(request, self.folders.of(run.id))
            self._patiently(run, lambda: self.runs.keep_ticket(run.id, ticket))
        except Exception as error:
            self._crash(run, error)
            return
        self._see_through(run, ticket)

    def _carry_on(self, run: Run) -> None:
        with self._attending(run):
            if run.ticket:
                self._see_through(run, run.ticket)
            else:  # the worker died between the claim and the ticket; the runner begins nothing twice
                self._begin(run)

    def _see_through(self, run: Run, ticket: str) -> None:
        try:
            outcome = self._outcome(run, ticket)
        except Exception as error:
            self._crash(run, error)
            return
        if outcome is not None:
            self._keep(run, outcome)

    def _outcome(self, run: Run, ticket: str) -> Outcome | None:
        """Wait for the end of a run; None if this worker stops before."""
        found = self.runner.wait(ticket, timeout=WAIT_S)
        while not isinstance(found, Outcome):
            if self._stopping.is_set():
                return None
            if self._asked_to_cancel(run):
                self.runner.stop(ticket)
            found = self.runner.wait(ticket, timeout=WAIT_S)
        return found

    def _asked_to_cancel(self, run: Run) -> bool:
        try:
            return bool(self.runs.asked_to_cancel(run.id))
        except (Unavailable, sa.exc.OperationalError):  # the database is away; the run need not end for that
            return False

    def _keep(self, run: Run, outcome: Outcome) -> None:
        try:
            secrets = self._patiently(run, lambda: self.desk.secrets(run))
            if secrets is None:
                return
            masks = masks_for(run.parameters, secrets)
            kept = self._patiently(run, lambda: self.folders.take_out(run, masks=masks))
        except Invalid as error:  # the work was done, but what it says of its outputs is wrong
            kept = self._patiently(run, lambda: self.folders.take_out(run, outputs=False))
            outcome = replace(outcome, state="failed", message=masks.text(error.message))
        except Exception as error:
            self._crash(run, error)
            return
        if kept is None:
            return
        state, message = State(outcome.state), outcome.message
        if state is State.CANCELLED and (who := self.runs.asked_to_cancel(run.id)):
            message = f"Cancelled by {who}. {message}"
        ended = replace(_finished(run, state, outcome, message, kept), kept_until=self.desk.until(run))
        self._end(ended, kept)

    def _crash(self, run: Run, error: Exception) -> None:
        log.error("Run %s crashed: %s", run.id, traceback.format_exc(), extra={"run": run.id})
        self._end(run.to(State.CRASHED, finished=now(), message=_sentence(error)))

    def _end(self, run: Run, kept: Kept = NOTHING) -> None:
        def count(connection: sa.Connection) -> None:
            self.desk.count(connection, run, kept)

        try:
            if self._patiently(run, lambda: self.runs.finish(run, kept.provenance, count)) is None:
                return
        except Exhausted as error:  # the log and the notebook say what was done; what it left finds no room
            rest = self._patiently(run, lambda: self.folders.take_out(run, outputs=False))
            if rest is not None:
                self._end(replace(run, state=State.FAILED, message=error.message), rest)
            return
        except WrongState:  # another worker was first, with the same outcome
            return
        except Exception as error:  # such as a name that the database does not take: end the run all the same
            log.exception("The outcome of run %s cannot be kept", run.id, extra={"run": run.id})
            if run.message != UNKEPT:
                self._end(replace(run, state=State.CRASHED, message=UNKEPT, failure=None))
            self.trouble = _sentence(error)
            return
        log.info("Run %s %s: %s", run.id, run.state, run.message, extra={"run": run.id})
        self.folders.remove(run.id)
        self.when_finished()

    def _patiently(self, run: Run, keep: Callable[[], T]) -> T | None:
        """Try until the disk and the database can take what a run left; None if this worker stops before.

        Nothing is lost then: the run's folder stays, and whoever takes the run up tries again.
        """
        while True:
            try:
                kept = keep()
            except (Unavailable, sa.exc.OperationalError) as error:
                self.trouble = f"What run {run.id} left cannot be kept yet. {_sentence(error)}"
                log.warning(self.trouble, extra={"run": run.id})
                if self._stopping.wait(PATIENCE_S):
                    return None
            else:
                self.trouble = ""
                return kept


def _sentence(error: Exception) -> str:
    if isinstance(error, RepeatpassError):
        return error.message
    if isinstance(error, OSError):
        return f"The run's folder could not be written: {error.strerror or error}. Free some space, then run it again."
    return f"The machine failed: {error}."


def _finished(run: Run, state: State, outcome: Outcome, message: str, kept: Kept) -> Run:
    return run.to(
        state,
        finished=now(),
        message=message,
        failure=outcome.failure,
        usage=outcome.usage,
        limits_by=outcome.limits_by,
        isolation=outcome.isolation,
        log=kept.log,
        executed=kept.executed,
    )
