"""What follows a run: who is told of it, and what is copied into the workspace."""

from collections.abc import Iterator

from repeatpass.runs.copies import CopyState, copies_of
from repeatpass.runs.records import Run
from repeatpass.runs.standing import FAILED, IN_PROGRESS, SUCCESS, standing_of
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.views import Fact

LABELS = {IN_PROGRESS: "Told of the beginning", SUCCESS: "Told of success", FAILED: "Told of failure"}
WAITING = "Copied once the run has succeeded."


def following(desk: Desk, run: Run) -> Iterator[Fact]:
    """Yield a fact for each callback and for the copies; none where nothing of it was asked for."""
    for each in standing_of(desk.house.notices, run.id):
        later = f" Next try {words.moment(each.next_try)}." if each.next_try else ""
        yield Fact(label=LABELS[each.event], text=each.url, mono=True, note=each.sentence + later)
    copies = copies_of(desk.house.database, run.id)
    if copies is not None:
        note = WAITING if copies.state is CopyState.WAITING else copies.message
        yield Fact(label="In the workspace", text=copies.folder or copies.notebook, mono=True, note=note)
