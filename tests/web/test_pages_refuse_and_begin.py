"""What pages refuse, in words; and what they begin: runs, repeats, cancelling."""

import json
import re
import time

import httpx
import pytest
from real_house import Site

VALUE = "nino34/nino34/2007-12-01"


@pytest.mark.parametrize(("path", "status"), [
    ("/indicators/no-such", 404),
    ("/indicators/nino34?place=atlantis", 404),
    ("/indicators/nino34?t=yesterday", 400),
    ("/indicators/nino34/values/nino34/1850-01-01", 404),
    ("/indicators/nino34/values/nino34/soon", 400),
    ("/indicators/nino34/values/nino34/2007-12-01?revision=99", 404),
    ("/indicators/nino34/values/nino34/2007-12-01?revision=first", 400),
    ("/indicators/%00", 404),
    ("/indicators/%3Cscript%3Ealert(1)%3C%2Fscript%3E", 404),
    ("/runs/nothing", 404),
    ("/runs?state=sleeping", 400),
    ("/runs?page=-5", 200),
    ("/notebooks/none", 404),
    ("/notebooks/nino34?revision=ffff", 404),
    ("/collections/none", 404),
    ("/repeats/none", 404),
    ("/environments/abc.txt", 404),
    ("/nowhere/at/all", 404),
])  # fmt: skip
def test_a_wrong_address_gets_a_page_that_says_so(real: Site, path: str, status: int) -> None:
    answer = real.visitor().get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in answer.text
    if status >= 400:
        assert "<h1>" in answer.text
        assert 'href="/"' in answer.text


def test_programs_get_problem_details(real: Site) -> None:
    for path in ("/stac/collections/none", "/ogc/jobs/none", "/indicators/none.json"):
        for accept, told in (("*/*", "problem+json"), ("application/json", "json")):
            answer = real.visitor().get(path, headers={"accept": accept})
            assert answer.status_code == 404
            assert answer.headers["content-type"] == f"application/{told}"


@pytest.mark.parametrize(("path", "form"), [
    ("/repeats", {"subject": VALUE}), ("/notebooks/slow", {"steps": "1"}), ("/runs/none/cancel", {}),
])  # fmt: skip
def test_nobody_without_a_session_changes_anything(real: Site, path: str, form: dict[str, str]) -> None:
    before = real.house.runs.counts()
    refused = real.visitor().post(path, data=form)
    assert refused.status_code in (403, 404)  # a run that is not there is not there for anybody
    assert real.house.runs.counts() == before


def test_a_page_of_another_origin_changes_nothing_even_with_the_session(real: Site) -> None:
    client = real.owner()
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        refused = client.post("/repeats", data={"subject": VALUE}, headers={"origin": origin})
        assert refused.status_code == 403
        assert "open the page anew" in refused.text


def test_a_form_that_is_wrong_comes_back_with_what_is_wrong(real: Site) -> None:
    answer = real.owner().post("/notebooks/slow", data={"steps": "999"})
    assert answer.status_code == 400
    assert "999" in answer.text
    assert 'role="alert"' in answer.text
    assert "999 is greater than the maximum of 50" in answer.text
    assert real.owner().post("/repeats", data={}).status_code == 400
    assert real.owner().post("/repeats", data={"subject": "a/b"}).status_code == 400
    assert real.owner().post("/repeats", data={"subject": "no-run"}).status_code == 404


def test_a_form_with_a_letter_that_nobody_sees_is_refused_and_the_field_named(real: Site) -> None:
    answer = real.owner().post("/collections/ostia-sst-monthly/withdraw", data={"reason": "\x00"})
    assert answer.status_code == 400 and "“reason” holds a control character" in answer.text
    written = real.owner().post("/notebooks/slow", data={"steps": "999", "note": "two\r\n\tlines"})
    assert written.status_code == 400 and "control character" not in written.text


def test_pressing_repeat_leads_to_a_page_that_asks_again_until_the_verdict_stands(real: Site) -> None:
    client = real.owner()
    begun = client.post("/repeats", data={"subject": VALUE})
    assert begun.status_code == 303
    path = begun.headers["location"]
    page = client.get(path)
    assert page.status_code == 200
    waited = "refresh" in page.headers
    until = time.monotonic() + 60
    while "refresh" in page.headers and time.monotonic() < until:
        time.sleep(0.2)
        page = client.get(path)
    assert waited
    assert "Identical" in page.text
    passport = client.get(f"/indicators/{VALUE.replace('/', '/values/', 1)}").text
    assert path in passport
    assert client.get(f"{path}.json").json()["verdict"] == "identical"
    assert "0 of" not in client.get("/trust").text.partition("<h1>")[2][:40]


def events(real: Site, id: str, **headers: str) -> list[tuple[str, dict[str, object], str]]:
    """All events of a run: name, data, id."""
    answer = httpx.get(f"{real.address}/runs/{id}/events", headers=headers, timeout=60)
    blocks = [block for block in answer.text.split("\n\n") if "event:" in block]
    found = [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]
    return [(each["event"], json.loads(each["data"]), each.get("id", "")) for each in found]


def begin(real: Site, notebook: str, **form: str) -> str:
    """Press Run; return the run's id."""
    answer = real.owner().post(f"/notebooks/{notebook}", data=form)
    assert answer.status_code == 303
    return answer.headers["location"].rpartition("/")[2]


def test_the_log_is_complete_from_line_one_for_who_comes_early_late_or_again(real: Site) -> None:
    id = begin(real, "slow", steps="8")
    live = events(real, id)  # ends when the run ends
    late = events(real, id)
    lines = [data for name, data, _id in late if name == "line"]
    assert [line["number"] for line in lines] == list(range(1, len(lines) + 1))
    assert [data for name, data, _id in live if name == "line"] == lines
    assert "step 7" in str(lines)
    assert live[-1][0] == late[-1][0] == "end"
    assert live[-1][1]["state"] == "succeeded"
    again = events(real, id, **{"last-event-id": "3"})
    assert next(number for name, _data, number in again if name == "line") == "4"
    told = httpx.get(f"{real.address}/runs/{id}/events", headers={"last-event-id": str(len(lines))})
    assert told.status_code == 204
    text = real.visitor().get(f"/runs/{id}/log.txt").text
    assert text.count("step") >= 8


def test_a_run_can_be_cancelled_from_its_page(real: Site) -> None:
    id = begin(real, "slow", steps="50")
    assert "Cancel" in real.visitor().get(f"/runs/{id}").text
    assert real.owner().post(f"/runs/{id}/cancel").status_code == 303
    ended = real.house.runs.wait(id, 20)
    assert ended.state == "cancelled"
    assert "Cancelled" in real.visitor().get(f"/runs/{id}").text


def test_a_failed_run_shows_the_cell_and_the_error_and_no_markup_of_its_own(real: Site) -> None:
    id = begin(real, "broken")
    real.house.runs.wait(id, 30)
    page = real.visitor().get(f"/runs/{id}").text
    assert "What went wrong" in page
    assert "ValueError: The sky &lt;b&gt;fell&lt;/b&gt;." in page
    assert "<b>fell</b>" not in page


def test_a_finished_run_shows_steps_outputs_and_its_notebook(real: Site) -> None:
    run = real.house.indicators.current("nino34")[0].run
    page = real.visitor().get(f"/runs/{run}").text
    twin = real.visitor().get(f"/runs/{run}.json").json()
    assert all(output["checksum"] in page for output in twin["outputs"])
    assert len(re.findall(r"<li><span class=\"index\">", page)) == 8
    assert "The notebook as it ran" in page
