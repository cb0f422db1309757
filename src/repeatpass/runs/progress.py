"""How far a run is, read from the end of the log that it writes while it goes on."""

import json
from pathlib import Path

from repeatpass.runs.execution import Progress

LOG = "log.jsonl"
TAIL = 65_536  # bytes; one line may be long


def progress_in(folder: Path) -> Progress:
    """Return at which cell the run in *folder* is; cell 0 of 0 where that is not known (yet, or on this machine)."""
    try:
        with (folder / LOG).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL))
            lines = file.read().splitlines()
    except OSError:
        return Progress()
    for line in reversed(lines):
        try:
            last = json.loads(line)
            return Progress(cell=int(last["cell"] or 0), of=int(last["of"] or 0))
        except (ValueError, KeyError, TypeError):  # the line that is just being written
            continue
    return Progress()
