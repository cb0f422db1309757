"""The process ``execute-notebook``: any notebook of one's own workspace, or one on the shelf."""

from typing import Any

from repeatpass.notebooks.processes import Process, ProcessInput, ProcessOutput

EXECUTE_NOTEBOOK = "execute-notebook"


def _input(name: str, title: str, description: str = "", *, required: bool = False, **schema: Any) -> ProcessInput:
    return ProcessInput(
        name=name, title=title, description=description, required=required, schema=schema or {"type": "string"}
    )


INPUTS = (
    _input(
        "notebook", "Notebook",
        "Path of a notebook in your workspace, its name on the shelf, or the notebook itself (nbformat).",
        required=True, oneOf=[{"type": "string", "minLength": 1}, {"type": "object", "required": ["nbformat", "cells"]}],
    ),
    _input("notebook_name", "Name of the notebook", "What a notebook that is sent itself is called, ending in .ipynb."),
    _input("parameters_json", "Parameters", "Names and values of the notebook's parameters.", type="object"),
    _input("parameters", "Parameters, packed", "The same as base64 of YAML or JSON."),
    _input("mem_limit", "Memory limit", "Such as 2Gi or 500M; the smallest flavour that has as much is taken."),
    _input("cpu_limit", "Processor limit", "Such as 2, 0.5 or 500m; the smallest flavour that has as many is taken."),
    _input("mem_requests", "Memory request", "The least that the flavour must have, such as 1Gi."),
    _input("cpu_requests", "Processor request", "The least that the flavour must have, such as 500m."),
    _input("run_on_fargate", "Run on Fargate", "Means nothing here: accepted and passed over.", type="boolean"),
    _input("node_purpose", "Purpose of the node", "Means nothing here: accepted and passed over."),
    _input("kernel", "Kernel", "A kernel's name, such as python3 or edc; it stands for an environment."),
    _input("image", "Image", "A container image's name, such as eurodatacube/jupyter-user; it stands for an environment."),
    _input(
        "output_filename", "Name of the executed notebook",
        "A copy of the executed notebook in your workspace, ending in .ipynb; may contain {job_name}.",
    ),
    _input("output_dirname", "Folder of the executed notebook", "A folder in your workspace; may contain {job_name}."),
    _input(
        "result_data_directory", "Folder of the results",
        "Copies of the executed notebook and every output in a folder of your workspace; may contain {job_name}.",
    ),
    _input(
        "git_revision", "Git revision",
        "Commit, tag or branch of the git repository that the notebook lies in: it is executed as it was then.",
    ),
)  # fmt: skip


def execute_notebook_process() -> Process:
    """Return the description of ``execute-notebook``."""
    return Process(
        id=EXECUTE_NOTEBOOK,
        title="Execute a notebook",
        description="Executes a notebook of your workspace, or one on the shelf, with parameters.",
        version="1.0.0",
        keywords=("notebook",),
        inputs=INPUTS,
        outputs=(
            ProcessOutput(
                name="outputs",
                title="Every output that the notebook leaves, under the name it gives it",
                schema={"type": "string", "format": "uri-reference"},
            ),
        ),
    )
