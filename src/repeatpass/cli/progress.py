"""Progress bars: of a house that is being filled, of a run cell by cell."""

import time
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from repeatpass.cli.common import console, errors

if TYPE_CHECKING:
    from repeatpass.assembly import House
    from repeatpass.demo.filling import Filling
    from repeatpass.runs.records import Run

COLUMNS = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())


def show_filling(filling: "Filling") -> None:
    """Show how far the house is filled until it is; as plain lines where nobody watches a terminal."""
    if not console.is_terminal:
        _as_lines(filling)
        return
    with Progress(*COLUMNS, console=console, transient=True) as progress:
        task = progress.add_task(filling.doing, total=None)
        while not filling.done:
            progress.update(task, description=filling.doing, completed=filling.step, total=filling.steps or None)
            time.sleep(0.2)
    console.print(filling.doing, highlight=False)


def _as_lines(filling: "Filling") -> None:
    said = ""
    while not filling.done:
        if filling.doing != said:
            said = filling.doing
            console.print(f"[{filling.step}/{filling.steps}] {said}", highlight=False, markup=False)
        time.sleep(0.2)
    console.print(filling.doing, highlight=False)


def followed(house: "House", run: "Run", seconds: float = 86400.0) -> "Run":
    """Wait for a run, showing cell k of n; return it as it ended, or as it stands after *seconds*."""
    from repeatpass.runs.progress import progress_in

    folder, until = house.folders.of(run.id), time.monotonic() + seconds
    with Progress(*COLUMNS, console=errors, transient=True) as progress:
        task = progress.add_task(f"{run.name}: queued", total=None)
        while not (now := house.runs.wait(run.id, 0.3)).state.final and time.monotonic() < until:
            at = progress_in(folder)
            words = f"cell {at.cell} of {at.of}" if at.of else str(now.state)
            progress.update(
                task, description=f"{run.name}: {words}", completed=max(at.cell - 1, 0), total=at.of or None
            )
    return now
