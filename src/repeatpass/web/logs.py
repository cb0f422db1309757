"""The log of a run, read from where it grows or from where it is kept: one entry a line, counted from 1."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.runs.records import Run

CHUNK = 4_000_000  # bytes read at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the log."""

    number: int  # from 1
    moment: str  # ISO 8601 UTC
    kind: str  # state, cell, stream, error, limit
    cell: int  # which of *of* cells ran; 0 before the first
    of: int
    text: str

    @property
    def clock(self) -> str:
        """The time of day: 08:05:40."""
        return self.moment[11:19]


class LogReader:
    """Reads on from where it stopped; the kept log is the same bytes as the one that grew."""

    def __init__(self, house: House, run: str) -> None:
        self.house = house
        self.run = run
        self.position = 0
        self.number = 0

    def read(self, run: Run) -> list[Entry]:
        """The complete lines since the last call, at most a few megabytes; *run* as it stands now."""
        return list(self._more(run))

    def _more(self, run: Run) -> Iterator[Entry]:
        place = self._place(run)
        if place is None:
            return
        with place.open("rb") as file:
            file.seek(self.position)
            block = file.read(CHUNK)
        whole = block[: block.rfind(b"\n") + 1] or (block if run.state.final else b"")
        self.position += len(whole)
        for line in whole.splitlines():
            self.number += 1
            yield _entry(self.number, line)

    def _place(self, run: Run) -> Path | None:
        growing = self.house.folders.of(run.id) / "log.jsonl"
        if growing.exists():
            return growing
        if not run.log:
            return None
        try:
            return self.house.files.path(run.log)
        except NotFound:
            return None


def _entry(number: int, line: bytes) -> Entry:
    try:
        known = json.loads(line)
    except ValueError:  # cut off by a kill
        known = {"kind": "error", "text": "This line of the log was cut off."}
    return Entry(
        number=number,
        moment=str(known.get("t", "")),
        kind=str(known.get("kind", "")),
        cell=int(known.get("cell") or 0),
        of=int(known.get("of") or 0),
        text=str(known.get("text", "")).rstrip("\n"),
    )


def whole_log(house: House, run: Run, limit: int = 50_000) -> list[Entry]:
    """All lines there are, at most *limit*."""
    reader = LogReader(house, run.id)
    found: list[Entry] = []
    while len(found) < limit and (more := reader.read(run)):
        found += more
    return found
