"""Jobs of OGC API – Processes: runs, seen through the standard's eyes."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from repeatpass.api.addresses import FORMS, addresses
from repeatpass.api.answers import RESULTS, chosen_of, document, raw, raw_wanted
from repeatpass.api.callbacks import absolute
from repeatpass.api.documents import Pages, answer, link
from repeatpass.api.executing import Executing
from repeatpass.api.job_facts import job_facts
from repeatpass.api.job_list import STATUS, wanted_jobs
from repeatpass.api.negotiating import HTML, accepted, wants_html
from repeatpass.api.notebook_process import EXECUTE_NOTEBOOK
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.core.times import iso
from repeatpass.runs.asked import Asked
from repeatpass.runs.records import Run, State
from repeatpass.runs.room import Wanted

DISMISS_S = 10.0  # how long a dismissal waits for the run to have ended
KEPT = "The run had ended already: it is {status}, and stays readable with everything it left."


def jobs_router(house: House, pages: Pages) -> APIRouter:
    """Return the routes under /ogc/jobs."""
    router, executing = APIRouter(prefix="/ogc", tags=["jobs"]), Executing(house)

    @router.get("/jobs")
    def jobs(request: Request) -> Response:
        wanted = wanted_jobs(request)
        found, total = house.as_seen_by(request.state.actor).runs.page(wanted)
        asked = house.runs.asked([run.id for run in found])
        listed = [status_info(run, asked.get(run.id)) for run in found]
        body = {"jobs": listed, "links": _paging(request, wanted, total), "numberMatched": total}
        return answer(request, pages, "jobs", "Jobs", body | {"numberReturned": len(listed)})

    @router.get("/jobs/{id}", name="job")
    @router.get("/processes/{process}/jobs/{id}")
    def job(id: str, request: Request) -> Response:
        run = _run(house, request, id)
        body = status_of(house, run) | job_facts(house, run)
        return answer(request, pages, "job", f"Job {id}", body, linked=False)

    @router.get("/jobs/{id}/results")
    @router.get("/processes/{process}/jobs/{id}/results")
    def results(id: str, request: Request) -> Response:
        run = _run(house, request, id)
        if wants_html(request):
            return answer(request, pages, "results", f"Results of job {id}", results_of(executing, run), linked=False)
        # A request that left the form open gets what a client that polls expects: the document.
        return answer_results(executing, run, request, usual="document")

    @router.delete("/jobs/{id}")
    @router.delete("/processes/{process}/jobs/{id}")
    def dismiss(id: str, request: Request) -> Response:
        run = _run(house, request, id)
        request.state.actor.require_own(run.actor)
        if run.state.final:
            message = run.message if run.state is State.CANCELLED else KEPT.format(status=STATUS[run.state])
            return answer(
                request, pages, "job", f"Job {id}", status_of(house, run) | {"message": message}, linked=False
            )
        house.worker.cancel(request.state.actor, id)
        ended = house.runs.wait(id, timeout=DISMISS_S)
        return answer(request, pages, "job", f"Job {id}", status_of(house, ended), linked=False)

    return router


def _run(house: House, request: Request, id: str) -> Run:
    try:
        return house.as_seen_by(request.state.actor).runs.run(id)
    except NotFound as error:
        raise NotFound(error.message, ogc="job") from None


def _paging(request: Request, wanted: Wanted, total: int) -> list[dict[str, str]]:
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("offset", "limit")]

    def page(offset: int, rel: str) -> dict[str, str]:
        query = urlencode([*kept, ("limit", wanted.limit), ("offset", offset)])
        return link(f"{request.url.path}?{query}", rel)

    before = [page(max(0, wanted.offset - wanted.limit), "prev")] if wanted.offset else []
    return before + ([page(wanted.offset + wanted.limit, "next")] if wanted.offset + wanted.limit < total else [])


def status_of(house: House, run: Run) -> dict[str, Any]:
    """Return how *run* stands, under the process that was asked for."""
    return status_info(run, house.runs.asked([run.id]).get(run.id))


def status_info(run: Run, asked: Asked | None = None) -> dict[str, Any]:
    """Return a run as statusInfo (18-062r2, 7.12), with the two times that the eodash v5 client reads."""
    times = {"created": run.created, "started": run.started, "finished": run.finished}
    known = {name: iso(moment) for name, moment in times.items() if moment}
    known |= {"updated": iso(run.finished or run.started or run.created)}
    # One that waits has a start, too: eodash draws no list of jobs where one of them has none.
    eodash = {"job_start_datetime": known.get("started", known["created"]), "job_end_datetime": known.get("finished")}
    return {
        "jobID": run.id,
        "processID": _process(run, asked),
        "type": "process",
        "status": STATUS[run.state],
        "message": run.message or f"The run is {run.state}.",
        **known,
        **{name: moment for name, moment in eodash.items() if moment},
        **({"progress": 100} if run.state is State.SUCCEEDED else {}),
        "links": _links(run),
    }


def _process(run: Run, asked: Asked | None) -> str:
    if asked is not None:
        return asked.process
    return EXECUTE_NOTEBOOK if run.legs.notebook.startswith("workspace/") else run.legs.notebook


def _links(run: Run) -> list[dict[str, str]]:
    # eodash takes the second link for the results, whatever its relation says; no link leads to results not there yet.
    here = f"/ogc/jobs/{run.id}"
    then = link(f"{here}/results", RESULTS) if run.state is State.SUCCEEDED else link(here, "monitor")
    return [
        link(here, "self"),
        then,
        link(f"{here}?f=html", "alternate", HTML, "This job as a page"),
        link(f"/runs/{run.id}", "related", HTML, "The run, with its log and its passport"),
    ]


def results_of(executing: Executing, run: Run) -> dict[str, Any]:
    """Return the results document of a run; see `Executing.results` for what is raised."""
    asked = executing.house.runs.asked([run.id]).get(run.id)
    chosen = chosen_of(executing.results(run), asked.outputs if asked else None)
    return document(chosen, executing.house.files.read)


def answer_results(
    executing: Executing, run: Run, request: Request, *, usual: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with the results of a run in the form that was asked for when it was begun, or else in the *usual* one."""
    house, base = executing.house, str(request.base_url)
    asked = house.runs.asked([run.id]).get(run.id)
    chosen = chosen_of(executing.results(run), asked.outputs if asked else None)
    response = (asked.response if asked else "") or usual
    if response in FORMS:
        return JSONResponse(addresses([each.result for each in chosen], base, response), headers=dict(headers or {}))
    if not raw_wanted(chosen, response, lambda media_type: accepted(request, media_type)):
        found = absolute(document(chosen, house.files.read), base)
        where = {"Content-Location": f"{base}ogc/jobs/{run.id}/results"}
        return JSONResponse(found, headers={"Vary": "Accept", **where, **(headers or {})})
    monitor = {"Link": f'<{base}ogc/jobs/{run.id}>; rel=monitor; type="application/json"'}
    return raw(chosen, base, house.files.read, {"Vary": "Accept", **monitor, **(headers or {})})
