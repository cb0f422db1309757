"""Routes are found by the first segment of a path as if all of them were tried."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient
from starlette.routing import NoMatchFound

from repeatpass.api.segments import first_segment, sort_routes


def application(*, sort: bool) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    things, others, outer = APIRouter(prefix="/things"), APIRouter(), APIRouter()

    @things.get("")
    def listed() -> str:
        return "listed"

    @things.get("/{id}")
    def thing(id: str) -> str:
        return f"thing {id}"

    @things.post("/{id}")
    def changed(id: str) -> str:
        return f"changed {id}"

    @others.get("/")
    def home() -> str:
        return "home"

    @others.get("/things.json")
    def twin() -> str:
        return "twin"

    @others.get("/things/{id}/more")
    def more(id: str) -> str:
        return f"more of {id}"

    @others.get("/slashed/")
    def slashed() -> str:
        return "slashed"

    outer.include_router(things)
    for router in (outer, others):
        app.include_router(router)
    if sort:
        sort_routes(app)
    return app


ASKED = [
    ("GET", "/"), ("GET", "/things"), ("GET", "/things/"), ("GET", "/things.json"), ("GET", "/things/a"),
    ("POST", "/things/a"), ("DELETE", "/things/a"), ("POST", "/things"), ("GET", "/things/a/more"), ("GET", "/none"),
    ("GET", "/things/a/none"), ("GET", "/slashed"), ("GET", "/slashed/"), ("GET", "//things/a"), ("GET", "/thing"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_each_address_is_answered_as_without_sorting(method: str, path: str) -> None:
    answers = []
    for sort in (True, False):
        client = TestClient(application(sort=sort), follow_redirects=False)
        answer = client.request(method, path)
        answers.append((answer.status_code, answer.text, answer.headers.get("location"), answer.headers.get("allow")))
    assert answers[0] == answers[1]


def test_a_route_that_may_begin_anyhow_is_tried_for_every_path() -> None:
    app = application(sort=False)

    @app.get("/{anything}/else")
    def something(anything: str) -> str:
        return f"else {anything}"

    sort_routes(app)
    client = TestClient(app)
    assert [client.get(path).json() for path in ("/things/else", "/new/else")] == ["thing else", "else new"]


def test_routes_are_found_by_their_names() -> None:
    assert application(sort=True).url_path_for("more", id="a") == "/things/a/more"
    with pytest.raises(NoMatchFound):
        application(sort=True).url_path_for("none")


def test_the_first_segment_ends_at_a_slash_or_a_dot() -> None:
    paths = ("/", "", "/runs", "/runs.json", "/runs/a.b/c", "/stac/search")
    assert [first_segment(path) for path in paths] == ["", "", "runs", "runs", "runs", "stac"]
