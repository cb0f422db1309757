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


BARE = """
import sys
from importlib import import_module
from pathlib import Path

class Nothing:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "repeatpass":
            raise ModuleNotFoundError(name, name=top)

import repeatpass.kit.connectors as connectors
sys.meta_path.insert(0, Nothing())
names = sorted(file.stem for file in Path(connectors.__path__[0]).glob("*.py") if file.stem not in ("__init__", "zarrs"))
for name in names:
    import_module(f"repeatpass.kit.connectors.{name}")
print(len(names))
"""


def test_no_connector_needs_a_package_until_something_is_opened() -> None:
    told = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) > 15
