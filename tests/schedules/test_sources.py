"""Data elsewhere: looked at with care, and of no harm when they are down."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from repeatpass.assembly import open_house
from repeatpass.core.errors import Invalid
from repeatpass.notices.targets import Targets
from repeatpass.schedules.records import TickState
from repeatpass.settings import Settings
from tests.houses import PUBLISH
from tests.schedules.clocks import Timed

ROWS = PUBLISH.format(rows='{"place": ["here"], "time": ["2020-01-01"], "value": [1.5]}')
CORE = "https://api.stacspec.org/v1.0.0/core"
SEARCH = "https://api.stacspec.org/v1.0.0/item-search"


class Elsewhere:
    """A small STAC API and a static file, which can be down."""

    def __init__(self) -> None:
        self.items, self.down, self.asked, kept = ["a"], False, list[str](), self
        self.inside = ""  # where a redirect and the link to the search lead

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kept.asked.append(self.path)
                if self.path == "/away":
                    self.send_response(302)
                    self.send_header("Location", f"{kept.inside}/list.json")
                    self.end_headers()
                    return
                body = b"" if kept.down else kept.answer(self.path.partition("?")[0])
                tag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
                same = self.headers.get("If-None-Match") == tag
                self.send_response(503 if kept.down else 304 if same else 200)
                self.send_header("ETag", tag)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(b"" if same else body)
                kept.asked[-1] += " 304" if same and not kept.down else ""

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> bytes:
        if path == "/search":
            return json.dumps({"type": "FeatureCollection", "features": [self.item(id) for id in self.items]}).encode()
        if path == "/stac":
            at = {"search": self.inside or self.url}
            links = [{"rel": rel, "href": f"{at.get(rel, self.url)}{end}", "type": "application/json"}
                     for rel, end in (("self", "/stac"), ("root", "/stac"), ("search", "/search"))]  # fmt: skip
            made = {"type": "Catalog", "stac_version": "1.0.0", "id": "elsewhere", "description": "x", "links": links}
            return json.dumps(made | {"conformsTo": [CORE, SEARCH]}).encode()
        return json.dumps(self.items).encode()

    def item(self, id: str) -> dict[str, Any]:
        return {
            "type": "Feature", "stac_version": "1.0.0", "id": id, "collection": "sst", "geometry": None, "links": [],
            "properties": {"datetime": "2026-01-01T00:00:00Z"}, "assets": {},
        }  # fmt: skip

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.close()


def look(timed: Timed) -> Any:
    timed.tick()
    timed.house.scheduling.clock.run_errands()
    (found,) = timed.house.scheduling.sources.looks()
    return found


def test_new_items_of_a_stac_api_begin_an_update(timed: Timed, elsewhere: Elsewhere) -> None:
    source = {"url": f"{elsewhere.url}/stac", "collection": "sst", "every": "PT10M"}
    timed.schedule(ROWS, schedule={"on_new_data": [source]})
    assert look(timed).error == ""
    timed.time.forward(minutes=11)
    look(timed)
    timed.tick()
    assert timed.ticks() == []  # nothing has changed
    elsewhere.items.append("b")
    timed.time.forward(minutes=11)
    look(timed)
    assert timed.settled().cause == f"new data in sst of {elsewhere.url}/stac"
    assert timed.settled().state is TickState.DONE


def test_a_file_is_asked_for_only_if_it_has_changed(timed: Timed, elsewhere: Elsewhere) -> None:
    timed.schedule(ROWS, schedule={"on_new_data": [{"url": f"{elsewhere.url}/list.json", "every": "PT10M"}]})
    look(timed)
    timed.time.forward(minutes=11)
    look(timed)
    assert elsewhere.asked == ["/list.json", "/list.json 304"]
    elsewhere.items.append("b")
    timed.time.forward(minutes=11)
    look(timed)
    assert timed.settled().state is TickState.DONE


def test_what_is_down_elsewhere_is_said_and_tried_again(timed: Timed, elsewhere: Elsewhere) -> None:
    timed.schedule(ROWS, schedule={"cron": "0 13 * * *", "on_new_data": [{"url": f"{elsewhere.url}/x"}]})
    elsewhere.down = True
    first = look(timed)
    assert "503" in first.error
    assert (first.failures, first.next_look - timed.time()) == (1, first.next_look - timed.time())
    timed.time.forward(minutes=2)
    assert look(timed).failures == 2
    timed.time.forward(hours=1)  # the clock goes on all the same
    assert timed.settled().state is TickState.DONE
    elsewhere.down = False
    timed.time.forward(hours=1)
    found = look(timed)
    assert (found.failures, found.error) == (0, "")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            {"url": "ftp://example.org/x"},
            "schedule: on_new_data.url “ftp://example.org/x” is not an http or https address",
        ),
        (
            {"url": "http://example.org/x", "every": "PT5S"},
            "on_new_data.every “PT5S” is less than a minute; write PT1M",
        ),
    ],
)
def test_a_source_that_cannot_be_looked_at_is_refused(timed: Timed, source: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        timed.apply(schedule={"on_new_data": [source]})


@pytest.fixture
def guard(timed: Timed) -> Iterator[Callable[[str], None]]:
    """Sets which private addresses may be asked."""
    sources = timed.house.scheduling.sources
    before = sources.targets

    def set_to(text: str) -> None:
        sources.targets = Targets.read(text)

    yield set_to
    sources.targets = before


Guard = Callable[[str], None]


@pytest.mark.parametrize("collection", ["", "sst"])
def test_a_private_address_is_not_asked_where_the_house_does_not_allow_it(
    timed: Timed, elsewhere: Elsewhere, guard: Guard, collection: str
) -> None:
    guard("none")
    source = {"url": f"{elsewhere.url}/stac"} | ({"collection": collection} if collection else {})
    timed.schedule(ROWS, schedule={"on_new_data": [source]})
    found = look(timed)
    assert "127.0.0.1, an address of this machine or of a private network" in found.error
    assert elsewhere.asked == []
    guard("127.0.0.1/32")
    timed.time.forward(hours=1)
    assert look(timed).error == ""
    assert elsewhere.asked != []


def test_a_name_of_a_private_address_is_not_asked_either(timed: Timed, elsewhere: Elsewhere, guard: Guard) -> None:
    guard("10.0.0.0/8")
    url = elsewhere.url.replace("127.0.0.1", "localhost")
    timed.schedule(ROWS, schedule={"on_new_data": [{"url": f"{url}/list.json"}]})
    assert "localhost is" in look(timed).error
    assert elsewhere.asked == []


def test_neither_a_redirect_nor_a_link_leads_to_a_private_address(
    timed: Timed, elsewhere: Elsewhere, guard: Guard
) -> None:
    guard("127.0.0.1/32")
    elsewhere.inside = elsewhere.url.replace("127.0.0.1", "127.0.0.2")
    sources = [{"url": f"{elsewhere.url}/away"}, {"url": f"{elsewhere.url}/stac", "collection": "sst"}]
    timed.schedule(ROWS, schedule={"on_new_data": sources})
    timed.tick()
    timed.house.scheduling.clock.run_errands()
    looks = timed.house.scheduling.sources.looks()
    assert all("127.0.0.2, an address of this machine" in each.error for each in looks), looks
    assert sorted(elsewhere.asked) == ["/away", "/stac"]


def test_in_a_house_of_several_people_no_private_address_is_asked_in_a_house_of_one_all_are(tmp_path: Path) -> None:
    for multi_user, networks in ((True, 0), (False, 2)):
        house = open_house(Settings(home=tmp_path / str(multi_user), demo=False, multi_user=multi_user))
        assert len(house.scheduling.sources.targets.networks) == networks
        house.close()
