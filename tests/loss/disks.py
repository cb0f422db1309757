"""Disks without room."""

import os
from pathlib import Path


def fill(path: Path) -> None:
    """Write until nothing more can be written."""
    with path.open("wb", buffering=0) as file:
        try:
            for size in (1 << 20, 1 << 12):
                while True:
                    try:
                        file.write(b"\0" * size)
                    except OSError:
                        break
        finally:
            os.fsync(file.fileno())
