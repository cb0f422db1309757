"""Deploy, replace and undeploy a notebook as a process, over HTTP, as OGC 20-044 has it."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import nbformat
import pytest
from tests.houses import notebook
from tests.served import Served

from repeatpass.assembly import open_house
from repeatpass.settings import Settings

pytestmark = pytest.mark.xdist_group("api")
PACKAGE = "application/ogcapppkg+json"
NOTEBOOK = "application/x-ipynb+json"
PROCESSES = "/ogc/processes"
TYPES = "http://www.opengis.net/def/exceptions/ogcapi-processes-2/1.0/"
SAY = notebook(
    "import repeatpass\nrepeatpass.output('said.txt').write_text(word * times)", parameters="word = 'a'\ntimes = 1"
)
SAY_TWICE = SAY.replace(b"word * times", b"word * times * 2")


def send(served: Served, method: str, path: str, body: Any = None, kind: str = PACKAGE, token: bool = True) -> Any:
    """Send *body* and return the answer."""
    headers = {"Authorization": f"Bearer {served.token}"} if token else {}
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    if content is not None:
        headers["Content-Type"] = kind
    return httpx.request(method, served.address + path, content=content, headers=headers, timeout=60)


@pytest.fixture
def gone(served: Served) -> Iterator[None]:
    """Undeploy what a test has deployed as “say”."""
    yield
    send(served, "DELETE", f"{PROCESSES}/say")


def package(unit: Any, id: str = "say", **described: Any) -> dict[str, Any]:
    """Return an application package."""
    return {"processDescription": {"id": id, "version": "1"} | described, "executionUnit": unit}


def said(served: Served, **inputs: Any) -> str:
    """Execute “say” and return what it said."""
    ended = served.job(served.ask(f"{PROCESSES}/say/execution", {"inputs": inputs}, Prefer="respond-async")["jobID"])
    assert ended["status"] == "successful", ended
    return httpx.get(f"{served.address}/runs/{ended['jobID']}/outputs/said.txt").text


FORMS = {
    "the notebook as an object": {"value": json.loads(SAY), "mediaType": NOTEBOOK},
    "the notebook as base64": {"value": base64.b64encode(SAY).decode(), "mediaType": NOTEBOOK, "encoding": "base64"},
    "the notebook as text": {"value": SAY.decode()},
    "a list of one unit": [{"unit": json.loads(SAY), "type": NOTEBOOK}],
    "the notebook itself": json.loads(SAY),
}


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize("form", FORMS)
def test_a_package_becomes_a_process_that_can_be_executed(served: Served, form: str) -> None:
    deployed = send(served, "POST", PROCESSES, package(FORMS[form], inputs={"word": {}}))
    assert deployed.status_code == 201, deployed.text
    assert deployed.headers["location"] == f"{served.address}{PROCESSES}/say"
    summary = deployed.json()
    assert (summary["id"], summary["mutable"]) == ("say", True)
    described = httpx.get(deployed.headers["location"]).json()
    assert set(described["inputs"]) == {"word", "times"}
    assert said(served, word="ha", times=3) == "hahaha"


@pytest.mark.usefixtures("gone")
def test_replacing_makes_a_new_revision_and_undeploying_leaves_what_ran(served: Served) -> None:
    assert send(served, "POST", f"{PROCESSES}?id=say", SAY, NOTEBOOK).status_code == 201
    first = served.ask(f"{PROCESSES}/say/execution", {"inputs": {}}, Prefer="respond-async")["jobID"]
    assert served.job(first)["status"] == "successful"
    again = send(served, "POST", PROCESSES, package({"value": json.loads(SAY)}))
    assert (again.status_code, again.json()["type"]) == (409, f"{TYPES}duplicated-process")
    assert send(served, "PUT", f"{PROCESSES}/say", SAY_TWICE, NOTEBOOK).status_code == 204
    assert said(served, word="b") == "bb"
    taken = httpx.get(f"{served.address}{PROCESSES}/say/package")
    assert taken.headers["content-type"] == PACKAGE
    removed = send(served, "DELETE", f"{PROCESSES}/say")
    assert (removed.status_code, removed.content) == (204, b"")
    assert httpx.get(f"{served.address}{PROCESSES}/say").status_code == 404
    assert "say" not in [each["id"] for each in served.ask(PROCESSES)["processes"]]
    refused = send(served, "POST", f"{PROCESSES}/say/execution", {"inputs": {}}, "application/json")
    assert (refused.status_code, "no-such-process" in refused.json()["type"]) == (404, True)
    assert send(served, "PUT", f"{PROCESSES}/say", SAY, NOTEBOOK).status_code == 404
    assert send(served, "DELETE", f"{PROCESSES}/say").status_code == 404
    page = httpx.get(f"{served.address}/notebooks/say", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "Withdrawn on" in page.text and "Run it" not in page.text
    assert served.ask("/notebooks/say.json")["withdrawn"]
    assert httpx.get(f"{served.address}/runs/{first}/outputs/said.txt").text == "a"
    back = send(served, "POST", PROCESSES, package(taken.json()["executionUnit"]))
    assert back.status_code == 201, back.text
    assert said(served, word="c") == "cc"


@pytest.mark.usefixtures("gone")
def test_a_package_may_point_to_a_notebook_of_this_house(served: Served) -> None:
    workspace = served.home / "workspaces" / "owner"
    (workspace / "say.ipynb").write_bytes(SAY)
    for href in ("say.ipynb", f"{served.address}/notebooks/warmth", "/notebooks/warmth"):
        assert send(served, "POST", PROCESSES, package({"href": href})).status_code == 201, href
        send(served, "DELETE", f"{PROCESSES}/say")
    run = served.run(number=1)["jobID"]
    served.job(run)
    assert send(served, "POST", PROCESSES, package({"href": f"/runs/{run}/executed.ipynb"})).status_code == 201


R = nbformat.writes(
    nbformat.v4.new_notebook(metadata={"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}})
)
WRONG: list[tuple[Any, str, int, str]] = [
    (b"text", "text/plain", 415, "A process is deployed from application/ogcapppkg+json or application/x-ipynb+json"),
    (b"cwlVersion: v1.2", "application/cwl+yaml", 415, "not from “application/cwl+yaml”"),
    (b"{", PACKAGE, 400, "The body is not JSON"),
    ([], PACKAGE, 400, "An application package is an object with “processDescription” and “executionUnit”."),
    (package({"image": "docker.io/x", "type": "docker"}), PACKAGE, 400, "executionUnit names a container image"),
    (package({"href": "http://169.254.169.254/latest"}), PACKAGE, 400, "is elsewhere; nothing is fetched from there"),
    (package({"href": "http://127.0.0.1:1/nb.ipynb"}), PACKAGE, 400, "is elsewhere; nothing is fetched from there"),
    (package({"href": "file:///etc/passwd"}), PACKAGE, 403, "lies outside of your workspace"),
    (package({"href": "../../../etc/passwd"}), PACKAGE, 403, "lies outside of your workspace"),
    (package({"href": "/files/sha256:" + "0" * 64}), PACKAGE, 404, "is not in the file area"),
    (package({"href": "nowhere.ipynb"}), PACKAGE, 404, "is no notebook of this house"),
    (package({"value": "%%%"}), PACKAGE, 400, "must be the notebook as an object, or base64 of it"),
    (package({"value": "e30=", "encoding": "gzip"}), PACKAGE, 400, "executionUnit.encoding is “gzip”; it can be base64."),
    (package({"value": {}}), PACKAGE, 400, "is not a notebook: it has no “nbformat”"),
    (package({"value": json.loads(R)}), PACKAGE, 400, "is written in r; Repeatpass executes Python notebooks."),
    (package({}), PACKAGE, 400, "has neither “value”"),
    (package([{}, {}]), PACKAGE, 400, "must be one object"),
    (package({"value": json.loads(SAY)}, inputs={"shout": {}}), PACKAGE, 400, "names shout, which the notebook does not"),
    (package({"value": json.loads(SAY)}, id="../x"), PACKAGE, 400, "cannot name a notebook"),
    ({"processDescription": 3, "executionUnit": {}}, PACKAGE, 400, "“processDescription” must be an object"),
    (package({"value": json.loads(SAY)}, id="execute-notebook"), PACKAGE, 409, "There is a process “execute-notebook”"),
    (SAY, NOTEBOOK, 400, "The process needs a name: add ?id=NAME"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "status", "words"), WRONG)
def test_a_package_that_is_wrong_is_answered_with_a_problem(
    served: Served, body: Any, kind: str, status: int, words: str
) -> None:
    answer = send(served, "POST", PROCESSES, body, kind)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status), problem
    assert words in problem["detail"]
    if status == 415:
        assert problem["type"] == f"{TYPES}unsupported-media-type"


def test_the_platforms_own_processes_and_curated_ones_cannot_be_changed(served: Served) -> None:
    house = open_house(Settings(home=served.home))
    house.shelf.add(house.owner, "curated", SAY, curated=True)
    house.close()
    for id in ("execute-notebook", "curated"):
        for answer in (
            send(served, "DELETE", f"{PROCESSES}/{id}"),
            send(served, "PUT", f"{PROCESSES}/{id}", SAY, NOTEBOOK),
        ):
            assert (answer.status_code, answer.json()["type"]) == (403, f"{TYPES}immutable-process")
    listed = {each["id"]: each["mutable"] for each in served.ask(PROCESSES)["processes"]}
    assert (listed["execute-notebook"], listed["curated"], listed["warmth"]) == (False, False, True)
    assert send(served, "DELETE", f"{PROCESSES}/nothing").status_code == 404


def test_nobody_deploys_without_a_token(served: Served) -> None:
    for method, path in (
        ("POST", f"{PROCESSES}?id=mine"),
        ("PUT", f"{PROCESSES}/warmth"),
        ("DELETE", f"{PROCESSES}/warmth"),
    ):
        assert send(served, method, path, SAY, NOTEBOOK, token=False).status_code == 403
    assert served.ask(f"{PROCESSES}/warmth")


def test_the_conformance_classes_are_declared(served: Served) -> None:
    declared = served.ask("/ogc/conformance")["conformsTo"]
    base = "http://www.opengis.net/spec/ogcapi-processes-2/1.0/conf/"
    assert {f"{base}deploy-replace-undeploy", f"{base}ogcapppkg"} <= set(declared)
