"""Say in one sentence what the runs of a tick brought."""

from collections.abc import Sequence

from repeatpass.indicators.collect import Collecting
from repeatpass.runs.records import Purpose, Run, State


def summary_of(runs: Sequence[Run], collecting: Collecting) -> str:
    """What the runs of a tick brought. They are collected here where the event has not been heard yet."""
    counts, words = {"released": 0, "unchanged": 0, "held": 0}, []
    for run in runs:
        if run.state is not State.SUCCEEDED:
            words.append(f"Run {run.id} {run.state}: {run.message}")
        elif (delivery := collecting.collect(run.id)) is not None:
            counts = {name: count + getattr(delivery, name) for name, count in counts.items()}
            words += [delivery.reason] if delivery.reason else []
    done = f"{len(runs)} run{'s' * (len(runs) != 1)}"
    if any(run.purpose is Purpose.UPDATE for run in runs):
        done += f": {counts['released']} new, {counts['unchanged']} unchanged, {counts['held']} held"
    return " ".join([f"{done}.", *words])
