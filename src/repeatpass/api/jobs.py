"""Jobs of OGC API – Processes: runs, seen through the standard's eyes."""

from typing import Any

from fastapi import APIRouter, Request

from repeatpass.api.executing import Executing
from repeatpass.api.job_facts import job_facts
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.core.times import iso
from repeatpass.runs.records import Run, State
from repeatpass.runs.room import Wanted

STATUS = {
    State.QUEUED: "accepted",
    State.RUNNING: "running",
    State.SUCCEEDED: "successful",
    State.FAILED: "failed",
    State.CRASHED: "failed",
    State.CANCELLED: "dismissed",
}
RESULTS = "http://www.opengis.net/def/rel/ogc/1.0/results"


def jobs_router(house: House) -> APIRouter:
    """Return the routes under /ogc/jobs."""
    router = APIRouter(prefix="/ogc", tags=["jobs"])

    @router.get("/jobs")
    def jobs(limit: int = 50, offset: int = 0, processID: str = "", status: str = "") -> dict[str, Any]:  # noqa: N803
        states = tuple(state for state, word in STATUS.items() if word in status.split(","))
        if status and not states:
            raise Invalid(f"Unknown status {status}; choose among {', '.join(sorted(set(STATUS.values())))}.")
        wanted = Wanted(states=states, notebook=processID, limit=max(1, min(limit, 1000)), offset=max(0, offset))
        found, total = house.runs.page(wanted)
        links = [{"href": "/ogc/jobs", "rel": "self", "type": "application/json"}]
        return {"jobs": [status_info(run) for run in found], "links": links, "numberMatched": total}

    @router.get("/jobs/{id}", name="job")
    @router.get("/processes/{process}/jobs/{id}")
    def job(id: str) -> dict[str, Any]:
        run = _run(house, id)
        return status_info(run) | job_facts(house, run)

    @router.get("/jobs/{id}/results")
    def results(id: str) -> dict[str, Any]:
        return results_of(Executing(house), _run(house, id))

    @router.delete("/jobs/{id}")
    def dismiss(id: str, request: Request) -> dict[str, Any]:
        _run(house, id)
        house.worker.cancel(request.state.actor, id)
        return status_info(house.runs.wait(id, timeout=10))

    return router


def _run(house: House, id: str) -> Run:
    try:
        return house.runs.run(id)
    except NotFound as error:
        raise NotFound(error.message, ogc="job") from None


def status_info(run: Run) -> dict[str, Any]:
    """Return a run as statusInfo (18-062r2, 7.12), with the two times that the eodash v5 client reads."""
    times = {"created": run.created, "started": run.started, "finished": run.finished}
    known = {name: iso(moment) for name, moment in times.items() if moment}
    known |= {"updated": iso(run.finished or run.started or run.created)}
    eodash = {"job_start_datetime": known.get("started"), "job_end_datetime": known.get("finished")}
    return {
        "jobID": run.id,
        "processID": run.legs.notebook,
        "type": "process",
        "status": STATUS[run.state],
        "message": run.message or f"The run is {run.state}.",
        **known,
        **{name: moment for name, moment in eodash.items() if moment},
        **({"progress": 100} if run.state is State.SUCCEEDED else {}),
        "links": _links(run),
    }


def _links(run: Run) -> list[dict[str, str]]:
    # eodash takes the second link for the results, whatever its relation says.
    return [
        {"href": f"/ogc/jobs/{run.id}", "rel": "self", "type": "application/json"},
        {"href": f"/ogc/jobs/{run.id}/results", "rel": RESULTS, "type": "application/json"},
        {"href": f"/runs/{run.id}", "rel": "alternate", "type": "text/html"},
    ]


def results_of(executing: Executing, run: Run) -> dict[str, Any]:
    """Return the outputs of a run by name, by reference; see `Executing.results` for what is raised."""
    return {
        result.name: {"href": result.href, "type": result.media_type, "title": result.title}
        for result in executing.results(run)
    }
