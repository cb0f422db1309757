"""Progress bars for whoever waits: by rich where it is there, as plain text elsewhere, in a notebook, too."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any

WIDTH = 30  # characters of the plain bar
State = dict[str, Any]


def shown(states: Iterable[State], show: bool | None = None) -> Iterator[State]:
    """Yield *states* of a job while drawing how far it is; *show* None draws only where somebody watches."""
    if not (is_watched() if show is None else show):
        yield from states
        return
    try:
        import rich.progress
        from rich.console import Console
    except ImportError:
        yield from _plainly(states)
        return
    console = Console(stderr=True)
    if console.is_terminal or console.is_jupyter:
        yield from _richly(rich.progress, console, states)
    else:  # rich draws nothing into a file
        yield from _plainly(states)


def is_watched() -> bool:
    """Say whether a person sees what is written: a terminal, or a notebook that is not executed headless."""
    python = sys.modules.get("IPython")
    if python is not None and getattr(python.get_ipython(), "kernel", None) is not None:
        import os

        return "REPEATPASS_CONTEXT" not in os.environ
    return sys.stderr is not None and sys.stderr.isatty()


def sentence(state: State) -> str:
    """Say in a few words how a job stands."""
    name = state.get("processID") or state.get("jobID") or "job"
    if state.get("cells"):
        return f"{name}: cell {state['cell']} of {state['cells']}"
    return f"{name}: {state['status']}"


def percent(state: State) -> int:
    """Return how much is done, from 0 to 100."""
    return 100 if state["status"] == "successful" else max(0, min(100, int(state.get("progress") or 0)))


def _richly(progress: Any, console: Any, states: Iterable[State]) -> Iterator[State]:
    columns = (
        progress.SpinnerColumn(),
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        progress.TimeElapsedColumn(),
    )
    with progress.Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=100)
        for state in states:
            bar.update(task, description=sentence(state), completed=percent(state))
            yield state


def _plainly(states: Iterable[State]) -> Iterator[State]:
    said, width = "", 0
    try:
        for state in states:
            done = WIDTH * percent(state) // 100
            line = f"[{'#' * done}{'.' * (WIDTH - done)}] {sentence(state)}"
            if line != said:
                sys.stderr.write("\r" + line.ljust(width))
                sys.stderr.flush()
                said, width = line, max(width, len(line))
            yield state
    finally:
        if said:
            sys.stderr.write("\n")
