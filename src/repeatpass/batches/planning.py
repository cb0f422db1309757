"""Planning: from a specification to every part, what is done already, and what the rest will cost."""

from collections.abc import Callable, Sequence
from typing import Any

from repeatpass.access import ANYONE, Actor
from repeatpass.batches.estimating import estimate
from repeatpass.batches.grid import Grid, grid
from repeatpass.batches.records import Area, Part, Plan, Specification
from repeatpass.catalog.room import Catalog
from repeatpass.notebooks.records import Revision
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.fingerprints import Reusing, fingerprint_of
from repeatpass.runs.records import Legs
from repeatpass.runs.submitting import Submitting
from repeatpass.storage.database import Database


class Planning:
    """Works out batches. Nothing is kept and nothing is begun."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        catalog: Catalog,
        submitting: Submitting,
        reusing: Reusing,
        lanes: Callable[[], int],
    ) -> None:
        self.database, self.shelf, self.catalog = database, shelf, catalog
        self.submitting, self.reusing, self.lanes = submitting, reusing, lanes

    def plan(self, specification: Specification, actor: Actor = ANYONE) -> Plan:
        """Return the plan of a batch, over the collections that *actor* may see.

        Raise NotFound for an unknown notebook, collection or environment, Invalid naming the field, its value and
        what would be right; also for a batch without any part or with more than 100,000.
        """
        body = specification.body
        revision = self.shelf.find(specification.notebook)
        flavour = specification.flavour or revision.about.flavour
        self.submitting.flavours.of(flavour)
        made = grid(specification, revision, self.catalog.as_seen_by(actor))
        legs = self.submitting.legs(revision, str(body.get("environment", "")), actor.id)
        parts = _parts(made, legs)
        known = self.reusing.done((part.fingerprint for part in parts), legs.context)
        done = {part.number: known[part.fingerprint] for part in parts if part.fingerprint in known}
        return Plan(
            specification=_settled(specification, made, flavour),
            name=str(body.get("name") or _name(made, revision)),
            revision=revision,
            legs=legs,
            areas=made.areas,
            times=[name for name, _ in made.times],
            area_parameter=made.area_parameter,
            parts=parts,
            done=done,
            estimate=estimate(self.database, revision, len(parts) - len(done), self.lanes()),
        )


def _parts(made: Grid, legs: Legs) -> Sequence[Part]:
    found = []
    for number, (area, time, parameters) in enumerate(made.combinations()):
        part = Part(
            batch="",
            number=number,
            area=None if area is None else area.number,
            time=time,
            parameters={name: value for name, value in parameters.items() if name != made.area_parameter},
            fingerprint=fingerprint_of(legs, parameters | _of_area(made, area)),
        )
        found.append(part)
    return found


def _settled(specification: Specification, made: Grid, flavour: str) -> Specification:
    """The specification with what was chosen for it, so that nobody need choose again."""
    body = dict(specification.body)
    if flavour:
        body["flavour"] = flavour
    if made.area_parameter:
        body["areas"] = {**body["areas"], "parameter": made.area_parameter}
    return Specification(body=body)


def _of_area(made: Grid, area: Area | None) -> dict[str, Any]:
    return {} if area is None else {made.area_parameter: area.value}


def _name(made: Grid, revision: Revision) -> str:
    axes = [f"{len(made.areas)} areas"] if made.area_parameter else []
    axes += [f"{len(made.times)} time steps"] if made.times[0][0] else []
    axes += [f"{len(made.varied)} combinations"] if len(made.varied) > 1 else []
    return f"{revision.about.title}: {' × '.join(axes) or 'one part'}"
