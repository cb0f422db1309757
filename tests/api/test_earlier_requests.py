"""The earlier platform's requests: every input that it knew, each honoured or answered with what would be right."""

import base64
import json
import time
import urllib.error
from pathlib import Path
from typing import Any

import pytest
from dulwich import porcelain
from tests.houses import notebook
from tests.served import Served

pytestmark = pytest.mark.xdist_group("api")
EXECUTE = "/ogc/processes/execute-notebook/jobs?async-execute=True&t=1732270000000"
SUM = "import repeatpass\nrepeatpass.output('sum.txt').write_text(f'{days} {x1 + x2}')"
PARAMETERS = "days = 1\nx1 = 0.0\nx2 = 0.0"


@pytest.fixture
def workspace(served: Served) -> Path:
    """The owner's workspace, with the notebook of the printed request."""
    folder = served.home / "workspaces" / "owner"
    (folder / "project").mkdir(parents=True, exist_ok=True)
    (folder / "project" / "nb.ipynb").write_bytes(notebook(SUM, parameters=PARAMETERS))
    return folder


def asked(served: Served, **inputs: Any) -> Any:
    """Ask for the notebook with *inputs*, in the list form, and return the job as it ended."""
    listed = [{"id": name, "value": value} for name, value in ({"notebook": "project/nb.ipynb"} | inputs).items()]
    return served.job(served.ask(EXECUTE, {"inputs": listed})["jobID"])


def refused(served: Served, **inputs: Any) -> Any:
    """Return the problem that a request with *inputs* is answered with."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        served.ask(EXECUTE, {"inputs": {"notebook": "project/nb.ipynb"} | inputs})
    return json.load(caught.value)


def copied(served: Served, job: Any) -> Any:
    """Return what the job says of its copies, once they have been made."""
    for _ in range(100):
        found = served.ask(f"/ogc/jobs/{job['jobID']}?t=3")["workspaceCopies"]
        if found["state"] != "waiting":
            return found
        time.sleep(0.1)
    raise AssertionError("The copies are waited for in vain.")


def text_of(served: Served, job: Any) -> str:
    """Return the text that the notebook left."""
    (result,) = served.ask(f"/ogc/jobs/{job['jobID']}/results?t=2").values()
    import urllib.request
    from urllib.parse import urljoin

    with urllib.request.urlopen(urljoin(served.address, result["href"])) as answer:
        return str(answer.read().decode())


PACKED = [
    base64.b64encode(b"days: 14\nx1: 8.0\nx2: 8.5\n").decode(),
    base64.b64encode(b'{"days": 14, "x1": 8.0, "x2": 8.5}').decode(),
    base64.encodebytes(b'{"days": 14, "x1": 8.0,                                        "x2": 8.5}').decode(),
]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("packed", PACKED)
def test_parameters_are_base64_of_yaml_or_json(served: Served, packed: str) -> None:
    assert text_of(served, asked(served, parameters=packed)) == "14 16.5"


@pytest.mark.usefixtures("workspace")
def test_names_of_kernels_and_images_stand_for_the_environment(served: Served) -> None:
    for given in (
        {"kernel": "edc-gpu", "image": "eurodatacube/jupyter-user:0.19.6"},
        {"kernel": "conda-env-edc-default-2022.10-14-py", "run_on_fargate": True, "node_purpose": "userjobs"},
        {"kernel": "earth", "image": "quay.io/jupyter/scipy-notebook:2024-05-27"},
    ):
        assert asked(served, **given)["status"] == "successful"
    for given in ("pip_base", "python3", "edc", "python3.11"):
        assert served.ask(EXECUTE, {"inputs": {"notebook": "project/nb.ipynb", "kernel": given}})["status"]


@pytest.mark.usefixtures("workspace")
def test_quantities_choose_the_smallest_flavour_that_has_as_much(served: Served) -> None:
    job = asked(served, mem_limit="512Mi", cpu_limit="500m", mem_requests="100M", cpu_requests=0.25)
    run = served.ask(f"/runs/{job['jobID']}.json")
    text = json.dumps(run)
    assert '"flavour": "small"' in text and str(512 * 1024**2) in text


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"memory": 1, "cpus": 2}, "Unknown input cpus, memory; execute-notebook takes: cpu_limit, cpu_requests, git_revision"),
    ({"kernel": "ir"}, "There is no kernel “ir” here; known are earth, python3"),
    ({"image": "evil.example/miner:latest"}, "has no environment here; known are earth, eurodatacube/jupyter-user:TAG"),
    ({"kernel": 3}, "The input “kernel” must be a text; it is 3."),
    ({"cpu_limit": "many"}, "cpu_limit must be processors, such as 2, 0.5 or 500m"),
    ({"cpu_limit": "-1"}, "cpu_limit must be processors"),
    ({"cpu_limit": "0"}, "cpu_limit must be processors"),
    ({"cpu_limit": True}, "cpu_limit must be processors"),
    ({"cpu_limit": "1000"}, "No flavour has 1000 processors"),
    ({"mem_limit": "much"}, "mem_limit must be an amount of bytes, such as 2Gi or 500M; it is “much”."),
    ({"mem_limit": "-2Gi"}, "mem_limit must be an amount of bytes"),
    ({"mem_limit": "900Ti"}, "No flavour has"),
    ({"mem_limit": "1Gi", "mem_requests": "2Gi"}, "mem_requests (2Gi) is more than mem_limit (1Gi)."),
    ({"cpu_limit": "1", "cpu_requests": "1500m"}, "cpu_requests (1.5) is more than cpu_limit (1)."),
    ({"run_on_fargate": "perhaps"}, "“run_on_fargate” must be true or false"),
    ({"parameters": "#"}, "“parameters” must be base64 of YAML or JSON"),
    ({"parameters": base64.b64encode(b"- 1\n- 2").decode()}, "must be an object of names and values"),
    ({"parameters": base64.b64encode(b"1: 2").decode()}, "must be an object of names and values"),
    ({"parameters": base64.b64encode(b"!!python/object/apply:os.system [id]").decode()}, "must be base64 of YAML or JSON"),
    ({"parameters": base64.b64encode(b"[" * 100000).decode()}, "must be base64 of YAML or JSON"),
    ({"parameters_json": "{days: 1"}, "“parameters_json” is text that is no JSON"),
    ({"parameters_json": [1]}, "“parameters_json” must be an object"),
    ({"parameters_json": {"dayz": 1}}, "Unknown parameter dayz; this notebook takes: days, x1, x2."),
    ({"git_revision": "main"}, "lies in no git repository of your workspace"),
    ({"notebook": "../../../etc/passwd"}, "lies outside of your workspace"),
    ({"notebook": "../../../etc/passwd", "git_revision": "main"}, "lies outside of your workspace"),
]  # fmt: skip


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(("inputs", "words"), WRONG)
def test_what_is_wrong_is_named_with_what_would_be_right(served: Served, inputs: dict[str, Any], words: str) -> None:
    problem = refused(served, **inputs)
    assert problem["status"] in (400, 403, 404)
    assert words in problem["detail"]


def test_an_input_given_twice_is_refused(served: Served) -> None:
    twice = [{"id": "notebook", "value": "a"}, {"id": "notebook", "value": "b"}]
    with pytest.raises(urllib.error.HTTPError) as caught:
        served.ask(EXECUTE, {"inputs": twice})
    assert "The input notebook is given more than once." in json.load(caught.value)["detail"]


@pytest.mark.usefixtures("workspace")
def test_a_job_has_what_the_eodash_client_reads(served: Served) -> None:
    job = asked(served)
    assert [link["rel"].rsplit("/", 1)[-1] for link in job["links"]][:2] == ["self", "results"]
    assert {"jobID", "status", "job_start_datetime", "job_end_datetime"} <= set(job)


def test_the_executed_notebook_and_the_outputs_are_copied_into_the_workspace(served: Served, workspace: Path) -> None:
    job = asked(served, result_data_directory="results/{job_name}")
    found, folder = copied(served, job), workspace / "results" / job["jobID"]
    assert found["state"] == "copied"
    assert (folder / "sum.txt").read_text() == "1 0.0"
    (executed,) = folder.glob(f"nb_result_*_{job['jobID']}.ipynb")
    assert json.loads(executed.read_text())["cells"][0]["execution_count"] is not None
    assert sorted(found["files"]) == sorted(str(path.relative_to(workspace)) for path in (folder / "sum.txt", executed))


def test_the_executed_notebook_gets_the_name_that_was_asked_for_and_is_not_overwritten(
    served: Served, workspace: Path
) -> None:
    for path in workspace.glob("out/may/*"):
        path.unlink()
    given = {"output_filename": "mine.ipynb", "output_dirname": "out/may"}
    assert copied(served, asked(served, **given))["files"] == ["out/may/mine.ipynb"]
    assert (workspace / "out" / "may" / "mine.ipynb").is_file()
    problem = refused(served, **given)
    assert (problem["status"], "is not overwritten" in problem["detail"]) == (409, True)


def test_outputs_never_go_over_files_that_are_there(served: Served, workspace: Path) -> None:
    (workspace / "kept").mkdir(exist_ok=True)
    (workspace / "kept" / "sum.txt").write_text("mine")
    found = copied(served, asked(served, result_data_directory="kept"))
    assert found["state"] == "not copied"
    assert "“kept/sum.txt” is in the workspace already and is not overwritten." in found["message"]
    assert (workspace / "kept" / "sum.txt").read_text() == "mine"


def test_a_link_that_leads_out_of_the_workspace_is_not_followed(
    served: Served, workspace: Path, tmp_path: Path
) -> None:
    link = workspace / "leads-out"
    link.unlink(missing_ok=True)
    link.symlink_to(tmp_path)
    found = copied(served, asked(served, result_data_directory="leads-out/x"))
    assert found["state"] == "not copied" and "is a link or no folder" in found["message"]
    assert list(tmp_path.iterdir()) == []


HOSTILE = [
    ("output_filename", "../../evil.ipynb"),
    ("output_filename", "/etc/cron.d/evil.ipynb"),
    ("output_filename", "a/b.ipynb"),
    ("output_filename", "evil.sh"),
    ("output_filename", ".ipynb"),
    ("output_filename", ".hidden.ipynb"),
    ("output_filename", "a\x00b.ipynb"),
    ("output_filename", "a\nb.ipynb"),
    ("output_filename", "a\\..\\b.ipynb"),
    ("output_filename", "x" * 400 + ".ipynb"),
    ("output_dirname", "../outside"),
    ("output_dirname", "a/../../outside"),
    ("output_dirname", "/tmp"),
    ("output_dirname", "~root"),
    ("output_dirname", ".ipython/profile_default/startup"),
    ("output_dirname", "."),
    ("output_dirname", "{job_name}/../.."),
    ("result_data_directory", ".."),
    ("result_data_directory", "../owner2"),
    ("result_data_directory", "project/.git/hooks"),
    ("result_data_directory", "a/" * 800),
]


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize(("name", "value"), HOSTILE)
def test_a_name_that_leads_elsewhere_is_refused_before_anything_runs(served: Served, name: str, value: str) -> None:
    problem = refused(served, **{name: value})
    assert problem["status"] == 400
    said = ("write a path inside your workspace", "must be the name of a", f"{name} holds the character NUL")
    assert any(words in problem["detail"] for words in said)


def test_the_notebook_of_a_git_revision_is_what_runs(served: Served, workspace: Path) -> None:
    folder = workspace / "repository"
    if not folder.exists():
        porcelain.init(str(folder))
        for version in ("one", "two"):
            (folder / "nb.ipynb").write_bytes(
                notebook(f"import repeatpass\nrepeatpass.output('v.txt').write_text('{version}')")
            )
            porcelain.add(str(folder), [str(folder / "nb.ipynb")])
            porcelain.commit(str(folder), message=version.encode(), author=b"A <a@b.c>", committer=b"A <a@b.c>")
            porcelain.tag_create(str(folder), version.encode(), author=b"A <a@b.c>", message=b"t", annotated=True)
        (folder / "nb.ipynb").write_bytes(notebook("raise SystemExit('not committed')"))
    for revision, text in (("one", "one"), ("two", "two")):
        job = asked(served, notebook="repository/nb.ipynb", git_revision=revision)
        assert text_of(served, job) == text
        assert len(job["gitCommit"]) == 40
    again = asked(served, notebook="repository/nb.ipynb", git_revision=job["gitCommit"][:10])
    assert text_of(served, again) == "two"
    problem = refused(served, notebook="repository/nb.ipynb", git_revision="three")
    assert (problem["status"], "There is no “nb.ipynb” at git revision “three”" in problem["detail"]) == (404, True)
    problem = refused(served, notebook="repository/other.ipynb", git_revision="one")
    assert problem["status"] == 404


def test_a_repository_that_borrows_from_elsewhere_is_refused(served: Served, workspace: Path) -> None:
    folder = workspace / "borrowing"
    if not folder.exists():
        porcelain.init(str(folder))
    (folder / ".git" / "objects" / "info").mkdir(parents=True, exist_ok=True)
    (folder / ".git" / "objects" / "info" / "alternates").write_text("/somewhere/else/.git/objects\n")
    problem = refused(served, notebook="borrowing/nb.ipynb", git_revision="main")
    assert (problem["status"], "borrows from another one" in problem["detail"]) == (403, True)


@pytest.mark.usefixtures("workspace")
def test_a_chosen_job_id_is_kept_and_taken_once(served: Served) -> None:
    body = {"inputs": [{"id": "notebook", "value": "project/nb.ipynb"}], "job_id": f"chosen-{time.time_ns()}"}
    assert served.ask(EXECUTE, body)["jobID"] == body["job_id"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        served.ask(EXECUTE, body)
    assert caught.value.code == 409
    with pytest.raises(urllib.error.HTTPError) as caught:
        served.ask(EXECUTE, body | {"job_id": "../../evil"})
    assert caught.value.code == 400


def test_half_a_character_is_refused_wherever_it_stands(served: Served) -> None:
    problem = refused(served, result_data_directory="\ud800")
    assert (problem["status"], "half of a surrogate pair" in problem["detail"]) == (400, True)


@pytest.mark.usefixtures("workspace")
def test_results_can_be_given_as_the_eodash_client_reads_them(served: Served) -> None:
    listed = {"inputs": [{"id": "notebook", "value": "project/nb.ipynb"}]}
    job = served.job(served.ask(f"{EXECUTE}&results=urls", listed)["jobID"])
    results = served.ask(job["links"][1]["href"].removeprefix(served.address) + "?t=1732270000000")
    assert results == {"urls": [f"{served.address}/runs/{job['jobID']}/outputs/sum.txt"]}
    with pytest.raises(urllib.error.HTTPError) as caught:
        served.ask(f"{EXECUTE}&results=pictures", listed)
    assert "results is “pictures”; it can be urls" in json.load(caught.value)["detail"]


def test_the_page_of_a_run_says_what_was_copied(served: Served, workspace: Path) -> None:
    job = asked(served, result_data_directory="seen/{job_name}")
    assert copied(served, job)["state"] == "copied"
    page = served.page(f"/runs/{job['jobID']}")
    assert "In the workspace" in page and "2 files are in your workspace." in page
