"""`import repeatpass` costs almost nothing and needs nothing but Python."""

import subprocess
import sys
import time
from importlib.metadata import version

import pytest

import repeatpass


def test_the_import_is_light_and_loads_no_library() -> None:
    code = (
        "import sys, time; before = set(sys.modules); t = time.process_time(); import repeatpass; "
        "took = time.process_time() - t; print(took, *sorted(set(sys.modules) - before))"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert float(said[0]) < 0.1
    assert not {"numpy", "xarray", "pandas", "typer", "repeatpass.kit.reading"} & set(said[1:])


def test_the_kit_needs_nothing_but_python_until_something_is_opened() -> None:
    """Run with -S and -E: no site-packages, so a third-party import would fail."""
    source = str(next(iter(repeatpass.__path__))).removesuffix("repeatpass")
    code = f"import sys; sys.path.insert(0, {source!r}); import repeatpass; repeatpass.open, repeatpass.publish, " + (
        "repeatpass.output, repeatpass.Client"
    )
    subprocess.run([sys.executable, "-S", "-E", "-c", code], check=True)


def test_the_names_of_the_kit_are_there_and_no_others() -> None:
    assert {"open", "output", "publish", "items", "Client"} <= set(dir(repeatpass))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        repeatpass.nothing  # noqa: B018


def test_the_version_is_that_of_the_distribution() -> None:
    assert repeatpass.__version__ == version("repeatpass")


def test_a_second_use_is_as_quick_as_an_ordinary_name() -> None:
    repeatpass.open  # noqa: B018
    start = time.perf_counter()
    for _ in range(1000):
        repeatpass.open  # noqa: B018
    assert time.perf_counter() - start < 0.1
