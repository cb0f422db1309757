"""Plan: from an indicator that is due to the smallest set of runs, or to the reason why there is nothing to do."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso_short
from repeatpass.indicators.records import Indicator, Value
from repeatpass.indicators.room import Indicators
from repeatpass.indicators.timing import Taking
from repeatpass.notebooks.parameters import checked_parameters
from repeatpass.notebooks.records import Revision
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.fingerprints import fingerprint_of
from repeatpass.runs.records import Run
from repeatpass.runs.submitting import Submitting
from repeatpass.schedules.news import News
from repeatpass.schedules.records import Plan, PlannedRun, Schedule, Tick
from repeatpass.schedules.stretches import Steps, Stretch, by_stretch, for_all_places, missing

FORMS = {4: "%Y", 7: "%Y-%m"}  # a parameter whose default is 2006-04 takes months
EVERY = "every place"
NOTHING = "Nothing new"


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans updates of indicators and runs of notebooks."""

    indicators: Indicators
    shelf: Shelf
    submitting: Submitting
    news: News
    now: Callable[[], datetime]

    def update(self, schedule: Schedule, tick: Tick) -> Plan:
        """Plan the update of an indicator: only places and times that are missing, or whose inputs have changed."""
        indicator = self.indicators.indicator(schedule.subject)
        revision = self.shelf.offered(indicator.notebook)
        wanted = self._wanted(indicator, revision)
        if not wanted:
            return Plan(summary=f"{NOTHING}: every expected place and time is there, and no input has changed.")
        watched = {*schedule.timing.collections, *self.news.collections_read(indicator.id)}
        runs, same = [], ""
        for parameters, why in wanted:
            same = self._tried(indicator, revision, parameters, watched)
            if not same:
                runs.append((parameters, why))
        if not runs:
            return Plan(summary=f"{NOTHING}: {same}.")
        return Plan(runs=tuple(planned(tick, number, *run) for number, run in enumerate(runs)))

    def run(self, schedule: Schedule, tick: Tick, before: Run | None) -> Plan:
        """Plan a run of a notebook, unless the last one, *before*, cannot give anything else now."""
        revision = self.shelf.offered(schedule.subject)
        same = before is not None and before.fingerprint == self._fingerprint(revision, schedule.parameters)
        if before is not None and same and not self.news.since(before, schedule.timing.collections):
            return Plan(summary=f"{NOTHING}: {_same_as(before)}.")
        return Plan(runs=(planned(tick, 0, dict(schedule.parameters), "the whole notebook"),))

    def _wanted(self, indicator: Indicator, revision: Revision) -> list[tuple[dict[str, Any], str]]:
        """The parameters of the runs that would fill the gaps, each with what it is for."""
        taking, base = indicator.update, dict(indicator.parameters)
        known = self.indicators.newest_revisions(indicator.id)
        if taking is None or (not known and taking.since is None):
            return [(base, "everything")]
        check_taking(taking, revision.schema)
        again = self._stale(indicator)
        if not taking.start:
            return self._places_only(indicator, taking, revision, {place for place, _ in known}, set(again))
        first = taking.since or min(time for _, time in known)
        steps = Steps(first, indicator.cadence, self.now())
        times: dict[str, list[datetime]] = {place.id: [] for place in indicator.places}
        for place, time in known:
            times.setdefault(place, []).append(time)
        lacking = missing(steps, times, again)
        stretches = by_stretch(lacking if taking.place else for_all_places(lacking), taking.every)
        return [
            (base | _parameters(taking, revision, stretch), _why(stretch, again))
            for stretch in _one_place_each(stretches, _takes_list(taking, revision))
        ]

    def _stale(self, indicator: Indicator) -> dict[str, list[datetime]]:
        """The current values whose inputs have other bytes now, by place."""
        changed = self.news.changed_inputs(indicator.id)
        values: list[Value] = [value for value in self.indicators.current(indicator.id) if value.run in changed]
        found: dict[str, list[datetime]] = {}
        for value in values:
            found.setdefault(value.place, []).append(value.time)
        return found

    def _places_only(
        self, indicator: Indicator, taking: Taking, revision: Revision, known: set[str], again: set[str]
    ) -> list[tuple[dict[str, Any], str]]:
        base = dict(indicator.parameters)
        if not again and known >= {place.id for place in indicator.places}:
            return [
                (base | {taking.place: value}, "all places" if isinstance(value, list) else str(value))
                for value in _place_values([place.id for place in indicator.places], _takes_list(taking, revision))
            ]
        lacking = [place.id for place in indicator.places if place.id not in known or place.id in again]
        return [
            (base | {taking.place: value}, f"missing or stale at {value}")
            for value in _place_values(lacking, _takes_list(taking, revision))
        ]

    def _tried(self, indicator: Indicator, revision: Revision, parameters: Mapping[str, Any], watched: set[str]) -> str:
        """Say which run has done the same with the same data; empty if none has."""
        found = self.news.same_work(self._fingerprint(revision, parameters), indicator.id)
        if found is None or self.news.since(found, watched):
            return ""
        return _same_as(found)

    def _fingerprint(self, revision: Revision, parameters: Mapping[str, Any]) -> str:
        return fingerprint_of(self.submitting.legs(revision), checked_parameters(revision.schema, parameters))


def planned(tick: Tick, number: int, parameters: Mapping[str, Any], why: str) -> PlannedRun:
    """Return the run number *number* of a tick, under an id that is the same however often it is planned."""
    digest = hashlib.sha256(f"{tick.id} {number}".encode()).hexdigest()
    return PlannedRun(id=f"tick-{digest[:20]}", parameters=dict(parameters), why=why)


def check_taking(taking: Taking, schema: Mapping[str, Any]) -> None:
    """Raise Invalid if a notebook cannot take what ``update`` says: names the field, the parameter, what is right."""
    declared = schema["properties"]
    for field, kinds in (("place", ("string", "array")), ("start", ("string",)), ("end", ("string",))):
        name = getattr(taking, field)
        if not name:
            continue
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise Invalid(f"update.{field} “{name}” is not a parameter of the notebook, which takes: {known}.")
        if declared[name].get("type") not in kinds:
            is_now = declared[name].get("type", "of no type")
            raise Invalid(f"update.{field} “{name}” is {is_now} in the notebook; it must be {' or '.join(kinds)}.")


def _parameters(taking: Taking, revision: Revision, stretch: Stretch) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if taking.place:
        found[taking.place] = list(stretch.places) if _takes_list(taking, revision) else stretch.places[0]
    for name, time in ((taking.start, stretch.start), (taking.end, stretch.end)):
        if name:
            default = str(revision.schema["properties"][name].get("default", ""))
            form = FORMS.get(len(default), "")
            found[name] = time.strftime(form) if form else iso_short(time)
    return found


def _takes_list(taking: Taking, revision: Revision) -> bool:
    return bool(taking.place) and revision.schema["properties"][taking.place].get("type") == "array"


def _one_place_each(stretches: Iterable[Stretch], lists: bool) -> list[Stretch]:
    if lists:
        return list(stretches)
    return [replace(stretch, places=(place,)) for stretch in stretches for place in stretch.places]


def _place_values(places: Sequence[str], lists: bool) -> list[Any]:
    return [list(places)] if lists and places else list(places)


def _why(stretch: Stretch, again: Mapping[str, Iterable[datetime]]) -> str:
    places = again if stretch.places == (EVERY,) else stretch.places
    stale = any(stretch.start <= time < stretch.end for place in places for time in again.get(place, ()))
    return f"{'missing, or made from inputs that have changed since' if stale else 'missing'}: {stretch.words}"


def _same_as(run: Run) -> str:
    when = iso_short(run.finished or run.created)[:10]
    return f"run {run.id} of {when} did the same, and nothing that it reads has changed since"
