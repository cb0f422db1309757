"""The workspace in a browser and on the command line: what a person presses and types, and what is said."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.answering import answering
from tests.houses import notebook
from tests.served import command, free_port
from typer.testing import CliRunner

from repeatpass.assembly import House, open_house
from repeatpass.cli.main import app
from repeatpass.demo.filling import Filling
from repeatpass.runs.records import Run
from repeatpass.server import make_app
from repeatpass.settings import Settings

BROWSER = {"accept": "text/html,application/xhtml+xml"}
LEAVE = "import repeatpass\nrepeatpass.output('table.csv').write_text('place,value\\nhere,1\\n')"
PARAMETERS = "days = 3  # 1..9: how many\napi_token = ''  # of the service"


@dataclass(frozen=True, kw_only=True)
class Site:
    """A served house."""

    house: House
    address: str

    def browser(self) -> httpx.Client:
        """A browser that has opened a page of ours."""
        client = httpx.Client(base_url=self.address, headers=BROWSER, timeout=60)
        client.get("/")
        client.headers["origin"] = self.address
        return client

    def ran(self) -> Run:
        asked = self.house.submitting.submit(self.house.owner, "leaves", {"api_token": "very-secret-1"})
        return self.house.runs.wait(asked.id, 60)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    port, home = free_port(), tmp_path_factory.mktemp("workspace") / "home"
    house = open_house(Settings(home=home, port=port, environment=sys.prefix, demo=False, retention_days=40))
    house.environments.install("earth")
    house.shelf.add(house.owner, "leaves", notebook(LEAVE, parameters=PARAMETERS))
    with answering(make_app(house, Filling(done=True)), port) as address:
        yield Site(house=house, address=address)
        house.runner.shutdown()


def test_the_workspace_is_shown_to_its_owner_alone(site: Site) -> None:
    stranger = httpx.get(f"{site.address}/workspace", headers=BROWSER)
    assert stranger.status_code == 403
    assert httpx.get(f"{site.address}/workspace.json").status_code == 403
    page = site.browser().get("/workspace")
    assert page.status_code == 200
    assert "Results kept" in page.text and "no limit" in page.text
    assert "Results of trials are kept for 40 days" in page.text


def test_a_secret_is_kept_by_a_form_and_its_value_is_nowhere_on_the_page(site: Site) -> None:
    browser = site.browser()
    answer = browser.post("/workspace/secrets", data={"name": "FORM_TOKEN", "value": "typed-in-a-form"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/workspace#secrets")
    page = browser.get("/workspace").text
    assert "FORM_TOKEN" in page and "typed-in-a-form" not in page
    assert "typed-in-a-form" not in browser.get("/workspace.json").text
    assert site.house.secrets.opened("owner") == {"FORM_TOKEN": "typed-in-a-form"}
    browser.post("/workspace/secrets/remove", data={"name": "FORM_TOKEN"})
    assert site.house.secrets.opened("owner") == {}


def test_a_refused_secret_comes_back_with_its_name_and_never_its_value(site: Site) -> None:
    answer = site.browser().post("/workspace/secrets", data={"name": "my token", "value": "typed-in-a-form"})
    assert answer.status_code == 400
    assert "capital letters" in answer.text and 'value="my token"' in answer.text
    assert "typed-in-a-form" not in answer.text


@pytest.mark.parametrize(
    "path", ["/workspace/secrets", "/workspace/secrets/remove", "/runs/{id}/keep", "/runs/{id}/delete"]
)
def test_a_page_elsewhere_cannot_press_these_buttons(site: Site, path: str) -> None:
    run = site.ran()
    browser = site.browser()
    browser.headers["origin"] = "http://elsewhere.example"
    answer = browser.post(path.format(id=run.id), data={"name": "FORM_TOKEN", "value": "typed-in-a-form"})
    assert answer.status_code == 403
    assert site.house.secrets.of(site.house.owner) == []
    assert site.house.runs.run(run.id).deleted is None


def test_results_say_until_when_they_are_kept_and_can_be_kept_for_ever_or_deleted(site: Site) -> None:
    run, browser = site.ran(), site.browser()
    page = browser.get(f"/runs/{run.id}").text
    assert "Kept until" in page and "Keep for ever" in page and "Delete for good" in page
    assert browser.post(f"/runs/{run.id}/keep").status_code == 303
    assert "Kept for ever, as owner asked" in browser.get(f"/runs/{run.id}").text
    output = f"/runs/{run.id}/outputs/table.csv"
    assert browser.get(output).status_code == 200
    back = browser.post(f"/runs/{run.id}/delete", data={"back": "/workspace"})
    assert back.headers["location"] == "/workspace#results"
    for path in (
        output,
        f"/runs/{run.id}/executed.ipynb",
        f"/runs/{run.id}/crate.zip",
        f"/runs/{run.id}/log.txt",
        f"/ogc/jobs/{run.id}/results",
    ):
        gone = browser.get(path)
        assert gone.status_code == 410, path
        assert "were deleted on" in gone.text and "its record stays" in gone.text
    page = browser.get(f"/runs/{run.id}")
    assert page.status_code == 200
    assert "were deleted on" in page.text and "Delete for good" not in page.text
    assert f'href="{output}"' not in page.text and "table.csv" in page.text
    job = browser.get(f"/ogc/jobs/{run.id}", headers={"accept": "application/json"}).json()
    assert job["status"] == "successful" and job["resultsDeletedBy"] == "owner"


def test_what_rests_on_a_run_is_named_where_its_results_cannot_be_deleted(site: Site) -> None:
    run, browser = site.ran(), site.browser()
    repeat = site.house.repeating.repeat(site.house.owner, run.id)
    site.house.runs.wait(repeat.runs[0], 60)
    refused = browser.post(f"/runs/{run.id}/delete")
    assert refused.status_code == 409
    assert f"the repeat by run {repeat.runs[0]} rests on it" in refused.text
    assert "Delete for good" not in browser.get(f"/runs/{run.id}").text


def test_a_flavour_is_chosen_in_the_form_and_shown_with_what_it_allows(site: Site) -> None:
    browser = site.browser()
    form = browser.get("/notebooks/leaves").text
    assert 'name="run-flavour"' in form and 'value="medium" selected' in form
    answer = browser.post("/notebooks/leaves", data={"days": "2", "run-flavour": "small"})
    run = answer.headers["location"]
    site.house.runs.wait(run.rsplit("/", 1)[1], 60)
    page = browser.get(run).text
    assert "small" in page and "1.1 GB memory" in page and "15 min" in page
    job = browser.get(f"/ogc/jobs/{run.rsplit('/', 1)[1]}", headers={"accept": "application/json"}).json()
    assert (job["flavour"], job["limits"]["time_s"]) == ("small", 900.0)
    refused = browser.post("/notebooks/leaves", data={"run-flavour": "vast"})
    assert refused.status_code == 400
    assert "choose among small, medium, large" in refused.text


def test_a_parameter_with_a_secret_name_is_on_no_page_and_in_no_json(site: Site) -> None:
    run, browser = site.ran(), site.browser()
    for path in (
        f"/runs/{run.id}",
        f"/runs/{run.id}.json",
        "/runs",
        "/runs.json",
        "/workspace.json",
        f"/runs/{run.id}/log.txt",
    ):
        assert "very-secret-1" not in browser.get(path).text, path
    assert "•••••" in browser.get(f"/runs/{run.id}").text


def test_over_the_quota_the_answer_is_429_and_says_what_is_used_of_what(site: Site) -> None:
    house = site.house
    assert site.ran().state == "succeeded"  # which used more than the quota that is set now
    house.quotas.set(house.owner, "owner", {"cpu_s": 0.001})
    site_run = site.browser().post("/notebooks/leaves", data={"days": "2"})
    token = house.access.issue_token(house.owner, "owner", "test").secret
    body, headers = {"inputs": {"days": 2}}, {"authorization": f"Bearer {token}", "prefer": "respond-async"}
    program = httpx.post(f"{site.address}/ogc/processes/leaves/execution", json=body, headers=headers)
    house.quotas.set(house.owner, "owner", {"cpu_s": None})
    assert (site_run.status_code, program.status_code) == (429, 429)
    assert "CPU seconds in 24 hours are used" in program.json()["detail"]


def said(home: Path, *words: str, code: int = 0, typed: str | None = None) -> str:
    answer = CliRunner().invoke(app, [*words, "--home", str(home)], input=typed)
    assert answer.exit_code == code, (answer.output, answer.exception)
    return " ".join(answer.output.split())


def test_the_same_from_a_terminal(site: Site) -> None:
    home, run = site.house.settings.home, site.ran()
    assert "is kept" in said(home, "secrets", "set", "CLI_TOKEN", typed="typed-at-a-prompt\n")
    assert site.house.secrets.opened("owner") == {"CLI_TOKEN": "typed-at-a-prompt"}
    assert "CLI_TOKEN" in said(home, "secrets", "list")
    assert "forgotten" in said(home, "secrets", "remove", "CLI_TOKEN")
    assert "5,000.0 MB" in said(home, "quotas", "set", "owner", "--kept", "5G", "--queued", "9")
    assert json.loads(said(home, "quotas", "show", "--json"))["quota"]["queued"] == 9
    assert "no limit" in said(home, "quotas", "set", "owner", "--kept", "default", "--queued", "default")
    assert "medium" in said(home, "flavours")
    assert run.id in said(home, "runs", "expiring")
    assert "until 2099-01-01" in said(home, "runs", "keep", run.id, "--until", "2099-01-01")
    assert "for ever" in said(home, "runs", "keep", run.id)
    assert run.id not in said(home, "runs", "expiring")
    assert "Delete the outputs" in said(home, "runs", "delete", run.id, typed="n\n", code=1)
    assert "are deleted" in said(home, "runs", "delete", run.id, "--yes")
    assert site.house.runs.run(run.id).deleted_by == "owner"
    shown = said(home, "runs", "show", run.id)
    assert "very-secret-1" not in shown and "•••••" in shown


def test_wrong_words_at_a_terminal_are_answered_with_what_would_be_right(site: Site) -> None:
    home = site.house.settings.home
    for words, match in (
        (("quotas", "set", "owner", "--queued", "many"), "must be a whole number"),
        (("quotas", "set", "owner", "--kept", "much"), "such as 2Gi or 500M"),
        (("quotas", "set", "stranger", "--queued", "1"), "no active user “stranger”"),
        (("run", "leaves", "--flavour", "vast"), "choose among small, medium, large"),
    ):
        answer = command(home, *words)
        assert answer.returncode == 2
        assert match in " ".join(answer.stderr.split())
