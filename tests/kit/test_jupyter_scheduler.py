"""JupyterLab's own scheduler, with the runs at a real platform: its rooms are real, in an environment of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import cannot
from tests.houses import notebook
from tests.served import Served, environ, small_home

from repeatpass.notebooks.environments.tools import find_uv

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SCHEDULE = """
import json, sys, time
from pathlib import Path
from jupyter_scheduler.environments import StaticEnvironmentManager
from jupyter_scheduler.models import CreateJob
from jupyter_scheduler.orm import create_tables
from jupyter_scheduler.scheduler import Scheduler
from repeatpass.kit.jupyter import PlatformExecution

def main():
    root, parameters, stop = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3] == "stop"
    url = f"sqlite:///{root}/scheduler.sqlite"
    create_tables(url)
    scheduler = Scheduler(root_dir=root, environments_manager=StaticEnvironmentManager(), db_url=url)
    scheduler.execution_manager_class = PlatformExecution
    scheduler.task_runner_class = None
    scheduler.staging_path = f"{root}/staging"
    made = CreateJob(input_uri="nb.ipynb", runtime_environment_name="earth", name="a job", output_formats=["ipynb", "html"],
                     parameters=parameters)
    id = scheduler.create_job(made)
    until, asked = time.monotonic() + 150, False
    while time.monotonic() < until:
        job = scheduler.get_job(id, False)  # before it begins, jupyter-scheduler calls it STOPPED
        if job.status in ("COMPLETED", "FAILED") or (asked and job.status in ("STOPPED", "STOPPING")):
            break
        if stop and not asked and Path(root, "begun").exists():
            scheduler.stop_job(id)
            asked = True
        time.sleep(0.2)
    files = {kind: path for kind, path in scheduler.get_staging_paths(job).items()}
    print(json.dumps({"status": str(job.status), "message": job.status_message, "files": files, "more": job.packaged_files}))

if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with jupyter-scheduler and the kit: the one that is named, or one that is made."""
    if named := os.environ.get("REPEATPASS_TESTS_JUPYTER"):
        return Path(named)
    place = tmp_path_factory.mktemp("jupyter") / "env"
    uv = find_uv()
    if uv is None:
        cannot("there is no uv to make an environment with jupyter-scheduler")
    for words in (
        ["venv", "--python", sys.executable, str(place)],
        ["pip", "install", "--python", str(place / "bin" / "python"), "jupyter-scheduler", "-e", str(ROOT)],
    ):
        done = subprocess.run([str(uv), *words], capture_output=True, text=True, check=False, timeout=240)
        if done.returncode:
            cannot(f"jupyter-scheduler cannot be installed here: {done.stderr[-300:]}")
    return place / "bin" / "python"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(small_home(tmp_path_factory.mktemp("platform") / "home")).start()
    yield made
    made.close()


def scheduled(jupyter: Path, platform: Served, root: Path, code: str, *, stop: bool = False, **parameters: str) -> Any:
    """Have JupyterLab's scheduler run a notebook; return how its job ended."""
    (root / "nb.ipynb").write_bytes(notebook(code, parameters="times = 1\nword = 'a'"))
    (root / "schedule.py").write_text(SCHEDULE)
    given = environ(root, URL=platform.address, TOKEN=platform.token) | {"HOME": str(root)}
    command = [str(jupyter), str(root / "schedule.py"), str(root), json.dumps(parameters), "stop" if stop else ""]
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=180, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_notebook_job_runs_at_the_platform_and_brings_its_files_back(
    jupyter: Path, platform: Served, tmp_path: Path
) -> None:
    code = "import repeatpass\nprint('here')\nrepeatpass.output('said.txt').write_text(word * times)"
    job = scheduled(jupyter, platform, tmp_path, code, times="3", word="ho")
    assert job["status"] == "COMPLETED", job
    folder = Path(job["files"]["input"]).parent
    assert (folder / "said.txt").read_text() == "hohoho"
    assert "said.txt" in job["more"]
    executed = json.loads(Path(job["files"]["ipynb"]).read_text())
    assert any("here" in json.dumps(cell.get("outputs", "")) for cell in executed["cells"])
    assert "here" in Path(job["files"]["html"]).read_text()


def test_a_notebook_job_that_fails_says_so_in_the_platforms_words(
    jupyter: Path, platform: Served, tmp_path: Path
) -> None:
    job = scheduled(jupyter, platform, tmp_path, "raise ValueError('too warm')")
    assert job["status"] == "FAILED"
    assert "too warm" in job["message"] and f"{platform.address}/runs/" in job["message"]
    assert "too warm" in Path(job["files"]["ipynb"]).read_text(), "the notebook with its traceback is not there"


def test_a_notebook_job_that_is_stopped_in_jupyterlab_is_stopped_at_the_platform(
    jupyter: Path, platform: Served, tmp_path: Path
) -> None:
    code = f"import pathlib, time\npathlib.Path({str(tmp_path / 'begun')!r}).touch()\ntime.sleep(120)"
    job = scheduled(jupyter, platform, tmp_path, code, stop=True)
    assert job["status"] in ("STOPPED", "STOPPING")
    newest = platform.ask("/ogc/jobs?limit=1")["jobs"][0]["jobID"]
    assert platform.job(newest, seconds=30)["status"] == "dismissed"
