"""Notebook jobs of JupyterLab, carried out by a platform: an execution manager for jupyter-scheduler.

In ``jupyter_server_config.py`` of the JupyterLab in which jupyter-scheduler and repeatpass are installed::

    c.Scheduler.execution_manager_class = "repeatpass.kit.jupyter.PlatformExecution"

and in its environment ``REPEATPASS_URL`` and ``REPEATPASS_TOKEN``. JupyterLab's “Create notebook job”, its list of jobs and
its job definitions then work as they always do; the notebook runs at the platform, with all that a run has there.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from jupyter_scheduler.executors import DefaultExecutionManager

from repeatpass.kit.client import Client
from repeatpass.kit.errors import ClientError
from repeatpass.kit.job import Job

# JupyterLab stops a job by killing its process. This one outlives it for a moment, to stop the run as well.
WATCH = """
import sys
from repeatpass.kit.client import Client
from repeatpass.kit.job import Job
if sys.stdin.read() != "ended":
    Job(Client(), sys.argv[1]).dismiss()
"""


class PlatformExecution(DefaultExecutionManager):
    """Executes the notebook of a job at the platform, and brings back the executed notebook and what it left."""

    def execute(self) -> None:
        """Run the notebook; raise ClientError, with the platform's own words, where it did not succeed."""
        source = Path(self.staging_paths["input"])
        parameters = {name: _value(text) for name, text in (self.model.parameters or {}).items()}
        job = Client().run(source, parameters)
        with _Watch(job):
            *_, ended = job.states()
        self._bring_back(job, source.parent, ended["status"] == "successful")
        if ended["status"] != "successful":
            raise ClientError(f"{ended.get('message') or ended['status']} See {job.page}", status=ended)

    def _bring_back(self, job: Job, folder: Path, succeeded: bool) -> None:
        executed = job.executed()
        if executed is not None:
            self.create_output_files(self.model, nbformat.reads(json.dumps(executed), as_version=4))
        if succeeded:
            job.download(folder)
            self.add_side_effects_files(str(folder))

    @classmethod
    def validate(cls, *_input_path: Any) -> bool:
        """Any notebook will do: the platform knows in which environment it runs, whatever kernel it names."""
        return True


class _Watch:
    """Dismisses *job* if this process is killed before the block has ended."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __enter__(self) -> None:
        command = [sys.executable, "-c", WATCH, self.job.url]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, start_new_session=True)

    def __exit__(self, *_problem: object) -> None:
        self.process.communicate("ended", timeout=30)


def _value(text: str) -> Any:
    """JupyterLab sends every parameter as text; what is JSON is taken as such, as on the command line."""
    try:
        return json.loads(text)
    except ValueError:
        return text
