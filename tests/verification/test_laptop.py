"""A stranger repeats a crate without the platform and is told the verdict and the cause."""

import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crate_making import SOURCE, environment, make_notebook, run_for_real

from repeatpass.notebooks.environments import find, here, python_of
from repeatpass.notebooks.environments.tools import find_uv
from repeatpass.notebooks.kit_copy import kit_folder
from repeatpass.runs.masking import MASK
from repeatpass.verification.changes import Cause
from repeatpass.verification.comparison import Verdict
from repeatpass.verification.crate import CrateContent, write_crate
from repeatpass.verification.laptop import CrateRepeat, repeat_crate

ROOT = Path(__file__).parents[2]


def repeat(crate: Path, home: Path, folder: Path, **how: Any) -> CrateRepeat:
    return repeat_crate(crate, home=home, folder=folder / "repeat", **how)


def test_a_crate_repeats_identically_in_its_own_environment(crate: Path, home: Path, tmp_path: Path) -> None:
    said: list[str] = []
    found = repeat(crate, home, tmp_path, progress=said.append)
    assert found.verdict is Verdict.IDENTICAL, found.sentence
    assert found.sentence == "2 of 2 outputs identical, byte for byte."
    assert found.cause is None
    assert found.footing == found.content.footing
    assert "Cell 2 of 4" in said
    assert found.to_json()["verdict"] == "identical"


def test_other_code_is_the_cause(crate: Path, home: Path, tmp_path: Path) -> None:
    other = make_notebook(tmp_path / "other.ipynb", SOURCE.replace("* scale", "* scale + 0.5"))
    found = repeat(crate, home, tmp_path, notebook=other)
    assert (found.verdict, found.cause) == (Verdict.DIFFERENT, Cause.CODE)
    assert found.sentence.startswith("series.csv: 2 of 2 values differ, by at most 0.5 K (")
    assert "The notebook is another revision" in found.sentence


def test_a_difference_within_the_tolerance_is_no_difference(crate: Path, home: Path, tmp_path: Path) -> None:
    other = make_notebook(tmp_path / "other.ipynb", SOURCE.replace("* scale", "* scale + 0.005"))
    found = repeat(crate, home, tmp_path, notebook=other)
    assert (found.verdict, found.cause) == (Verdict.WITHIN, Cause.CODE)


def test_another_parameter_is_the_cause(crate: Path, home: Path, tmp_path: Path) -> None:
    found = repeat(crate, home, tmp_path, parameters={"scale": 4.0})
    assert (found.verdict, found.cause) == (Verdict.DIFFERENT, Cause.PARAMETERS)
    assert "The parameter scale is 4.0 instead of 3.0." in found.sentence


def test_a_notebook_that_draws_without_a_seed_is_random(home: Path, tmp_path: Path) -> None:
    source = "import numpy, repeatpass\nrepeatpass.output('x.txt').write_text(str(numpy.random.rand()))"
    content = run_for_real(tmp_path / "r2", find(environment().digest, home), kit_folder(home / "kits"), source)
    found = repeat(write_crate(tmp_path / "crate.zip", content), home, tmp_path)
    assert (found.verdict, found.cause) == (Verdict.DIFFERENT, Cause.RANDOMNESS)
    assert "without a fixed seed" in found.sentence


def test_a_difference_that_stays_the_same_is_unexplained(original: CrateContent, home: Path, tmp_path: Path) -> None:
    other = tmp_path / "series.csv"
    other.write_text("place,time,value,lower,upper,reference,flag\noslo,2020-01-01,9,,,,\nbergen,2020-01-01,9,,,,\n")
    outputs = (replace(original.outputs[0], source=other, checksum=""), *original.outputs[1:])
    found = repeat(write_crate(tmp_path / "crate.zip", replace(original, outputs=outputs)), home, tmp_path)
    assert (found.verdict, found.cause) == (Verdict.DIFFERENT, Cause.UNEXPLAINED)
    assert "further repeats agree with each other" in found.sentence


def test_an_altered_input_stops_the_repeat_and_is_named(crate: Path, home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(crate) as archive:
        archive.extractall(tmp_path / "crate")
    (data,) = (tmp_path / "crate" / "inputs").iterdir()
    data.write_text(data.read_text().replace("1.5", "1.6"))
    found = repeat(tmp_path / "crate", home, tmp_path)
    assert (found.verdict, found.cause) == (Verdict.NOT_REPEATABLE, Cause.INPUTS)
    assert found.sentence == f"The file inputs/{data.name} of the crate was altered."


def test_an_altered_original_output_stops_the_repeat_without_a_cause(crate: Path, home: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(crate) as archive:
        archive.extractall(tmp_path / "crate")
    (tmp_path / "crate" / "outputs" / "notes.txt").write_text("else")
    found = repeat(tmp_path / "crate", home, tmp_path)
    assert (found.verdict, found.cause) == (Verdict.NOT_REPEATABLE, None)
    assert found.sentence == "The file outputs/notes.txt of the crate was altered."


def test_an_altered_environment_stops_the_repeat_and_is_named(crate: Path, home: Path, tmp_path: Path) -> None:
    kept = find(environment().digest, home)
    prefix = tmp_path / "home" / "environments" / kept.name
    shutil.copytree(kept, prefix, symlinks=True)
    (module,) = prefix.glob("lib/python*/site-packages/pandas/__init__.py")
    module.write_text(module.read_text() + "\n# changed\n")
    found = repeat(crate, tmp_path / "home", tmp_path)
    assert (found.verdict, found.cause) == (Verdict.NOT_REPEATABLE, Cause.ENVIRONMENT)
    assert "site-packages/pandas/__init__.py was altered" in found.sentence


def test_an_environment_that_cannot_be_made_is_told_with_a_way_out(
    original: CrateContent, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    old = replace(original.environment, python="3.6.99")
    footing = replace(original.footing, environment=old.digest)
    crate = write_crate(tmp_path / "crate.zip", replace(original, environment=old, footing=footing))
    found = repeat(crate, home, tmp_path)
    assert (found.verdict, found.cause) == (Verdict.NOT_REPEATABLE, Cause.ENVIRONMENT)
    assert "needs Python 3.6.99" in found.sentence and "--here" in found.sentence


def test_a_notebook_that_fails_is_not_repeatable(crate: Path, home: Path, tmp_path: Path) -> None:
    broken = make_notebook(tmp_path / "broken.ipynb", "raise ValueError('no data')")
    found = repeat(crate, home, tmp_path, notebook=broken)
    assert (found.verdict, found.cause) == (Verdict.NOT_REPEATABLE, Cause.CODE)
    assert found.sentence.startswith("A cell failed: ValueError: no data.")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("import os\nos._exit(3)", "process ended before it was done"),
        ("input('?')", "A cell failed: StdinNotImplementedError"),
    ],
)
def test_a_notebook_that_dies_or_asks_ends_in_a_sentence(
    crate: Path, home: Path, tmp_path: Path, source: str, words: str
) -> None:
    found = repeat(crate, home, tmp_path, notebook=make_notebook(tmp_path / "x.ipynb", source))
    assert found.verdict is Verdict.NOT_REPEATABLE
    assert words in found.sentence


def test_a_notebook_that_hangs_is_stopped_with_a_sentence(crate: Path, home: Path, tmp_path: Path) -> None:
    endless = make_notebook(tmp_path / "x.ipynb", "import time\nwhile True: time.sleep(0.1)")
    found = repeat(crate, home, tmp_path, notebook=endless, timeout=3)
    assert found.verdict is Verdict.NOT_REPEATABLE
    assert "was stopped after 3 seconds" in found.sentence


def test_a_secret_that_the_crate_masks_must_be_given_and_is_no_change(
    original: CrateContent, home: Path, tmp_path: Path
) -> None:
    secret = replace(original, footing=replace(original.footing, parameters={"scale": MASK}))
    crate = write_crate(tmp_path / "masked.zip", secret)
    without = repeat(crate, home, tmp_path / "without")
    assert (without.verdict, without.cause) == (Verdict.NOT_REPEATABLE, Cause.PARAMETERS)
    assert "The crate masks the secret parameter scale; give its value (-p scale=…)" in without.sentence
    given = repeat(crate, home, tmp_path / "given", parameters={"scale": 3.0})
    assert given.verdict is Verdict.IDENTICAL, given.sentence
    assert given.footing.parameters == {"scale": MASK}


def test_here_names_the_python_that_is_here_as_the_environment(crate: Path, home: Path, tmp_path: Path) -> None:
    found = repeat(crate, home, tmp_path, here=True)
    assert found.verdict is Verdict.IDENTICAL, found.sentence
    assert (found.footing.environment, found.footing.environment_name) == (here(), "here")
    assert "the environment is another one" in found.attribution.sentence


def test_a_notebook_sees_nothing_of_this_computer(
    crate: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hidden")
    source = (
        "import os, repeatpass\nassert 'SECRET_TOKEN' not in os.environ\nraise ValueError(os.environ['PYTHONHASHSEED'])"
    )
    found = repeat(crate, home, tmp_path, notebook=make_notebook(tmp_path / "x.ipynb", source))
    assert found.sentence.startswith("A cell failed: ValueError: 0.")


@pytest.mark.slow
def test_a_crate_repeats_where_only_the_repeat_extra_is_installed(crate: Path, tmp_path: Path) -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = declared["dependencies"] + declared["optional-dependencies"]["repeat"]
    uv = find_uv()
    assert uv
    subprocess.run([uv, "venv", "-q", "--python", sys.executable, tmp_path / "venv"], check=True, cwd=tmp_path)
    python = python_of(tmp_path / "venv")
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *wanted], check=True, cwd=tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n"
        "from importlib.util import find_spec; from pathlib import Path\n"
        "assert not [n for n in ('sqlalchemy', 'fastapi', 'pyarrow', 'rasterio', 'jinja2_') if find_spec(n)]\n"
        "from repeatpass.verification.laptop import repeat_crate\n"
        f"here = Path({str(tmp_path)!r})\n"
        f"found = repeat_crate(Path({str(crate)!r}), home=here / 'home', here=True, folder=here / 'repeat')\n"
        "print(found.verdict, found.sentence)\n"
    )
    told = subprocess.run(
        [python, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert told.stdout.strip() == "identical 2 of 2 outputs identical, byte for byte.", told.stderr
