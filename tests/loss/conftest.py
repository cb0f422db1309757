"""Servers that are stopped whatever happens; a disk that is soon full."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import cannot
from tests.served import Served, small_home


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(small_home(tmp_path / "home"))
    yield made
    made.close()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], check=False).returncode:
        cannot("A small disk can be mounted by the superuser only.")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)
