"""The log of a run, `log.jsonl`: complete from line 1 and readable while it grows."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from repeatpass.runs.masking import Masks

Kind = Literal["state", "cell", "stream", "error", "limit", "network"]


class Journal:
    """Appends events; each line is written whole, at once. Tells cell and total with every event."""

    def __init__(self) -> None:
        self._file = -1
        self.cell, self.of = 0, 0
        self.masks = Masks()  # what must not be in the log

    def open(self, path: Path) -> None:
        """Begin the file. Raises OSError."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o640)

    def write(self, kind: Kind, text: str) -> None:
        """Add one event. A full disk must not end the run, only its log."""
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        event = {"t": moment, "kind": kind, "cell": self.cell, "of": self.of, "text": self.masks.text(text)}
        try:
            os.write(self._file, json.dumps(event, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        except OSError:
            pass

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
