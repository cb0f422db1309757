"""Repeat: run it again with everything pinned, or with one leg swapped, compare, and say why it differs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from repeatpass.access import SYSTEM, Actor, Right
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.core.ids import new_id
from repeatpass.core.times import now
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.installed import Environments
from repeatpass.notebooks.parameters import checked_parameters
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.context import Contexts
from repeatpass.runs.elsewhere import is_elsewhere
from repeatpass.runs.records import Legs, Provenance, Purpose, Run, State
from repeatpass.runs.retention import require_kept
from repeatpass.runs.room import Runs
from repeatpass.runs.submitting import Submitting
from repeatpass.storage.files import FileArea
from repeatpass.verification.attribution import attribute
from repeatpass.verification.comparison import compare_outputs, not_repeatable
from repeatpass.verification.comparison.records import Comparison, StoredOutput, Verdict
from repeatpass.verification.footing import Footing, footing_of
from repeatpass.verification.pins import broken_pins
from repeatpass.verification.records import Repeat
from repeatpass.verification.room import Repeats
from repeatpass.verification.tolerances import tolerances_of

CONFIRMATIONS = 2
CUT = {State.CANCELLED: "was cancelled", State.CRASHED: "crashed"}
LEGS = ("environment", "inputs", "revision", "parameters")


@dataclass(frozen=True, slots=True)
class Repeating:
    """Begins repeats, and listens to their runs until there is a verdict."""

    repeats: Repeats
    runs: Runs
    submitting: Submitting
    environments: Environments
    contexts: Contexts
    shelf: Shelf
    indicators: Indicators
    files: FileArea
    has_secrets: Callable[[str], bool] = lambda _: False  # whether somebody's own runs are told secrets

    def repeat(self, actor: Actor, run_id: str, swapped: Mapping[str, Any] | None = None) -> Repeat:
        """Repeat a run. *swapped* exchanges legs: ``environment`` (name or digest), ``inputs`` ("latest"),
        ``revision``, ``parameters`` (an object of those that are to change).

        A pin that is missing or altered ends the repeat at once, naming it. Raise Invalid for a run that
        did not succeed, or for a leg that does not exist; NotFound for one that *actor* may not see.
        """
        actor.require(Right.RUN)
        original, swaps = self.runs.as_seen_by(actor).run(run_id), dict(swapped or {})
        require_kept(original)
        if original.state is not State.SUCCEEDED:
            raise Invalid(f"Run {run_id} {original.state}; only a run that succeeded can be repeated.")
        if unknown := sorted(set(swaps) - set(LEGS)):
            raise Invalid(f"{', '.join(unknown)} cannot be swapped; choose among {', '.join(LEGS)}.")
        repeat = Repeat(id=new_id(), original=original.id, runs=(), actor=actor.id, swapped=swaps, created=now())
        provenance = self.runs.provenance(original.id)
        if broken := broken_pins(original, provenance, self.environments, self.files):
            return self.repeats.finish(
                self.repeats.add(repeat),
                verdict=Verdict.NOT_REPEATABLE,
                cause=broken[0].cause or "",
                summary=" ".join(_sentence(pin.clause) for pin in broken),
            )
        # Together: a run that ended before its repeat was written down would never be compared.
        repeat = replace(repeat, runs=(new_id(),))
        legs, parameters = self._swapped(original, swaps)
        self.submitting.repeat(
            actor,
            original,
            legs,
            parameters,
            id=repeat.runs[0],
            also=lambda connection: self.repeats.add_with(connection, repeat),
        )
        return repeat

    def repeat_from(self, actor: Actor, collection: str, item: str = "") -> list[Repeat]:
        """Repeat the part of the workflow that begins at an input: every run that read *collection* (or *item*
        of it) and whose values are current. Raise NotFound if no current value rests on it.
        """
        reading = self.runs.updates_reading(collection, item)
        current = {value.run for run in reading for value in self.indicators.current(run.subject)}
        resting = [run for run in reading if run.id in current]
        if not resting:
            raise NotFound(f"No current value rests on {collection}{'/' + item if item else ''}.")
        return [self.repeat(actor, run.id) for run in resting]

    def _swapped(self, original: Run, swaps: Mapping[str, Any]) -> tuple[Legs, dict[str, Any]]:
        legs, parameters = original.legs, dict(original.parameters)
        if "environment" in swaps:
            legs = replace(legs, **self._environment(str(swaps["environment"])))
        if "inputs" in swaps:
            legs = replace(legs, context=self.contexts.current(original.actor))
        if "revision" in swaps or "parameters" in swaps:
            wanted = str(swaps.get("revision") or legs.revision)
            revision = self.shelf.revision(legs.notebook, wanted)
            legs = replace(legs, revision=revision.revision, source=revision.file)
            declared = revision.schema["properties"]
            kept = {name: value for name, value in parameters.items() if name in declared}
            parameters = checked_parameters(revision.schema, kept | dict(swaps.get("parameters") or {}))
        return legs, parameters

    def _environment(self, wanted: str) -> dict[str, str]:
        digest = wanted if wanted.startswith("sha256:") else self.environments.digest(wanted)
        self.environments.prefix(digest)  # raises NotFound before anything is queued
        return {"environment": digest, "environment_name": self.environments.name(digest)}

    def run_finished(self, run_id: str) -> None:
        """Compare once every run of a repeat has ended. Called for every finished run, and more than once."""
        run = self.runs.run(run_id)
        repeat = self.repeats.open_for(run_id) if run.purpose is Purpose.REPEAT else None
        if repeat is None:
            return
        runs = [self.runs.run(id) for id in repeat.runs]
        if all(each.state.final for each in runs):
            self._judge(repeat, self.runs.run(repeat.original), runs)

    def _judge(self, repeat: Repeat, original: Run, runs: Sequence[Run]) -> None:
        first = runs[0]
        if first.state in {State.CANCELLED, State.CRASHED}:
            words = f"The repeat {CUT[first.state]}: {first.message}"
            self.repeats.finish(repeat, verdict=Verdict.NOT_REPEATABLE, cause=first.state, summary=words)
            return
        if first.state is not State.SUCCEEDED:
            comparison = not_repeatable(
                f"The repeat {first.state}: {first.message} {self._untold(original, first)}".strip()
            )
        else:
            comparison = self._compare(original, first)
        if comparison.verdict is Verdict.DIFFERENT and len(runs) == 1:
            self._confirm(repeat, first)
            return
        why = attribute(self._footing(original), self._footing(first), comparison, further=self._further(runs))
        told = bool(repeat.swapped) or self._elsewhere(
            original
        )  # there it may have changed without making a difference
        reason = "" if comparison.verdict is Verdict.IDENTICAL and not told else why.sentence
        if comparison.verdict is Verdict.DIFFERENT:
            reason = f"{reason} {self._untold(original, first)}".strip()
        self.repeats.finish(
            repeat,
            verdict=comparison.verdict,
            cause=why.cause or "",
            summary=f"{_sentence(comparison.summary)} {reason}".strip(),
            comparison=comparison.to_json(),
            full_seal=self._known(original) and self._known(first),
        )

    def _untold(self, original: Run, repeated: Run) -> str:
        """Say so where the original may have been told secrets that a repeat by somebody else is not told."""
        told = original.actor == original.workspace and self.has_secrets(original.actor)
        if not told or repeated.actor == original.actor:
            return ""
        return f"Only runs of {original.actor} are told the secrets of {original.actor}; this may be why."

    def _confirm(self, repeat: Repeat, first: Run) -> None:
        # A difference is confirmed by two further runs on the same legs: if they disagree, it is randomness.
        more = [self.submitting.repeat(SYSTEM, first, first.legs, first.parameters) for _ in range(CONFIRMATIONS)]
        self.repeats.change(repeat, runs=(*repeat.runs, *(run.id for run in more)))

    def _further(self, runs: Sequence[Run]) -> list[Comparison]:
        done = [run for run in runs if run.state is State.SUCCEEDED]
        return [compare_outputs(self._stored(a), self._stored(b)) for a, b in combinations(done[1:], 2)]

    def _elsewhere(self, run: Run) -> bool:
        return any(is_elsewhere(read.collection) for read in self.runs.provenance(run.id).inputs)

    def _footing(self, run: Run) -> Footing:
        packages = self.environments.packages(run.legs.environment)
        return footing_of(run, self.runs.provenance(run.id), packages)

    def _known(self, run: Run) -> bool:
        return self.runs.provenance(run.id).fully_known

    def _compare(self, original: Run, repeated: Run) -> Comparison:
        tolerances = tolerances_of(original, self.indicators)
        return compare_outputs(self._stored(original), self._stored(repeated), tolerances)

    def _stored(self, run: Run) -> list[StoredOutput]:
        provenance: Provenance = self.runs.provenance(run.id)
        return [
            StoredOutput(
                name=output.name,
                path=self.files.path(output.checksum),
                kind=output.kind,
                media_type=output.media_type,
                unit=output.unit,
            )
            for output in provenance.outputs
        ]


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:].rstrip(".") + "."
