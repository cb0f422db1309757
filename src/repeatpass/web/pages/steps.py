"""The cells of a run as steps: how long each took, and how it stands."""

from collections.abc import Sequence
from datetime import datetime

from repeatpass.runs.records import Run, State
from repeatpass.web.executed import CodeCell
from repeatpass.web.logs import Entry
from repeatpass.web.views import CellStep

INJECTED = "# Parameters"


def steps_of(run: Run, log: Sequence[Entry], cells: Sequence[CodeCell]) -> tuple[CellStep, ...]:
    """One step for each cell that the log speaks of or the notebook has."""
    total = max((entry.of for entry in log), default=0) or len(cells)
    begun = {entry.cell: entry.moment for entry in log if entry.kind == "cell"}
    ends = _ends(log)
    seconds = {cell: _seconds(start, ends.get(cell)) for cell, start in begun.items()}
    whole = sum(took for took in seconds.values() if took) or 1.0
    return tuple(
        CellStep(
            index=number,
            title=_title(cells, number),
            seconds=seconds.get(number),
            state=_state(run, number, begun, seconds),
            share=round(100 * (seconds.get(number) or 0) / whole, 1),
        )
        for number in range(1, total + 1)
    )


def _ends(log: Sequence[Entry]) -> dict[int, str]:
    """When each cell ended: when the next began, or the run did."""
    ends: dict[int, str] = {}
    running = 0
    for entry in log:
        if entry.kind == "cell" or (entry.kind == "state" and running):
            ends[running] = entry.moment
            running = entry.cell if entry.kind == "cell" else 0
    return ends


def _seconds(start: str, end: str | None) -> float | None:
    if not end or not start:
        return None
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


def _title(cells: Sequence[CodeCell], number: int) -> str:
    if number > len(cells):
        return ""
    lines = [line.strip() for line in cells[number - 1].source.splitlines() if line.strip()]
    if lines[:1] == [INJECTED]:
        return "The parameters of this run"
    told = next((line for line in lines if not line.startswith(("import ", "from ", "%"))), lines[0] if lines else "")
    return told[:90]


def _state(run: Run, number: int, begun: dict[int, str], seconds: dict[int, float | None]) -> str:
    if number not in begun:
        return "waiting" if not run.state.final else "skipped"
    last = number == max(begun)
    if not run.state.final:
        return "running" if last else "succeeded"
    return str(run.state) if last and run.state is not State.SUCCEEDED else "succeeded"
