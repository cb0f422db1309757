"""A disk that is full ends a run in words, and the executor goes on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from runs_bench import Bench, written

from repeatpass.core.errors import Unavailable


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    mounted = tmp_path / "small"
    mounted.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(mounted)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs rights that this user does not have")
    yield mounted
    subprocess.run(["umount", "--lazy", str(mounted)], check=True)


def _start(bench: Bench, folder: Path, *cells: str) -> str:
    folder.mkdir()
    (folder / "notebook.ipynb").write_text(written(*cells))
    return bench.runner.start(bench.request(), folder)


def test_a_notebook_that_fills_the_disk_ends_with_a_sentence(bench: Bench, small_disk: Path) -> None:
    ticket = _start(bench, small_disk / "run", "open('big', 'wb', buffering=0).write(b'1' * 10**6)", "1 + '1'" * 500)
    outcome = bench.ended(ticket)
    assert outcome.state in ("failed", "crashed")
    assert outcome.message
    assert bench.runner.look(ticket) == outcome
    assert bench.run("'the next one'")[0].state == "succeeded"


def test_a_disk_that_is_full_from_the_start_crashes_the_run(bench: Bench, small_disk: Path) -> None:
    folder = small_disk / "run"
    folder.mkdir()
    (folder / "notebook.ipynb").write_text(written("1"))
    with (small_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError, match="No space"):
        while True:
            ballast.write(b"1" * 4096)
    with pytest.raises(Unavailable, match="No space left on device"):
        bench.runner.start(bench.request(), folder)
    assert bench.run("'the next one'")[0].state == "succeeded"
