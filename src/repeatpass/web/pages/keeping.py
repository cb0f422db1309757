"""How long what a run left is kept, in words and buttons, for its own page and for the workspace."""

from repeatpass.access import SYSTEM
from repeatpass.runs.records import Run
from repeatpass.runs.retention import deleted_words
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.views import Action, Keeping

WHAT_GOES = "Its outputs, the executed notebook and the log go; the record of the run stays."


def keeping_of(desk: Desk, run: Run, rests: str | None = None, back: str = "") -> Keeping | None:
    """What is kept of a run that has ended, None before; *rests*, where it is known, is what rests on it."""
    if not run.state.final:
        return None
    if run.deleted:
        return Keeping(words=deleted_words(run).removesuffix("."), deleted=True)
    on = desk.house.retention.resting([run.id]).get(run.id, "") if rests is None else rests
    fields = (("back", back),) if back else ()
    ends = run.kept_until is not None and not on
    keep = Action(label="Keep for ever", href=f"/runs/{run.id}/keep", fields=fields) if ends else None
    delete = Action(label="Delete for good", href=f"/runs/{run.id}/delete", fields=fields, note=WHAT_GOES)
    return Keeping(words=_words(run, on), keep=keep, delete=None if on else delete, ends=ends)


def _words(run: Run, on: str) -> str:
    if on:
        return f"Kept for ever: {on} rests on it"
    if run.kept_until:
        return f"Kept until {words.day(run.kept_until)}, then deleted unless something rests on it"
    asked = f", as {run.kept_by} asked" if run.kept_by not in ("", SYSTEM.id) else ""
    return f"Kept for ever{asked}"
