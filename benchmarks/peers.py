"""Peers in environments of their own, made by uv the first time and kept in the cache folder of the user."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_cache_path

UV = str(Path(sys.prefix) / "bin" / "uv")


def environment(name: str, packages: Sequence[str]) -> Path:
    """Return the interpreter of the environment *name*, which has *packages*."""
    folder = user_cache_path("repeatpass-benchmarks") / name
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        install = [UV, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python), *packages]
        subprocess.run(install, check=True)
    return python
