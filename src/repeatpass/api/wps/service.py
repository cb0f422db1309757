"""Does what is asked, in either version: describes, executes, tells how a job stands and what it left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from repeatpass.access import Actor, Right
from repeatpass.api.executing import Executing, Result
from repeatpass.api.wps import describing_v1, describing_v2, documents_v2
from repeatpass.api.wps.asked import (
    AboutJob,
    Asked,
    DescribeProcess,
    Execute,
    GetCapabilities,
    JobOperation,
    Mode,
)
from repeatpass.api.wps.capabilities import capabilities
from repeatpass.api.wps.checks import check_outputs, no_process, trouble_of
from repeatpass.api.wps.delivering import Delivery, Raw, listed
from repeatpass.api.wps.dialect import V1, Dialect
from repeatpass.api.wps.documents_v1 import Story, execute_response
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.kinds import kind_of
from repeatpass.api.wps.remembered import outputs_asked, remembered, to_keep
from repeatpass.api.wps.values import inputs_of
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.core.ids import new_id
from repeatpass.notebooks.processes import Process
from repeatpass.runs.asked import Asked as Kept
from repeatpass.runs.asked import keep_asked
from repeatpass.runs.records import Run, State

SYNC_SECONDS = 3600.0  # how long a client that waits may wait
AUTO_SECONDS = 5.0  # how long one waits that leaves it to us
DISMISS_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One request: who asks, in which version, and under which address (with a slash at its end)."""

    actor: Actor
    dialect: Dialect
    base: str


class Service:
    """WPS over the runs of the house. Every method blocks; routes call it in a thread."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.executing = Executing(house)

    def answer(self, call: Call, asked: Asked) -> bytes | Raw:
        """Return the document or the raw output that answers *asked*; raise WpsError or an error of a room."""
        if isinstance(asked, GetCapabilities):
            return capabilities(call.dialect, asked, self.executing.processes(), call.base)
        if isinstance(asked, DescribeProcess):
            return self._describe(call, asked)
        if isinstance(asked, Execute):
            return self._execute(call, asked)
        return self._about(call, asked)

    def may_execute(self, actor: Actor) -> None:
        """Raise Forbidden unless *actor* may run."""
        actor.require(Right.RUN)

    # describing --------------------------------------------------------------------------------------------

    def _describe(self, call: Call, asked: DescribeProcess) -> bytes:
        described = self._named(asked.processes)
        write = describing_v1.descriptions if call.dialect is V1 else describing_v2.offerings
        return write(described, call.base)

    def _named(self, ids: Sequence[str]) -> list[Process]:
        if any(each.upper() == "ALL" for each in ids):
            return self.executing.processes()
        found, unknown = [], []
        for id in ids:
            try:
                found.append(self.executing.process(id))
            except NotFound:
                unknown.append(id)
        if unknown:
            raise no_process(unknown)
        return found

    # executing ---------------------------------------------------------------------------------------------

    def _execute(self, call: Call, asked: Execute) -> bytes | Raw:
        self.may_execute(call.actor)
        if asked.process.upper() == "ALL":
            raise no_process([asked.process])
        process = self._named([asked.process])[0]
        check_outputs(process, asked)
        id, inputs = new_id(), inputs_of(process, asked.inputs)
        kept = to_keep(id, asked)
        run = self.executing.submit(
            call.actor, process.id, inputs, run_id=id, also=lambda connection: keep_asked(connection, kept)
        )
        if asked.mode is not Mode.ASYNC:
            run = self.house.runs.wait(run.id, SYNC_SECONDS if asked.mode is Mode.SYNC else AUTO_SECONDS)
        if call.dialect is V1 and not (asked.raw and run.state.final):
            return self._response(call, run, located=asked.stored or not run.state.final, lineage=asked.lineage)
        return self._result(call, run) if run.state.final else documents_v2.status_info(run)

    # jobs --------------------------------------------------------------------------------------------------

    def _about(self, call: Call, asked: AboutJob) -> bytes | Raw:
        run = self._run(call, asked.job)
        if asked.operation is JobOperation.GET_RESULT:
            return self._result(call, run)
        return documents_v2.status_info(self._dismissed(call, run) if asked.operation is JobOperation.DISMISS else run)

    def _dismissed(self, call: Call, run: Run) -> Run:
        """Stop a run; one that has ended stays as it is, readable with everything it left."""
        call.actor.require_own(run.actor)
        if run.state.final:
            return run
        self.house.worker.cancel(call.actor, run.id)
        return self.house.runs.wait(run.id, DISMISS_SECONDS)

    def status(self, call: Call, id: str, *, lineage: bool) -> bytes:
        """Return the ExecuteResponse of a job as it now stands (1.0.0), however it was begun."""
        return self._response(call, self._run(call, id), located=True, lineage=lineage)

    def everything(self, call: Call, id: str) -> str:
        """Return the list of what a job left, as JSON; raise WpsError."""
        return listed(self._results(self._run(call, id)), call.base)

    def _run(self, call: Call, id: str) -> Run:
        try:
            return self.house.as_seen_by(call.actor).runs.run(id)
        except NotFound as error:
            raise WpsError("NoSuchJob", error.message, id) from None

    def _result(self, call: Call, run: Run) -> bytes | Raw:
        results, kept = self._results(run), remembered(self.house.runs, run)
        asked = outputs_asked(kept)
        delivery = self._delivery(call, run, kept)
        if kept.response == "raw" and (asked or len(results) == 1):
            return delivery.raw(results, asked)
        return documents_v2.result(run, delivery.pieces(results, asked))

    def _results(self, run: Run) -> list[Result]:
        if not run.state.final:
            text = f"The run is {run.state}; its results are not there yet."
            raise WpsError("ResultNotReady", text, run.id)
        if run.state is not State.SUCCEEDED:
            raise trouble_of(run)
        return self.executing.results(run)

    def _response(self, call: Call, run: Run, *, located: bool, lineage: bool) -> bytes:
        kept = remembered(self.house.runs, run)
        asked = outputs_asked(kept)
        told = Story(run=run, process=self._process(kept.process, run), asked=asked, located=located, lineage=lineage)
        if run.state is State.SUCCEEDED:
            told = replace(told, outputs=self._delivery(call, run, kept).pieces(self._results(run), asked))
        elif run.state.final:
            told = replace(told, trouble=trouble_of(run))
        return execute_response(told, call.base)

    def _delivery(self, call: Call, run: Run, kept: Kept) -> Delivery:
        described = {each.name: kind_of(each.schema) for each in self._process(kept.process, run).outputs}
        return Delivery(files=self.house.files, run=run.id, base=call.base, described=described)

    def _process(self, id: str, run: Run) -> Process:
        """Return the process of a run, or what is known of one that is no longer there."""
        try:
            return self.executing.process(id)
        except NotFound:
            return Process(id=id, title=id, description="", version=run.legs.revision[:12], notebook=run.name)
