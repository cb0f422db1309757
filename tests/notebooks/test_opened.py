"""Which collections a notebook opens is read from its source."""

import pytest
from tests.houses import notebook

from repeatpass.demo import content
from repeatpass.notebooks.opened import collections_opened


@pytest.mark.parametrize(
    ("source", "opened"),
    [
        ('import repeatpass\nrepeatpass.open("sst")', {"sst"}),
        ('import repeatpass as rp\ndata = rp.open("sst", layout="map")', {"sst"}),
        ('from repeatpass import open as look\nlook("sst")', {"sst"}),
        ('import repeatpass\nname = "sst"\nrepeatpass.open(name)', {"sst"}),
        ('import repeatpass\nname: str = "sst"\nrepeatpass.open(name)', {"sst"}),
        ('client.search(collections=["sst", "ice"])', {"sst", "ice"}),
        ('wanted = ["sst"]\nclient.search(collections=wanted)', {"sst"}),
        ('client.get_collection("sst")', {"sst"}),
        ('from repeatpass.kit.reading import located\nlocated("sst", asset="a.csv")', {"sst"}),
        ("%matplotlib inline\n!ls\nimport repeatpass\nrepeatpass.open('sst')", {"sst"}),
        ('open("sst")', set()),
        ('import repeatpass\nprint("sst")', set()),
        ("this is not Python", set()),
        ("import repeatpass\nrepeatpass.open(5)\nrepeatpass.open()", set()),
    ],
)
def test_the_names_that_a_cell_opens_are_found(source: str, opened: set[str]) -> None:
    assert collections_opened(notebook(source)) == opened


def test_a_parameter_of_one_cell_is_known_in_the_next() -> None:
    assert collections_opened(notebook("import repeatpass\nrepeatpass.open(what)", parameters='what = "sst"')) == {
        "sst"
    }


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"cells": 5}', b'{"cells": [5, {"cell_type": "code", "source": 7}]}']
)
def test_a_file_that_is_no_notebook_opens_nothing(content: bytes) -> None:
    assert collections_opened(content) == frozenset()


def test_every_notebook_of_the_demonstration_says_what_it_opens() -> None:
    for path in content.notebooks():
        assert collections_opened(path.read_bytes()), path.name
