"""A runner that hands runs to a Dask cluster; on whichever worker a run lands, the executor of that machine carries it out.

The task does little but wait, so it leaves the worker's thread to others; how many run at once is ruled by the
resources CPU and MEMORY where the workers declare them, by threads where they do not. What counts is the outcome in
the run's folder, which server and workers must both see; futures are hints. A worker that is killed has its task begun
again elsewhere, which finds the run going on; a scheduler that is lost is given the task again once it is back.
"""

import json
import logging
import os
import socket
import time
from concurrent.futures import CancelledError
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repeatpass.compute.cluster import Cluster
from repeatpass.core.errors import RepeatpassError, Unavailable
from repeatpass.runs.execution import OUTCOME_FILE, ExecutionRequest, Outcome, Progress, read_outcome, write_json
from repeatpass.runs.masking import secret_names
from repeatpass.runs.runner import LocalRunner

if TYPE_CHECKING:
    from distributed import Client, Future

log = logging.getLogger(__name__)
STOP_FILE, PLACE_FILE, JOURNAL = "stop", "place.json", "log.jsonl"
CPU, MEMORY = "CPU", "MEMORY"
CALM_S = 1.0  # between two tries to reach a scheduler, and two looks at a task of an earlier life
LOST_S = 60.0  # how long the outcome of a run may take to appear that no scheduler knows of any more
IN_CLEAR = (
    "This part was not sent to the Dask scheduler at {address}, because what travels there can be read on the way, and "
    "the part would be told what is secret ({names}). Use a scheduler at a tls:// address, or do without the secrets."
)
LOST = "The cluster lost this run, and nothing is known of its end. Run it again."


class DaskRunner:
    """See Runner. *home* is where the executor of this machine has its files; *options* are those of LocalRunner."""

    def __init__(self, cluster: Cluster, home: Path, **options: Any) -> None:
        self.cluster, self.home, self.options = cluster, home, options
        self._jobs: dict[str, ExecutionRequest] = {}
        self._futures: dict[str, Future[Any]] = {}
        self._lost: dict[str, float] = {}
        self._known: tuple[float, int] = (0.0, 0)

    def start(self, job: ExecutionRequest, folder: Path) -> str:
        """See Runner. Where the scheduler does not answer, the run is handed over as soon as it does."""
        folder = folder.resolve()
        if read_outcome(folder) is None and not self._withheld(job, folder):
            self._jobs[job.run] = job
            with suppress(Unavailable):
                self._submit(job, folder)
        return json.dumps({"runner": "dask", "run": job.run, "folder": str(folder)})

    def _withheld(self, job: ExecutionRequest, folder: Path) -> bool:
        """Whether the run is told secrets that must not travel: then it ends here, with a sentence."""
        names = [*job.secrets, *secret_names(job.parameters)]
        if not names or self.cluster.is_private:
            return False
        address = self.cluster.given
        _written(folder, IN_CLEAR.format(address=address, names=", ".join(names)), state="failed", needed=True)
        return True

    def look(self, ticket: str) -> Progress | Outcome:
        """See Runner."""
        return self.wait(ticket, 0.0)

    def wait(self, ticket: str, timeout: float) -> Progress | Outcome:
        """See Runner."""
        known = json.loads(ticket)
        run, folder, until = known["run"], Path(known["folder"]), time.monotonic() + timeout
        while True:
            found = read_outcome(folder) or self._told(run, folder, max(0.0, until - time.monotonic()))
            if found is not None:
                self._forget(run)
                return found
            if time.monotonic() >= until:
                return Progress(run=run)

    def stop(self, ticket: str) -> None:
        """See Runner. Leaves word in the run's folder, which the task looks at once a second."""
        with suppress(OSError):
            (Path(json.loads(ticket)["folder"]) / STOP_FILE).touch()

    def room(self) -> int:
        """Return how many runs the cluster may be given at the same time; 0 where it cannot be reached.

        A few more than it can carry out, so that none of its workers waits for the next one.
        """
        if self.cluster.is_own:
            return self.cluster.workers + 1
        if time.monotonic() - self._known[0] > CALM_S * 5:
            try:
                threads = sum(self.cluster.client().nthreads().values())
                self._known = time.monotonic(), max(8, 2 * threads)
            except (Unavailable, OSError, TimeoutError) as error:
                log.warning("The Dask cluster cannot be reached: %s", error)
                self._known = time.monotonic(), 0
        return self._known[1]

    def rest(self) -> None:
        """Hang up while there is nothing to do; our own cluster leaves then, after a while."""
        if not self._jobs:
            self.cluster.close()

    def close(self) -> None:
        """Hang up. What the cluster has, it finishes."""
        self.cluster.close()

    def _told(self, run: str, folder: Path, seconds: float) -> Outcome | None:
        """What the cluster tells of a run within *seconds*; None while that is nothing new."""
        future = self._futures.get(run)
        try:
            if future is None:
                return self._found_again(run, folder, seconds)
            return self._ended(run, future, folder, seconds)
        except Unavailable as error:
            log.warning("Run %s waits for the cluster: %s", run, error.message)
            time.sleep(min(CALM_S, seconds))
        except OSError as error:  # the line was cut
            log.warning("Run %s waits for the cluster: %s", run, error)
            self._renew(run, future)
        return None

    def _ended(self, run: str, future: "Future[Any]", folder: Path, seconds: float) -> Outcome | None:
        # Not `distributed.wait`: it needs the client to be the current one, which sets dask's configuration for every
        # thread, and threads that leave in another order than they came leave it set for ever.
        with suppress(TimeoutError, CancelledError):
            future.exception(timeout=max(seconds, 0.001))
        match future.status:
            case "finished":
                return read_outcome(folder) or Outcome.from_json(future.result(timeout=10))
            case "error":
                return _written(folder, f"The cluster gave the run up: {future.exception(timeout=10)!r}.")
            case "cancelled" | "lost":
                self._renew(run, future)
        return None

    def _renew(self, run: str, future: "Future[Any] | None") -> None:
        """The scheduler has gone or has been restarted: the next look hands the run over again."""
        self._futures.pop(run, None)
        cut = future is not None and (future.client.status != "running" or not self.cluster.present())
        if future is not None and cut:
            self.cluster.renew(future.client)
        time.sleep(0.05)

    def _found_again(self, run: str, folder: Path, seconds: float) -> Outcome | None:
        """A run that no future of this life stands for: hand it over again, or wait for what an earlier life began."""
        if run in self._jobs:
            self._submit(self._jobs[run], folder)
            return None
        if self.cluster.present() and _knows(self.cluster.client(), _key(run)):
            time.sleep(min(CALM_S, seconds))
            return None
        return self._from_earlier(run, folder, seconds)

    def _from_earlier(self, run: str, folder: Path, seconds: float) -> Outcome | None:
        place = _read_place(folder)
        if place and place["host"] == _here():
            runner = LocalRunner(self.home, **self.options)
            try:
                found = runner.wait(place["ticket"], seconds)
            finally:
                runner.close()
            return found if isinstance(found, Outcome) else None
        since = self._lost.setdefault(run, time.monotonic())
        if not (folder / JOURNAL).exists() or time.monotonic() - since > LOST_S:
            return _written(folder, LOST)
        time.sleep(min(CALM_S, seconds))
        return None

    def _submit(self, job: ExecutionRequest, folder: Path) -> None:
        from distributed import fire_and_forget

        client = self.cluster.client()
        place = {"host": _here(), "home": str(self.home), "options": self.options}
        declared = _declared(client)
        future = client.submit(
            carry_out,
            job.to_json(),
            str(folder),
            place,
            bool(declared),
            key=_key(job.run),
            pure=False,
            resources=_resources(job, declared) or None,
        )
        fire_and_forget(future)  # it goes on when this server is killed
        self._futures[job.run] = future

    def _forget(self, run: str) -> None:
        for known in (self._jobs, self._futures, self._lost):
            known.pop(run, None)


def carry_out(job: dict[str, Any], folder: str, place: dict[str, Any], leave_thread: bool) -> dict[str, Any]:
    """What a Dask worker does: has the executor of its machine carry the run out, and waits.

    Doing it twice does it once: the executor begins no run that has begun.
    """
    from distributed import get_worker, secede

    if leave_thread:
        secede()
    here = Path(folder)
    home = Path(place["home"]) if place["host"] == _here() else Path(get_worker().local_directory) / "executor"
    runner = LocalRunner(home, **place["options"])
    try:
        return _carried_out(runner, ExecutionRequest.from_json(job), here).to_json()
    except RepeatpassError as error:
        return _written(here, error.message).to_json()
    finally:
        runner.close()


def _carried_out(runner: LocalRunner, job: ExecutionRequest, folder: Path) -> Outcome:
    place = _read_place(folder)
    if place and place["host"] != _here():  # begun by a worker of another machine: nobody else can look after it
        return _elsewhere(folder)
    if (folder / STOP_FILE).exists() and not place:
        return _written(folder, "It was stopped before its first cell.", state="cancelled")
    ticket = runner.start(job, folder)
    with suppress(OSError):  # a full disk: the run has begun all the same, and is watched from here
        write_json(folder / PLACE_FILE, {"host": _here(), "ticket": ticket})
    while not isinstance(found := runner.wait(ticket, CALM_S), Outcome):
        if (folder / STOP_FILE).exists():
            runner.stop(ticket)
    return found


def _elsewhere(folder: Path) -> Outcome:
    until = time.monotonic() + LOST_S
    while time.monotonic() < until:
        if found := read_outcome(folder):
            return found
        with suppress(OSError):
            until = max(until, time.monotonic() + LOST_S - (time.time() - (folder / JOURNAL).stat().st_mtime))
        time.sleep(CALM_S)
    return _written(folder, LOST)


def _written(folder: Path, message: str, state: Any = "crashed", needed: bool = False) -> Outcome:
    """An outcome that the executor did not write, kept so that every later look says the same.

    Where it is *needed*, raise Unavailable if it cannot be kept.
    """
    if found := read_outcome(folder):
        return found
    outcome = Outcome(state=state, message=message)
    try:
        write_json(folder / OUTCOME_FILE, outcome.to_json())
    except OSError as error:
        if needed:
            raise Unavailable(f"The run's folder cannot be written: {error.strerror}.") from error
    return outcome


def _declared(client: "Client") -> dict[str, float]:
    """The most that one worker declares of each resource; empty where there is none, or none declares any."""
    known = client.scheduler_info(n_workers=-1)
    if "workers" not in known:  # the line was cut just now, or is only just open
        raise Unavailable("The Dask scheduler does not say which workers it has.")
    workers = known["workers"].values()
    found: dict[str, float] = {}
    for worker in workers:
        for name, amount in worker.get("resources", {}).items():
            found[name] = max(amount, found.get(name, 0))
    return {name: amount for name, amount in found.items() if name in (CPU, MEMORY)}


def _resources(job: ExecutionRequest, declared: dict[str, float]) -> dict[str, float]:
    """What a run takes of a worker: what it may use, but no more than any worker has, or it would wait for ever."""
    wanted = {CPU: job.limits.cpus or 1.0, MEMORY: float(job.limits.memory_bytes)}
    return {name: min(wanted[name], amount) for name, amount in declared.items()}


def _knows(client: "Client", key: str) -> bool:
    return bool(client.run_on_scheduler(_has_task, key))


def _has_task(key: str, dask_scheduler: Any = None) -> bool:
    return key in dask_scheduler.tasks


def _key(run: str) -> str:
    return f"run-{run}"


def _read_place(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((folder / PLACE_FILE).read_text())
    except (OSError, ValueError):
        return None
    return found


def _here() -> str:
    """This machine, or this container of it."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        boot = ""
    return f"{socket.gethostname()} {boot} {os.getuid()}"
