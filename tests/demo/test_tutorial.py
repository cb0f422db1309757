"""The tutorial's notebook and indicator are taken from its page and tried."""

import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
import yaml

from repeatpass.indicators.definition import read_definition
from repeatpass.notebooks.parameters import checked_parameters, parameters_schema
from tests.demo.test_notebooks import execute, numbers

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def notebook() -> Any:
    first, *rest = [nbformat.v4.new_code_cell(text) for text in blocks("python")]
    first.metadata["tags"] = ["parameters"]
    return nbformat.v4.new_notebook(cells=[first, *rest])


def test_the_tutorial_notebook_makes_the_values_of_the_tutorial_indicator(
    notebook: Any, context_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "peru.ipynb"
    nbformat.write(notebook, path)
    body = read_definition(blocks("yaml")[0])
    done = execute(path, context_file, tmp_path)
    output = done.outputs[body["output"]]
    assert (output.kind, output.unit) == ("values", body["unit"])
    values = done.values(body["output"]).set_index("time")["value"]
    assert values.between(*body["range"]).all()
    assert values.idxmax() == pd.Timestamp("1983-06-01")
    assert round(values.max(), 2) == numbers(body["finding"])[0]
    assert {read["collection"] for read in done.reads} == {"nino12-sst-monthly"}


def test_the_parameters_of_the_tutorial_are_held_to_their_choices(notebook: Any) -> None:
    schema = parameters_schema(notebook)
    assert checked_parameters(schema, {"window": 5})["window"] == 5
    with pytest.raises(Exception, match="window"):
        checked_parameters(schema, {"window": 4})


def test_every_command_of_the_tutorial_exists() -> None:
    from typer.main import get_command

    from repeatpass.cli.main import app

    root: Any = get_command(app)
    for line in re.findall(r"^\$ repeatpass (.*)$", PAGE.read_text("utf-8"), re.MULTILINE):
        command = root
        for word in line.split():
            if not hasattr(command, "commands"):
                break
            command = command.commands[word]
        assert not hasattr(command, "commands"), line


def test_the_values_that_the_tutorial_names_are_there() -> None:
    """Its indicator is the one of the page, its place and time those of the finding."""
    body = yaml.safe_load(blocks("yaml")[0])
    assert f"repeatpass repeat {body['id']}/{body['places'][0]['id']}/1983-06-01" in PAGE.read_text("utf-8")
