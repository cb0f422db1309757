"""A revision is the notebook's meaning: what an editor or an execution adds makes no new one."""

import json

import nbformat
import pytest
from tests.houses import notebook

from repeatpass.core.errors import Invalid
from repeatpass.notebooks.source import about, read_notebook, revision_of

PLAIN = notebook("1 + 1", "print('two')", parameters="x = 1")


def changed(**cell: object) -> str:
    made = json.loads(PLAIN)
    made["cells"][1] |= cell
    return revision_of(read_notebook(json.dumps(made).encode()))


def test_outputs_counts_ids_and_folding_make_no_new_revision() -> None:
    output = nbformat.v4.new_output("stream", text="2\n")
    assert changed(outputs=[output], execution_count=7, id="other") == revision_of(read_notebook(PLAIN))
    assert changed(metadata={"collapsed": True}) == revision_of(read_notebook(PLAIN))


def test_trailing_spaces_and_line_endings_make_no_new_revision() -> None:
    assert changed(source="1 + 1  \r\n") == revision_of(read_notebook(PLAIN))


@pytest.mark.parametrize("cell", [{"source": "1 + 2"}, {"cell_type": "raw"}, {"metadata": {"tags": ["skip"]}}])
def test_source_type_and_tags_make_a_new_revision(cell: dict[str, object]) -> None:
    made = json.loads(PLAIN)
    made["cells"][1] |= cell
    if cell.get("cell_type") == "raw":
        made["cells"][1].pop("outputs"), made["cells"][1].pop("execution_count")
    assert revision_of(read_notebook(json.dumps(made).encode())) != revision_of(read_notebook(PLAIN))


def test_a_source_given_as_lines_is_the_same_as_one_given_whole() -> None:
    assert changed(source=["1 +", " 1"]) == changed(source="1 + 1")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe", "it is not JSON"),
        (b"[]", "has no “nbformat”"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}', "is not a valid notebook"),
        (b'{"nbformat": 99, "nbformat_minor": 0, "metadata": {}, "cells": []}', "is not a valid notebook"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_notebook(content)


def test_another_language_is_refused_by_name() -> None:
    made = json.loads(PLAIN) | {"metadata": {"language_info": {"name": "R"}}}
    with pytest.raises(Invalid, match="written in r; Repeatpass executes Python"):
        read_notebook(json.dumps(made).encode())


def test_the_first_heading_is_the_title_where_metadata_give_none() -> None:
    made = json.loads(PLAIN)
    made["cells"].insert(0, nbformat.v4.new_markdown_cell("# Warm water\n\nText."))
    assert about(read_notebook(json.dumps(made).encode()), "file").title == "Warm water"
