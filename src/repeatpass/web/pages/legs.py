"""What a result stands on, then and now, leg by leg."""

import json
from collections.abc import Mapping
from typing import Any

from repeatpass.runs.masking import masked_parameters
from repeatpass.runs.records import Provenance, Run
from repeatpass.verification.records import Repeat
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages.proof import notebook_href
from repeatpass.web.views import Leg


def legs_of(desk: Desk, repeat: Repeat, original: Run, repeated: Run | None) -> tuple[Leg, ...]:
    """The legs of the original run beside those of its repeat."""
    now = repeated or original
    legs = [_code(original, now), _parameters(original, now), _environment(original, now)]
    legs.append(_inputs(desk, original, repeated))
    if repeat.cause == "randomness":
        note = "Repeats with the same legs disagree with each other."
        legs.append(Leg(name="Randomness", then="", now="", same=False, note=note))
    return (*legs, _machine(original, repeated))


def _code(then: Run, now: Run) -> Leg:
    return Leg(
        name="Code", then=then.name, now=now.name, same=then.legs.revision == now.legs.revision,
        then_href=notebook_href(then), now_href=notebook_href(now),
    )  # fmt: skip


def _parameters(then: Run, now: Run) -> Leg:
    return Leg(
        name="Parameters",
        then=_said(masked_parameters(then.parameters)),
        now=_said(masked_parameters(now.parameters)),
        same=dict(then.parameters) == dict(now.parameters),
    )


def _said(parameters: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={json.dumps(value)}" for name, value in parameters.items()) or "none"


def _environment(then: Run, now: Run) -> Leg:
    def said(run: Run) -> str:
        return f"{run.legs.environment_name} {words.short(run.legs.environment)}, kit {words.short(run.legs.kit, 8)}"

    same = (then.legs.environment, then.legs.kit) == (now.legs.environment, now.legs.kit)
    return Leg(name="Environment", then=said(then), now=said(now), same=same)


def _inputs(desk: Desk, original: Run, repeated: Run | None) -> Leg:
    then = desk.house.runs.provenance(original.id)
    href = f"/runs/{original.id}#inputs"
    if repeated is None or not repeated.state.final:
        return Leg(name="Inputs", then=_files(then), now="being read", same=None, then_href=href)
    now = desk.house.runs.provenance(repeated.id)
    same = _pins(then) == _pins(now)
    known = then.fully_known and now.fully_known
    return Leg(
        name="Inputs", then=_files(then), now=_files(now), same=same,
        note="" if known else "Not fully known",
        then_href=href, now_href=f"/runs/{repeated.id}#inputs",
    )  # fmt: skip


def _pins(provenance: Provenance) -> set[tuple[str, str, str, str]]:
    return {(read.collection, read.item, read.asset, read.checksum) for read in provenance.inputs}


def _files(provenance: Provenance) -> str:
    total = sum(read.size for read in provenance.inputs)
    return f"{words.plural(len(provenance.inputs), 'file')}, {words.size(total)}"


def _machine(original: Run, repeated: Run | None) -> Leg:
    then, now = original.legs.machine, repeated.legs.machine if repeated else ""
    same = then == now if then and now else None
    return Leg(name="Machine", then=then or "not known", now=now or "not known", same=same)
