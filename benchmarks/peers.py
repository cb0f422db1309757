"""Peers in environments of their own, made by uv the first time."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_cache_path

UV = str(Path(sys.prefix) / "bin" / "uv")


def kept(name: str) -> Path:
    """Return the folder in which the environment *name* is kept for the next time."""
    return user_cache_path("repeatpass-benchmarks") / name


def environment(folder: Path, packages: Sequence[str]) -> Path:
    """Return the interpreter of the environment in *folder*, which has *packages*; it is made if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        install = [UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *packages]
        subprocess.run(install, check=True)
    return python
