"""What is logged is JSON, a line each, and leads from a request to its run."""

import json
import time
import urllib.request
from typing import Any

import pytest
from tests.served import Served

pytestmark = pytest.mark.xdist_group("api")


def logged(served: Served) -> list[dict[str, Any]]:
    text = (served.home / "logs" / "server.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def line_of(served: Served, id: str) -> dict[str, Any]:
    """Return the line of one request; it is written once the answer is sent."""
    until = time.monotonic() + 60
    while not (found := [line for line in logged(served) if line.get("request") == id]) and time.monotonic() < until:
        time.sleep(0.05)
    (line,) = found
    return line


def test_a_request_is_logged_under_the_id_that_its_answer_carries(served: Served) -> None:
    with urllib.request.urlopen(f"{served.address}/ogc/jobs") as answer:
        line = line_of(served, answer.headers["X-Request-Id"])
    assert (line["method"], line["path"], line["status"]) == ("GET", "/ogc/jobs", 200)
    assert line["seconds"] < 10
    assert line["timestamp"].endswith("Z")


def test_the_callers_own_id_is_taken_and_a_forged_line_is_not(served: Served) -> None:
    served.ask("/ogc", **{"X-Request-Id": "from-curl.1"})
    served.ask("/ogc", **{"X-Request-Id": 'x","level":"critical'})
    served.ask("/ogc", **{"X-Request-Id": "the-last-one"})
    line_of(served, "the-last-one")
    ids = {line.get("request") for line in logged(served)}
    assert "from-curl.1" in ids
    assert not any("critical" in str(id) for id in ids)


def test_a_request_and_its_run_are_joined_by_the_log(served: Served) -> None:
    job = served.ask(
        "/ogc/processes/warmth/execution",
        {"inputs": {"number": 7}},
        **{"Prefer": "respond-async", "X-Request-Id": "asks-for-seven"},
    )
    served.job(job["jobID"])
    lines = [line for line in logged(served) if line.get("run") == job["jobID"]]
    assert [line["request"] for line in lines if "request" in line] == ["asks-for-seven"]
    assert any("succeeded" in line["event"] for line in lines)


def test_no_secret_is_logged(served: Served) -> None:
    served.ask("/ogc/jobs", **{"Authorization": f"Bearer {served.token}", "X-Request-Id": "with-a-token"})
    line_of(served, "with-a-token")
    assert served.token not in (served.home / "logs" / "server.jsonl").read_text()
