"""Processes of a v5 configuration: what is linked and described, and what is dropped and why, by line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from repeatpass.entries.documents import checked
from repeatpass.importing import Dropped, Fate
from repeatpass.importing.configuration import plan_configuration
from repeatpass.importing.records import Plan
from repeatpass.importing.sources import sources_in

HEAD = "Name: rivers\nTitle: Rivers\nDescription: Rivers.\nLicense: CC-BY-4.0\nResources: []\n"
PROCESS = """\
Process:
  Name: Discharge of a river
  JsonForm: https://forms.example.org/discharge.json
  VegaDefinition: https://forms.example.org/discharge.vl.json
  EndPoints:
    - Identifier: discharge
      Url: https://hub.example.org/processes/river-discharge/execution
      Type: image/tiff
      EndPoint: eoxhub_workspaces
      Method: POST
      Body: https://forms.example.org/body.json
      Flatstyle: https://forms.example.org/style.json
    - Identifier: level
      Url: https://api.example.org/series/{{place}}/values?from={{start}}
      Type: application/json
    - Identifier: lost
      Url: assets/process.json
"""


def planned(folder: Path, text: str, notebooks: Mapping[str, str] | None = None, name: str = "rivers.yaml") -> Plan:
    """Return what would be made of one collection."""
    file = folder / "collections" / name
    file.parent.mkdir()
    file.write_text(text)
    kept = folder / ".kept"
    kept.mkdir()
    plan, _themes = plan_configuration(sources_in([folder])[0], kept, notebooks=notebooks)
    return plan


def body_of(plan: Plan) -> dict[str, Any]:
    assert not plan.refused
    return dict(plan.entries[0].body or {})


def told(plan: Plan) -> dict[str, Dropped]:
    return {each.field: each for each in plan.dropped if each.field.startswith("Process")}


def test_each_endpoint_becomes_a_link_with_all_that_a_client_is_told_of_it(tmp_path: Path) -> None:
    body = body_of(planned(tmp_path, HEAD + PROCESS))
    first, second = [link for link in body["links"] if link["rel"] == "service"]
    assert first == {
        "rel": "service", "href": "https://hub.example.org/processes/river-discharge/execution", "type": "image/tiff",
        "title": "Discharge of a river (process elsewhere)", "method": "POST",
        "eodash:process": "Discharge of a river", "eodash:id": "discharge", "eodash:endpoint": "eoxhub_workspaces",
        "eodash:body": "https://forms.example.org/body.json", "eodash:flatstyle": "https://forms.example.org/style.json",
        "eodash:jsonform": "https://forms.example.org/discharge.json",
        "eodash:vegadefinition": "https://forms.example.org/discharge.vl.json",
    }  # fmt: skip
    assert second["href"] == "https://api.example.org/series"
    assert second["eodash:template"] == "https://api.example.org/series/{{place}}/values?from={{start}}"
    problems: list[Any] = []
    checked(body, "collection", "rivers", problems)
    assert problems == []


def test_what_of_a_process_is_not_kept_is_said_with_its_line_and_the_reason(tmp_path: Path) -> None:
    plan = planned(tmp_path, HEAD + PROCESS)
    lines, found = (HEAD + PROCESS).splitlines(), told(plan)
    assert set(found) == {"Process.EndPoints[2]", "Process.JsonForm"}
    lost, form = found["Process.EndPoints[2]"], found["Process.JsonForm"]
    assert (lost.fate, form.fate) == (Fate.DROPPED, Fate.CHANGED)
    assert "“assets/process.json” is no http or https address" in lost.reason
    assert lines[lost.line - 1].strip() == "- Identifier: lost"
    assert lines[form.line - 1].strip().startswith("JsonForm:")
    assert form.todo.startswith("Write a notebook")


@pytest.mark.parametrize("known", ["discharge-of-a-river", "river-discharge"])
def test_a_notebook_here_that_is_called_as_the_process_is_linked_beside_it(tmp_path: Path, known: str) -> None:
    plan = planned(tmp_path, HEAD + PROCESS, {known: "discharge", "other": "other"})
    links = body_of(plan)["links"]
    assert [link["href"] for link in links if link["rel"] == "example"] == ["/notebooks/discharge"]
    assert len([link for link in links if link["rel"] == "service"]) == 2
    assert "nobody has compared" in told(plan)["Process.Name"].reason


@pytest.mark.parametrize(
    ("process", "reason"),
    [
        ("Process:\n  Name: Alone\n", "names no endpoint"),
        ("Process:\n  Name: Alone\n  EndPoints: []\n", "names no endpoint"),
        ("Process:\n  Name: Alone\n  EndPoints: some text\n", "names no endpoint"),
        ("Process:\n  Name: Alone\n  EndPoints:\n    - Url: 'javascript:alert(1)'\n", "names no endpoint"),
        ("Process:\n  Name: Alone\n  EndPoints:\n    - Url: 'https://{{host}}/x'\n", "names no endpoint"),
        ("Process: forms/one.json\n", "none of a client's"),
        ("Process: [1, 2]\n", "none of a client's"),
    ],
)
def test_a_process_that_cannot_be_linked_is_dropped_and_the_rest_is_taken(
    tmp_path: Path, process: str, reason: str
) -> None:
    plan = planned(tmp_path, HEAD + process)
    assert [link for link in body_of(plan)["links"] if link["rel"] == "service"] == []
    dropped = told(plan)["Process"]
    assert reason in dropped.reason
    assert dropped.line == len(HEAD.splitlines()) + 1
    assert dropped.todo


@pytest.mark.parametrize("field", ["layout", "Layout", "template", "templates", "widgets"])
def test_a_layout_is_dropped_and_the_report_says_why(tmp_path: Path, field: str) -> None:
    plan = planned(tmp_path, f"{HEAD}{field}:\n  x: 9\n  y: 0\n")
    [dropped] = [each for each in plan.dropped if each.field == field]
    assert "the pages here have an order of their own" in dropped.reason
    assert dropped.line == len(HEAD.splitlines()) + 1


def test_the_set_up_of_the_original_client_is_known_for_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "client.json").write_text('{"id": "demo", "stacEndpoint": "https://a.example.org", "template": {}}')
    _sources, [refused] = sources_in([tmp_path])
    assert refused.reason.startswith("It is the set-up of the original client")
