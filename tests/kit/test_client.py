"""The kit's client against a real platform: progress, outputs, files of this machine, jobs that are stopped."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.houses import notebook
from tests.served import COMMAND, Served, environ, small_home

import repeatpass
from repeatpass.kit import showing
from repeatpass.kit.errors import ClientError, UnknownData
from repeatpass.kit.job import Output

SLOW = notebook("import time\nfor _ in range(30): time.sleep(pause / 30)", "1", "1", "1", parameters="pause = 0.0")
FAMILY = """
import repeatpass
repeatpass.output("one.txt").write_text("eins" * times)
repeatpass.output("deep/two.json").write_text('{"two": 2}')
"""


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(small_home(tmp_path_factory.mktemp("platform") / "home")).start()
    yield made
    made.close()


@pytest.fixture
def client(platform: Served) -> repeatpass.Client:
    return repeatpass.Client(platform.address, platform.token)


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """A notebook on this machine that leaves two files."""
    (tmp_path / "family.ipynb").write_bytes(notebook(FAMILY, parameters="times = 1"))
    return tmp_path / "family.ipynb"


def test_a_notebook_of_this_machine_is_sent_and_its_outputs_come_back(
    client: repeatpass.Client, family: Path, tmp_path: Path
) -> None:
    job = client.run(family, {"times": 2}).wait(60)
    assert {output.name for output in job.outputs()} == {"one.txt", "deep/two.json"}
    written = {path.name: path.read_text() for path in job.download(tmp_path / "out")}
    assert written == {"one.txt": "einseins", "two.json": '{"two": 2}'}
    assert "family" not in [each["id"] for each in client.processes()], "it was put on the shelf"


def test_a_notebook_can_be_deployed_replaced_and_undeployed(client: repeatpass.Client, family: Path) -> None:
    assert client.deploy(family)["id"] == "family"
    assert client.deploy(family)["inputs"]["times"]["schema"]["default"] == 1
    assert client.run("family", {"times": 3}).wait(60).progress == 100
    client.undeploy("family")
    with pytest.raises(ClientError, match="no process"):
        client.process("family")


def test_progress_is_told_cell_by_cell(client: repeatpass.Client, tmp_path: Path) -> None:
    (tmp_path / "slow.ipynb").write_bytes(SLOW)
    job = client.run(tmp_path / "slow.ipynb", {"pause": 2.0})
    states = list(job.states(60, every=0.1))
    seen = {(state.get("cell"), state.get("cells")) for state in states if state["status"] == "running"}
    assert (3, 6) in seen or (2, 5) in seen or (2, 6) in seen, seen
    assert states[-1]["status"] == "successful"
    assert all(0 <= showing.percent(state) <= 100 for state in states)


@pytest.mark.parametrize("rich", [True, False])
def test_whoever_watches_sees_a_bar_with_rich_and_without(
    client: repeatpass.Client, monkeypatch: pytest.MonkeyPatch, rich: bool
) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    if rich:
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
    else:
        monkeypatch.setitem(sys.modules, "rich.progress", None)
    client.execute("warmth", {"pause": 1.0}).wait(60, show=True)
    assert "warmth" in said.getvalue() if rich else "[####" in said.getvalue()
    assert ("[#" in said.getvalue()) is not rich


def test_nothing_is_drawn_where_nobody_watches(client: repeatpass.Client, capfd: pytest.CaptureFixture[str]) -> None:
    client.execute("warmth").wait(60)
    assert capfd.readouterr() == ("", "")


def test_jobs_are_listed_and_dismissed(client: repeatpass.Client) -> None:
    job = client.execute("warmth", {"pause": 300.0}, flavour="small", id="to-be-stopped")
    assert job.id == "to-be-stopped"
    assert "to-be-stopped" in [each.id for each in client.jobs(process="warmth", status="accepted,running")]
    job.dismiss()
    with pytest.raises(ClientError, match="Cancelled by Owner"):
        job.wait(30)
    assert job.status()["flavour"] == "small"


def test_a_failure_is_told_in_the_platforms_words(client: repeatpass.Client) -> None:
    with pytest.raises(ClientError, match="ValueError"):
        client.execute("warmth", {"pause": -1.0}).wait(60)


def test_a_file_that_is_no_notebook_is_not_sent(client: repeatpass.Client, tmp_path: Path) -> None:
    (tmp_path / "no.ipynb").write_text("no")
    with pytest.raises(UnknownData, match="is not a notebook"):
        client.run(tmp_path / "no.ipynb")
    with pytest.raises(UnknownData, match="cannot be read"):
        client.run(tmp_path / "nowhere.ipynb")
    (tmp_path / "empty.ipynb").write_text("{}")
    with pytest.raises(ClientError, match="without “nbformat”"):
        client.run(tmp_path / "empty.ipynb")


@pytest.mark.parametrize("name", ["../../evil", "/etc/passwd", "a\\..\\b", "..", ".bashrc", "x" * 999, "", "a\nb"])
def test_what_a_platform_calls_its_outputs_leads_nowhere_else(name: str, tmp_path: Path) -> None:
    path = Output(name=name, value={"a": 1}).download(tmp_path / "into")
    assert path.resolve().parent == (tmp_path / "into").resolve()
    assert json.loads(path.read_text()) == {"a": 1}


def test_the_token_is_sent_to_its_platform_alone(client: repeatpass.Client) -> None:
    assert client._token_for(f"{client.url}/ogc/jobs/1") != ""
    for elsewhere in (
        "http://evil.example/ogc",
        f"{client.url}.evil.example/",
        client.url.replace("http", "https") + "/",
    ):
        assert client._token_for(elsewhere) == ""


def elsewhere(platform: Served, home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``repeatpass run … --where`` from another home."""
    given = environ(home, TOKEN=platform.token, **more)
    command = [*COMMAND, "run", *words, "--where", platform.address]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False, cwd=home)


def test_the_command_runs_elsewhere_and_brings_the_outputs_home(platform: Served, family: Path, tmp_path: Path) -> None:
    done = elsewhere(platform, tmp_path, str(family), "-p", "times=2", "--into", "results", "--flavour", "small")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "one.txt").read_text() == "einseins"
    assert f"{platform.address}/ogc/jobs/" in done.stdout.replace("\n", "")
    told: Any = json.loads(elsewhere(platform, tmp_path, "warmth", "-p", "number=4", "--json").stdout)
    assert (told["job"]["status"], [each["name"] for each in told["outputs"]]) == ("successful", ["values"])
    assert not (tmp_path / "repeatpass.db").exists(), "a house was opened here"


def test_the_command_says_what_went_wrong_elsewhere(platform: Served, tmp_path: Path) -> None:
    failed = elsewhere(platform, tmp_path, "warmth", "-p", "pause=-1")
    assert (failed.returncode, "ValueError" in failed.stdout) == (1, True)
    refused = elsewhere(platform, tmp_path, "warmth", "-p", "number=99")
    assert (refused.returncode, "number" in refused.stderr, "Traceback" in refused.stderr) == (2, True, False)
    forbidden = elsewhere(platform, tmp_path, "warmth", "--token", "wrong")
    assert (forbidden.returncode, "token is unknown" in forbidden.stderr) == (2, True)


def test_ctrl_c_asks_whether_the_run_is_to_be_stopped(platform: Served, tmp_path: Path) -> None:
    import os
    import pty
    import signal
    import time

    client = repeatpass.Client(platform.address, platform.token)
    for answer, status in (("y", "dismissed"), ("n", "running")):
        leader, follower = pty.openpty()
        command = [*COMMAND, "run", "warmth", "-p", "pause=120", "--where", platform.address]
        given = environ(tmp_path, TOKEN=platform.token)
        before = {job.id for job in client.jobs()}
        process = subprocess.Popen(command, env=given, stdin=follower, stdout=follower, stderr=follower, cwd=tmp_path)
        until = time.monotonic() + 30
        while not (begun := [each for each in client.jobs() if each.id not in before]) or (
            begun[0].status()["status"] != "running"
        ):
            assert time.monotonic() < until
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        os.write(leader, f"{answer}\n".encode())
        assert process.wait(60) in (1, 130)
        os.close(follower)
        os.close(leader)
        assert begun[0].status()["status"] == status
        begun[0].dismiss()
