"""The worker: takes runs from the queue, has the runner carry them out, and keeps what they leave."""

import logging
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from repeatpass.access import Actor
from repeatpass.core.errors import RepeatpassError
from repeatpass.core.times import now
from repeatpass.runs.execution import Outcome
from repeatpass.runs.folder import Folders, Kept
from repeatpass.runs.records import Provenance, Run, State, WrongState
from repeatpass.runs.room import Runs
from repeatpass.runs.runner import Runner

log = logging.getLogger(__name__)
NOTHING = Provenance(outputs=(), inputs=(), unrecorded=())


class Prefixes(Protocol):
    """Where the environment and the kit of a run stand on this machine."""

    def prefix(self, digest: str) -> Path:
        """Return the environment's prefix; raise NotFound or Unavailable with a sentence."""

    def kit_folder(self, digest: str) -> Path:
        """Return the kit's folder."""


class Worker:
    """Works on several runs at once, each in a thread that mostly waits."""

    def __init__(self, name: str, runs: Runs, runner: Runner, folders: Folders, prefixes: Prefixes, slots: int) -> None:
        self.name = name
        self.runs = runs
        self.runner = runner
        self.folders = folders
        self.prefixes = prefixes
        self.slots = slots
        self._news = threading.Semaphore(0)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._cancelled: dict[str, str] = {}
        self.when_finished: Callable[[], None] = lambda: None  # the assembly wakes the event log with it

    def start(self) -> None:
        """Take up what was left by an earlier life of this worker, then work on the queue."""
        for run in self.runs.held_by(self.name):
            self._spawn(f"resume {run.id}", lambda run=run: self._carry_on(run))
        for number in range(self.slots):
            self._spawn(f"worker {number}", self._loop)

    def _spawn(self, name: str, target: object) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)

    def wake(self) -> None:
        """Say that there may be a run in the queue; otherwise each thread looks once a second."""
        self._news.release()

    def stop(self) -> None:
        """Take no more runs. Those under way go on in the executor and are taken up at the next start."""
        self._stopping.set()
        for _ in self._threads:
            self._news.release()

    def cancel(self, actor: Actor, id: str) -> Run:
        """Stop a run that has begun, or take one out of the queue; return it as it now stands."""
        run = self.runs.run(id)
        actor.require_own(run.actor)
        if run.state is State.QUEUED:
            return self.runs.cancel_queued(actor, id)
        if run.state.final:
            raise WrongState(f"Run {id} is {run.state} already.", run=id)
        self._cancelled[id] = actor.name
        if run.ticket:
            self.runner.stop(run.ticket)
        return run

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                run = self.runs.claim(self.name)
            except Exception:
                log.exception("The queue cannot be read")
                run = None
                self._stopping.wait(1)
            if run is None:
                self._news.acquire(timeout=1)
            else:
                self._work_on(run)

    def _work_on(self, run: Run) -> None:
        try:
            legs = run.legs
            request = self.folders.prepare(
                run, self.prefixes.prefix(legs.environment), self.prefixes.kit_folder(legs.kit)
            )
            ticket = self.runner.start(request, self.folders.of(run.id))
            self.runs.keep_ticket(run.id, ticket)
        except Exception as error:
            self._crash(run, error)
            return
        self._see_through(run, ticket)

    def _carry_on(self, run: Run) -> None:
        if run.ticket:
            self._see_through(run, run.ticket)
        else:
            self._end(
                run.to(State.CRASHED, finished=now(), message="The server stopped while this run was being started; "
                "nothing was executed to its end. Run it again.")
            )  # fmt: skip

    def _see_through(self, run: Run, ticket: str) -> None:
        try:
            outcome = None
            if run.id in self._cancelled:  # asked for between the claim and the ticket
                self.runner.stop(ticket)
            while not isinstance(outcome, Outcome):
                if self._stopping.is_set():
                    return
                outcome = self.runner.wait(ticket, timeout=2)
            self._keep(run, outcome)
        except Exception as error:
            self._crash(run, error)

    def _keep(self, run: Run, outcome: Outcome) -> None:
        state = State(outcome.state)
        kept = self.folders.take_out(run)
        message = outcome.message
        if state is State.CANCELLED and (who := self._cancelled.pop(run.id, "")):
            message = f"Cancelled by {who}. {message}".strip()
        self._end(_finished(run, state, outcome, message, kept), kept.provenance)

    def _crash(self, run: Run, error: Exception) -> None:
        log.error("Run %s crashed: %s", run.id, traceback.format_exc())
        sentence = error.message if isinstance(error, RepeatpassError) else f"The machine failed: {error}."
        self._end(run.to(State.CRASHED, finished=now(), message=sentence))

    def _end(self, run: Run, provenance: Provenance = NOTHING) -> None:
        for _ in range(60):  # a full disk or a database that is away must not lose the outcome
            try:
                self.runs.finish(run, provenance)
                self.folders.remove(run.id)
                self.when_finished()
                return
            except WrongState:
                return
            except Exception:
                log.exception("The outcome of run %s cannot be kept yet", run.id)
                if self._stopping.wait(2):
                    return


def _finished(run: Run, state: State, outcome: Outcome, message: str, kept: Kept) -> Run:
    return run.to(
        state,
        finished=now(),
        message=message,
        failure=outcome.failure,
        usage=outcome.usage,
        limits_by=outcome.limits_by,
        log=kept.log,
        executed=kept.executed,
    )
