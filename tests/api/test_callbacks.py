"""Callbacks of a real house to a real receiver, through failures and a kill."""

import json
import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.notices.receiving import Receiver, receiver, until
from tests.served import Served, small_home

pytestmark = pytest.mark.slow

EXECUTE = "/ogc/processes/warmth/execution"


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A house of its own, because it is killed on the way."""
    made = Served(small_home(tmp_path_factory.mktemp("telling") / "home")).start()
    yield made
    made.close()


def begun(house: Served, there: Receiver, **inputs: Any) -> str:
    """Start a run that tells *there* of everything; return its id."""
    subscriber = {
        "successUri": there.address("/success?key=hidden"),
        "inProgressUri": there.address("/begun"),
        "failedUri": there.address("/failed"),
    }
    body = {"inputs": inputs, "subscriber": subscriber}
    return str(house.ask(EXECUTE, body, Prefer="respond-async")["jobID"])


def callbacks(house: Served, job: str) -> dict[str, Any]:
    """Return how the callbacks of a job stand, by event."""
    return {each["event"]: each for each in house.ask(f"/ogc/jobs/{job}")["callbacks"]}


def test_a_subscriber_is_told_of_the_beginning_and_gets_the_results(telling: Served) -> None:
    with receiver() as there:
        job = begun(telling, there, number=3, pause=0.3)
        got = {each.path: each for each in there.wait(2)}
        assert set(got) == {"/begun", "/success?key=hidden"}
        assert (got["/begun"].json["jobID"], got["/begun"].json["type"]) == (job, "process")
        results = got["/success?key=hidden"].json
        assert results["values"]["href"].startswith(telling.address)
        assert "2003-01-01" in httpx.get(results["values"]["href"]).text
        until(lambda: callbacks(telling, job)["successUri"]["state"] == "delivered")
        facts = callbacks(telling, job)
    assert facts["successUri"]["uri"].endswith("/success?…"), "the key in the address is shown to everybody"
    assert facts["failedUri"]["state"] == "not due"
    assert facts["inProgressUri"]["tries"][0]["httpStatus"] == 200


def test_a_subscriber_is_told_of_a_failure_and_of_a_dismissal(telling: Served) -> None:
    with receiver() as there:
        job = begun(telling, there, pause=-1.0)
        told = {each.path: each.json for each in there.wait(2)}
        assert (told["/failed"]["jobID"], told["/failed"]["status"]) == (job, "failed")
        assert "ValueError" in told["/failed"]["message"]
    with receiver() as there:
        job = begun(telling, there, pause=300.0)
        there.wait(1)
        httpx.delete(
            f"{telling.address}/ogc/jobs/{job}", headers={"Authorization": f"Bearer {telling.token}"}, timeout=30
        )
        told = {each.path: each.json for each in there.wait(2)}
        assert told["/failed"]["status"] == "dismissed"


def test_a_callback_whose_receiver_fails_is_tried_again_even_after_the_server_was_killed(telling: Served) -> None:
    with receiver(*[503] * 20) as there:
        job = begun(telling, there, number=1)
        until(lambda: all(callbacks(telling, job)[event].get("tries") for event in ("inProgressUri", "successUri")))
        port = there.port
    telling.kill()
    telling.start()
    with receiver(port=port) as there:
        there.wait(
            2
        )  # a try that was under way when the server was killed is made again when its lease of a minute is over
        assert {each.path for each in there.got} == {"/begun", "/success?key=hidden"}
        until(lambda: all(each["state"] == "delivered" for each in callbacks(telling, job).values() if "tries" in each))
    tries = callbacks(telling, job)["successUri"]["tries"]
    assert [each["number"] for each in tries] == list(range(1, len(tries) + 1))
    assert tries[0]["error"] == "It answered 503 Service Unavailable."
    assert (tries[-1]["httpStatus"], tries[-1]["error"]) == (200, "")


def test_the_public_key_of_the_signatures_is_there_for_everybody(telling: Served) -> None:
    with receiver() as there:
        begun(telling, there)
        (key,) = httpx.get(f"{telling.address}/.well-known/jwks.json").json()["keys"]
        assert f'keyid="{key["kid"]}"' in there.wait(1)[0].headers["signature-input"]


WRONG: list[tuple[Any, str]] = [
    ("http://x/", "“subscriber” must be an object with successUri"),
    ({"sucessUri": "http://example.org/"}, "Unknown in subscriber: sucessUri; it takes successUri"),
    (
        {"successUri": "file:///etc/passwd"},
        "subscriber.successUri “file:///etc/passwd” is not an http or https address.",
    ),
    ({"failedUri": ["http://example.org/"]}, "subscriber.failedUri must be an http or https address."),
    ({"successUri": "http://me:word@example.org/"}, "must hold no user name or password"),
]


@pytest.mark.parametrize(("subscriber", "words"), WRONG)
def test_what_is_no_address_is_refused_before_anything_runs(telling: Served, subscriber: Any, words: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        telling.ask(EXECUTE, {"inputs": {}, "subscriber": subscriber})
    problem = json.load(caught.value)
    assert (problem["status"], words in problem["detail"]) == (400, True)


def test_a_house_that_may_not_tell_private_addresses_refuses_them(tmp_path: Path) -> None:
    house = Served(small_home(tmp_path / "home")).start(PRIVATE_TARGETS="none")
    try:
        with receiver() as there, pytest.raises(urllib.error.HTTPError) as caught:
            begun(house, there)
        problem = json.load(caught.value)
        assert problem["status"] == 403
        assert "REPEATPASS_PRIVATE_TARGETS" in problem["detail"]
        with receiver() as there:  # a name is looked up when the notice is sent
            body = {"inputs": {}, "subscriber": {"successUri": f"http://localhost:{there.port}/"}}
            job = house.ask(EXECUTE, body, Prefer="respond-async")["jobID"]
            until(
                lambda: "tries" in callbacks(house, job)["successUri"] and callbacks(house, job)["successUri"]["tries"]
            )
            assert "an address of this machine" in callbacks(house, job)["successUri"]["tries"][0]["error"]
            assert there.got == []
    finally:
        house.close()
