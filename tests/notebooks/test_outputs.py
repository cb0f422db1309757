"""Outputs read from a notebook's source."""

import pytest

from repeatpass.notebooks.outputs import Declared, declared_outputs
from repeatpass.notebooks.processes import Left, _outputs


def declared(*cells: str) -> tuple[Declared, ...]:
    """What a notebook of these cells declares."""
    return declared_outputs({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def test_publish_and_output_name_what_they_leave() -> None:
    found = declared(
        'import repeatpass\nrepeatpass.publish(table, "values", title="Warmth", unit="K")',
        'repeatpass.output("maps/sst.png").write_bytes(b"")',
    )
    assert found == (
        Declared(name="values", title="Warmth", unit="K"),
        Declared(name="maps/sst.png", media_type="image/png"),
    )


@pytest.mark.parametrize(
    "source",
    [
        'import repeatpass as rp\nrp.publish(x, name="a")',
        'from repeatpass import publish as leave\nleave(x, "a")',
        'NAME = "a"\nimport repeatpass\nrepeatpass.publish(x, NAME)',
        '%matplotlib inline\n!ls\nimport repeatpass\nif True:\n    repeatpass.publish(x, "a")',
        'import repeatpass\nfor _ in range(2):\n    repeatpass.publish(x, "a")\n    repeatpass.publish(x, "a")',
    ],
)
def test_the_name_is_found_however_it_is_written(source: str) -> None:
    assert [each.name for each in declared(source)] == ["a"]


@pytest.mark.parametrize(
    "source",
    [
        'import repeatpass\nrepeatpass.publish(x, f"map-{year}")',
        'import repeatpass\nNAME = "a"\nNAME = "b"\nrepeatpass.publish(x, NAME)',
    ],
)
def test_a_computed_name_is_known_to_be_unknown(source: str) -> None:
    assert [each.name for each in declared(source)] == [""]


def test_what_a_run_left_describes_more_exactly() -> None:
    left = (Left(name="a", title="A", unit="K", media_type="text/csv"),)
    outputs, computed = _outputs((Declared(name="a"), Declared(name="")), left, {})
    assert outputs[0].schema == {"type": "string", "contentMediaType": "text/csv"}
    assert (outputs[0].title, outputs[0].description, computed) == ("A", "In K.", True)


def test_a_notebook_that_leaves_nothing_leaves_itself() -> None:
    (output,) = _outputs((), (), {})[0]
    assert (output.name, output.schema["contentMediaType"]) == ("notebook", "application/x-ipynb+json")
