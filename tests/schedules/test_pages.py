"""The pages of schedules, freshness, held values and feeds, over a real house."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import uvicorn

from repeatpass.demo.filling import Filling
from repeatpass.runs.records import Purpose
from repeatpass.server import make_app
from tests.schedules.clocks import COUNT, WINDOW, Timed, eventually, timed_house
from tests.served import free_port

pytestmark = pytest.mark.slow

ATOM = "{http://www.w3.org/2005/Atom}"
ROWS = """
import pandas as pd, repeatpass
table = pd.DataFrame({"place": "here", "time": ["2026-01-01", "2026-02-01"], "value": [1.0, second]})
repeatpass.publish(table, "values", unit="K")
"""
LIVE: dict[str, Any] = {"status": "live", "cadence": "P1M", "max_age": "P75D", "schedule": "0 13 * * *"}


class House:
    """A served house with one live indicator, of which one value and one correction are held."""

    def __init__(self, timed: Timed) -> None:
        self.timed = timed
        app = make_app(timed.house, Filling(done=True))
        port = timed.house.settings.port
        config = uvicorn.Config(app, port=port, lifespan="off", log_config=None)  # the house is open already
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        assert eventually(lambda: self.server.started)
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
        token = timed.house.access.issue_token(timed.house.owner, "owner", "tests").secret
        self.owner = {"Authorization": f"Bearer {token}"}

    def close(self) -> None:
        self.client.close()
        self.server.should_exit = True
        self.thread.join(10)

    def deliver(self, id: str, **parameters: Any) -> None:
        house = self.timed.house
        run = house.submitting.submit(house.owner, id, parameters, purpose=Purpose.UPDATE, subject=id)
        house.runs.wait(run.id, 60)
        house.collecting.collect(run.id)
        assert eventually(lambda: house.events.waiting() == 0)

    def get(self, path: str, **headers: str) -> Any:
        self.client.cookies.clear()  # as a reader; the session of a browser on this machine is the owner's
        return self.client.get(path, headers=headers)


def hold(served: House, id: str) -> None:
    """Put an indicator into the house of which one value and one correction are held."""
    alerts = {"alerts": {"webhook": "http://127.0.0.1:9/x"}}
    served.timed.schedule(ROWS, id=id, parameters="second = 2.0", **LIVE | alerts)
    for second in (2.0, 2.5, 99.0):
        served.deliver(id, second=second)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home: Path = tmp_path_factory.mktemp("served") / "home"
    with timed_house(home, port=free_port(), smtp_host="127.0.0.1", smtp_port=9) as timed:
        made = House(timed)
        hold(made, "warmth")
        yield made
        made.close()


def test_every_page_answers_as_page_and_as_json(served: House) -> None:
    for path in ("/schedules", "/schedules/update-warmth", "/indicators/warmth/held", "/indicators", "/"):
        page = served.get(path, accept="text/html")
        assert page.status_code == 200, path
        twin = served.get("/home.json" if path == "/" else f"{path}.json")
        assert twin.json(), path
    assert served.get("/schedules/update-cold").status_code == 404


def test_pages_show_what_is_fresh_late_or_stale_with_its_date(served: House) -> None:
    seen = []
    for month in (3, 4, 6):
        served.timed.time.moment = datetime(2026, month, 10, tzinfo=UTC)
        page = served.get("/indicators/warmth", accept="text/html").text
        found = served.get("/indicators/warmth.json").json()["freshness"]["state"]
        assert f'class="fresh {found}"' in page
        assert "newest February 2026" in page
        assert f'class="fresh {found}"' in served.get("/indicators", accept="text/html").text
        assert f'class="fresh {found}"' in served.get("/", accept="text/html").text
        seen.append(found)
    assert seen == ["fresh", "late", "stale"]


def test_a_reader_sees_old_against_new_and_cannot_judge(served: House) -> None:
    page = served.get("/indicators/warmth/held", accept="text/html").text
    assert "It would change 2.0 to 2.5\N{NO-BREAK SPACE}K." in page
    assert "<svg" in page
    assert "<form" not in page
    answer = served.client.post(
        "/indicators/warmth/held", json={"verb": "release", "reason": "x", "v:here/2026-02-01/2": "1"}
    )
    assert answer.status_code == 403


REJECT = {"verb": "reject", "reason": "The sensor was in the sun.", "v:here/2026-02-01/3": "1"}
RELEASE = {"verb": "release", "reason": "The source was processed again.", "v:here/2026-02-01/2": "1"}


def judge(served: House, id: str) -> list[int]:
    """Reject one of the two held numbers and release the other; return the answers."""
    posted = (
        served.client.post(f"/indicators/{id}/held", data=form, headers=served.owner) for form in (REJECT, RELEASE)
    )
    return [answer.status_code for answer in posted]


def test_a_person_with_the_right_rejects_and_releases_for_a_reason_that_readers_see(served: House) -> None:
    hold(served, "judged")
    page = served.client.get("/indicators/judged/held", headers=served.owner | {"accept": "text/html"}).text
    assert 'name="v:here/2026-02-01/2"' in page
    post = {"verb": "release", "reason": " ", "v:here/2026-02-01/2": "1"}
    refused = served.client.post("/indicators/judged/held", data=post, headers=served.owner | {"accept": "text/html"})
    assert refused.status_code == 400
    assert "Say why it is released; readers will see the reason." in refused.text
    assert judge(served, "judged") == [303, 303]
    assert served.timed.values("judged")["here", "2026-02-01"] == 2.5
    assert served.get("/indicators/judged/held.json").json() == {"held": []}
    value = served.get("/indicators/judged/values/here/2026-02-01", accept="text/html").text
    assert "Released by Owner: The source was processed again." in value
    assert "Rejected by Owner: The sensor was in the sun." in value
    served.deliver("judged", second=99.0)  # it has been rejected: nobody is asked again
    assert served.timed.house.indicators.held("judged") == []


def test_buttons_pause_resume_and_begin(served: House) -> None:
    for verb in ("pause", "resume", "run-now"):
        answer = served.client.post(f"/schedules/update-warmth/{verb}", headers=served.owner)
        assert (answer.status_code, answer.headers["location"]) == (303, "/schedules/update-warmth")
    assert served.client.post("/schedules/update-warmth/pause").status_code == 403
    assert served.client.post("/schedules/update-warmth/explode", headers=served.owner).status_code == 404


def test_feeds_are_valid_atom_and_their_ids_last(served: House) -> None:
    hold(served, "told")
    assert judge(served, "told") == [303, 303]
    served.timed.time.moment = datetime(2026, 6, 10, tzinfo=UTC)
    served.timed.house.scheduling.alerts.look_again()
    served.timed.house.scheduling.alerts.look_around()
    for path in ("/feeds/alerts.atom", "/indicators/told/feed.atom"):
        answer = served.get(path)
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        root = ElementTree.fromstring(answer.content)
        _check(root, path)
        again = ElementTree.fromstring(served.get(path).content)
        assert [each.findtext(f"{ATOM}id") for each in again.iter(f"{ATOM}entry")] == [
            each.findtext(f"{ATOM}id") for each in root.iter(f"{ATOM}entry")
        ]
        assert served.client.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    terms = {each.get("term") for each in root.iter(f"{ATOM}category")}
    assert {"delivery", "held", "released", "rejected", "stale"} <= terms


def _check(root: ElementTree.Element, path: str) -> None:
    """What RFC 4287 asks of a feed: one id, title and updated each, an author, links with rel, text of known kinds."""
    assert root.tag == f"{ATOM}feed"
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert [
        link.get("href", "").endswith(path) for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"
    ] == [True]
    entries = root.findall(f"{ATOM}entry")
    assert entries
    for element in (root, *entries):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1
        assert (element.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
        moment = datetime.fromisoformat((element.findtext(f"{ATOM}updated") or "").replace("Z", "+00:00"))
        assert moment.tzinfo is not None
    for entry in entries:
        (link,) = entry.findall(f"{ATOM}link")
        assert (link.get("rel"), (link.get("href") or "")[:7]) == ("alternate", "http://")
        content = entry.find(f"{ATOM}content")
        assert content is not None and content.get("type") == "text" and content.text
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)


def test_each_value_that_rests_on_an_input_that_has_changed_says_which(served: House) -> None:
    timed = replace(served.timed, id="counted")
    timed.sea({"2026-01": 1.0, "2026-02": 2.0}, "1")
    timed.schedule(COUNT, parameters=WINDOW, range=[-100, 100])
    for start, end in (("2026-01-01", "2026-02-01"), ("2026-02-01", "2026-03-01")):
        served.deliver("counted", start=start, end=end)
    path = "/indicators/counted"
    assert "changed_inputs" not in served.get(f"{path}.json").text
    assert "Inputs changed" not in served.get(path, accept="text/html").text
    timed.sea({"2026-01": 1.0, "2026-02": 2.5}, "2")
    marks = [value.get("changed_inputs", []) for value in served.get(f"{path}.json").json()["values"]]
    assert marks == [[], ["sea/2026-02/data"]]
    page = served.get(path, accept="text/html").text
    assert "1 value rests on inputs that have changed since." in page
    said = "An input has changed since: sea/2026-02/data."
    assert page.count(f'<span class="state changed">{said}</span>') == 1  # in the row of February
    assert said in served.get(f"{path}/values/here/2026-02-01", accept="text/html").text
    assert served.get(f"{path}/values/here/2026-02-01.json").json()["changed_inputs"] == ["sea/2026-02/data"]
    assert said not in served.get(f"{path}/values/here/2026-01-01", accept="text/html").text
    assert served.get(f"{path}/values/here/2026-01-01.json").json()["changed_inputs"] == []


def test_pages_read_on_when_everything_elsewhere_is_down(served: House) -> None:
    served.timed.apply(**LIVE | {"schedule": {"cron": "0 13 * * *", "on_new_data": [{"url": "http://127.0.0.1:9/x"}]}})
    served.timed.tick()
    served.timed.house.scheduling.clock.run_errands()  # mail server, webhook and source: nobody answers
    for path in ("/", "/indicators", "/indicators/warmth", "/schedules", "/indicators/warmth/values/here/2026-01-01"):
        assert served.get(path, accept="text/html").status_code == 200
    assert "Does not answer" in served.get("/schedules", accept="text/html").text
    served.timed.time.forward(days=1)
    assert served.timed.settled().state.final
