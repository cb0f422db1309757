"""A real executor with real kernels of this interpreter's own environment, shared by the tests of a session."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from runs_bench import PREFIX, Bench

from repeatpass.notebooks.kit_copy import kit_folder
from repeatpass.runs.runner import LocalRunner


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kit_folder(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory, kit: Path) -> Iterator[Bench]:
    home = tmp_path_factory.mktemp("home")
    runner = LocalRunner(home, ready=2, linger=5)
    runner.warm(PREFIX, kit)
    yield Bench(home=home, kit=kit, runner=runner)
    runner.shutdown()


@pytest.fixture
def new_bench(tmp_path: Path, kit: Path) -> Iterator[Callable[..., Bench]]:
    """For tests that kill the executor: a bench of one's own."""
    made: list[Bench] = []

    def make(**options: Any) -> Bench:
        home = tmp_path / f"home{len(made)}"
        made.append(Bench(home=home, kit=kit, runner=LocalRunner(home, **{"ready": 1, "linger": 5, **options})))
        return made[-1]

    yield make
    for bench in made:
        bench.runner.shutdown()
