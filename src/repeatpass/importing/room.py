"""Importing: say what would be made of the original's files, then make it. The same again changes nothing."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from repeatpass.access import Actor, Right
from repeatpass.catalog.records import Collection
from repeatpass.catalog.room import Catalog
from repeatpass.core.digests import digest_file
from repeatpass.core.errors import Conflict, NotFound, RepeatpassError
from repeatpass.entries import Draft
from repeatpass.entries.adding import Adding
from repeatpass.importing.configuration import plan_configuration
from repeatpass.importing.records import Made, Plan, Refused, Report, Said, Series
from repeatpass.importing.series import plan_series
from repeatpass.importing.sources import sources_in
from repeatpass.importing.stories import NAME as STORIES
from repeatpass.importing.telling import slug_of
from repeatpass.importing.writing import ORIGIN
from repeatpass.indicators.collect import Collecting
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.records import Purpose, Run, State
from repeatpass.runs.submitting import Submitting

Follow = Callable[[Run], Run]  # waits for a run and returns it as it ended


class Importing:
    """Takes over series and catalogue configuration of the original dashboards."""

    def __init__(
        self, adding: Adding, shelf: Shelf, indicators: Indicators, submitting: Submitting, collecting: Collecting
    ) -> None:
        self.adding = adding
        self.catalog: Catalog = adding.catalog
        self.shelf = shelf
        self.indicators = indicators
        self.submitting = submitting
        self.collecting = collecting

    def look(self, places: Sequence[Path], said: Said | None = None) -> Report:
        """Report what would be made of files and folders; nothing is changed. Raise NotFound for one that is not there."""
        with tempfile.TemporaryDirectory() as folder:
            plan = self._plan(places, said or Said(), Path(folder))
        made = [*(self._foreseen(each) for each in plan.series), *(self._entry(each) for each in plan.entries)]
        return Report(made=made, dropped=plan.dropped, refused=plan.refused, files=plan.files)

    def carry_out(self, actor: Actor, places: Sequence[Path], said: Said | None, follow: Follow) -> Report:
        """Make what the files say and wait for the updates; report what was made, dropped and refused.

        One file or indicator that fails keeps no other from being taken. Raise Forbidden where *actor* may not.
        """
        actor.require(Right.CURATE)
        made: list[Made] = []
        failed: list[Refused] = []
        with tempfile.TemporaryDirectory() as folder:
            plan = self._plan(places, said or Said(), Path(folder))
            for entry in plan.entries:
                self._attempt(made, failed, entry.name, partial(self._enter, actor, entry))
            for series in plan.series:
                self._attempt(made, failed, series.code, partial(self._make, actor, series, follow))
        return Report(made=made, dropped=plan.dropped, refused=[*plan.refused, *failed], files=plan.files)

    def _attempt(self, made: list[Made], failed: list[Refused], name: str, make: Callable[[], Iterator[Made]]) -> None:
        try:
            made.extend(make())
        except RepeatpassError as error:
            failed.append(Refused(file=name, reason=error.message))

    def _plan(self, places: Sequence[Path], said: Said, keep: Path) -> Plan:
        sources, refused = sources_in(places)
        entries, themes = plan_configuration(sources, keep, said.licence, self._known(STORIES), self._notebooks())
        series = plan_series(sources, said, self._known, themes, keep)
        return Plan(
            series=series.series, entries=entries.entries, dropped=[*series.dropped, *entries.dropped],
            refused=[*refused, *series.refused, *entries.refused], files=[*series.files, *entries.files],
        )  # fmt: skip

    def _known(self, name: str) -> Mapping[str, Path]:
        """Return the files that an earlier import brought for one indicator."""
        known = self._there(name)
        if known is None or ORIGIN not in known.body:
            return {}
        return {each.key: self.adding.files.path(each.checksum) for each in self.catalog.assets(known.id)}

    def _notebooks(self) -> Mapping[str, str]:
        """Return the ids of the notebooks that are offered, by id and by title as names are compared."""
        offered = self.shelf.notebooks()
        return {slug_of(name): each.id for each in offered for name in (each.latest.about.title, each.id)}

    def _there(self, id: str) -> Collection | None:
        try:
            return self.catalog.collection(id)
        except NotFound:
            return None

    def _foreseen(self, series: Series) -> Made:
        return Made(kind="indicator", id=series.id, state="planned", says=series.says)

    def _entry(self, draft: Draft) -> Made:
        body = draft.body or {}
        return Made(kind="entry", id=str(body.get("id")), state="planned", says=_contents(draft))

    def _enter(self, actor: Actor, draft: Draft) -> Iterator[Made]:
        yield self._register(actor, draft)

    def _make(self, actor: Actor, series: Series, follow: Follow) -> Iterator[Made]:
        self._require_own(series)
        yield self._register(actor, series.collection, "collection")
        before = {each.revision for each in self._revisions(series.name)}
        revision = self.shelf.add(actor, series.name, series.notebook)
        yield Made(kind="notebook", id=series.name, state=_state(bool(before), revision.revision not in before))
        known = series.id in {each.id for each in self.indicators.every()}
        _, changed = self.indicators.apply(actor, series.definition)
        yield Made(kind="indicator", id=series.id, state=_state(known, changed), says=series.says)
        yield self._update(actor, series, follow)

    def _require_own(self, series: Series) -> None:
        """Raise Conflict where what is called so here did not come from an import."""
        known = self._there(series.name)
        if known is not None and ORIGIN not in known.body:
            raise Conflict(f"There is a collection “{series.name}” already that no import made; rename it first.")
        try:
            notebook = self.indicators.indicator(series.id).notebook
        except NotFound:
            return
        if notebook != series.name:
            raise Conflict(f"There is an indicator “{series.id}” already, which the notebook “{notebook}” makes.")

    def _revisions(self, name: str) -> Sequence[Any]:
        return self.shelf.revisions(name)

    def _register(self, actor: Actor, draft: Draft, kind: str = "entry") -> Made:
        """Register a draft unless what is registered says the same already."""
        body = dict(draft.body or {})
        id = str(body["id"])
        known = self._there(id)
        if known is not None and ORIGIN not in known.body:
            raise Conflict(f"There is a collection “{id}” already that no import made; it is left as it is.")
        if known is not None and self._same(known, draft):
            return Made(kind=kind, id=id, state="unchanged", says=_contents(draft))
        self.adding.add(actor, draft)
        return Made(kind=kind, id=id, state=_state(known is not None, True), says=_contents(draft))

    def _same(self, known: Collection, draft: Draft) -> bool:
        kept = {each.key: each.checksum for each in self.catalog.assets(known.id) if not each.item}
        given = {each.key: digest_file(each.path) for each in draft.files}
        items = {each.id: dict(each.body) for each in self.catalog.items(known.id)}
        same = dict(draft.body or {}) | {"version": known.version} == dict(known.body)
        return same and kept == given and items == {str(each["id"]): dict(each) for each in draft.items}

    def _update(self, actor: Actor, series: Series, follow: Follow) -> Made:
        """Run the notebook as the update of its indicator, unless its last delivery was of this very state."""
        if self._delivered(actor, series):
            return Made(kind="values", id=series.id, state="unchanged", says=series.says)
        asked = self.submitting.submit(actor, series.name, purpose=Purpose.UPDATE, subject=series.id)
        run = follow(asked)
        if run.state is not State.SUCCEEDED:
            return Made(kind="values", id=series.id, state="failed", says=f"Run {run.id} {run.state}: {run.message}")
        delivery = self.collecting.collect(run.id)
        if delivery is None or delivery.reason:
            reason = delivery.reason if delivery else "Nothing was delivered."
            return Made(kind="values", id=series.id, state="failed", says=f"Run {run.id}: {reason}")
        words = f"{delivery.released} released, {delivery.unchanged} unchanged, {delivery.held} held, by run {run.id}"
        return Made(kind="values", id=series.id, state="new" if delivery.released else "unchanged", says=words)

    def _delivered(self, actor: Actor, series: Series) -> bool:
        """Say whether the newest delivery read these very files by this very notebook."""
        deliveries = self.indicators.deliveries(series.id)
        if not deliveries or deliveries[0].reason:
            return False
        run = self.collecting.runs.run(deliveries[0].run)
        reads = {each.checksum for each in self.collecting.runs.provenance(run.id).inputs}
        files = {
            each.checksum for each in self.catalog.assets(series.name) if f"'{each.key}'".encode() in series.notebook
        }
        return run.legs.revision == self.shelf.notebook(series.name).latest.revision and files <= reads


def _state(known: bool, changed: bool) -> str:
    return ("changed" if known else "new") if changed else "unchanged"


def _contents(draft: Draft) -> str:
    body = draft.body or {}
    rels = [str(each["rel"]) for each in body.get("links", ()) if each["rel"] not in ("license", "about")]
    parts = {"files": len(draft.files), "items": len(draft.items)}
    counted = [f"{number} {what}" for what, number in parts.items() if number]
    return ", ".join([*counted, *(f"{rels.count(rel)} {rel}" for rel in dict.fromkeys(rels))])
