"""Pythons with the client of a service, each in an environment of its own because it would move what we pin."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import cannot

from repeatpass.notebooks.environments.tools import find_uv


def python_with(package: str, folder: Path) -> Path:
    """Return a Python that has *package*: the one that REPEATPASS_TESTS_<PACKAGE> names, or one that is made in *folder*."""
    if named := os.environ.get(f"REPEATPASS_TESTS_{package.partition('>')[0].upper()}"):
        return Path(named)
    uv, python = find_uv(), folder / "env" / "bin" / "python"
    if uv is None:
        cannot(f"there is no uv to make an environment with {package}")
    for words in (
        ["venv", "--python", sys.executable, str(folder / "env")],
        ["pip", "install", "-p", str(python), package],
    ):
        done = subprocess.run([str(uv), *words], capture_output=True, text=True, check=False, timeout=240)
        if done.returncode:
            cannot(f"{package} cannot be installed here: {done.stderr[-300:]}")
    return python


def run(python: Path, code: str, *arguments: str, home: Path) -> list[str]:
    """Run *code* there and return the lines that it prints."""
    environ = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [str(python), "-c", code, *arguments],
        capture_output=True, text=True, check=False, timeout=120, env=environ, cwd=home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
