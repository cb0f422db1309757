"""The passport of a value: everything that made it, in one record that page, JSON and command line share."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.core.times import iso, iso_short, parse_time
from repeatpass.indicators.records import Indicator, Value
from repeatpass.indicators.room import Indicators
from repeatpass.runs.masking import masked_parameters
from repeatpass.runs.records import Provenance, Run, RunOutput
from repeatpass.runs.room import Runs
from repeatpass.verification.records import Repeat
from repeatpass.verification.room import Repeats


@dataclass(frozen=True, kw_only=True, slots=True)
class Passport:
    """One value and all that it stands on."""

    indicator: Indicator
    value: Value
    history: Sequence[Value]
    run: Run
    provenance: Provenance
    output: RunOutput | None  # the file that carried the value
    repeats: Sequence[Repeat]  # of the run, newest first

    @property
    def latest(self) -> Repeat | None:
        """The newest finished repeat with everything pinned."""
        return next((repeat for repeat in self.repeats if repeat.pinned and repeat.verdict), None)

    @property
    def subject(self) -> str:
        """The value's name: indicator/place/time."""
        return f"{self.value.indicator}/{self.value.place}/{iso_short(self.value.time)}"

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield the passport as labelled lines."""
        run, legs = self.run, self.run.legs
        yield "value", f"{self.value.value} {self.indicator.unit}  ({self.subject}, revision {self.value.revision})"
        yield "notebook", f"{legs.notebook}@{legs.revision}"
        yield (
            "parameters",
            ", ".join(f"{name}={value!r}" for name, value in masked_parameters(run.parameters).items()) or "none",
        )
        yield "environment", f"{legs.environment_name} {legs.environment}"
        yield "kit", legs.kit
        for read in self.provenance.inputs:
            yield (
                "input",
                f"{read.collection} v{read.version} {read.item or read.asset}, {read.size} bytes, {read.checksum}",
            )
        yield "inputs", "fully known" if self.provenance.fully_known else "not fully known"
        if self.output:
            yield "output", f"{self.output.path} {self.output.checksum} (cell [{self.output.cell}])"
        yield "run", f"{run.id} by {run.actor}, finished {iso(run.finished) if run.finished else 'never'}"
        if run.usage:
            yield (
                "cost",
                f"{run.usage.cpu_s:.2f} CPU s, {run.usage.wall_s:.2f} s, {run.usage.peak_rss_bytes / 1e6:.0f} MB",
            )
        if run.isolation:
            yield "kept apart", run.isolation
        yield "repeat", self._repeat_words()

    def _repeat_words(self) -> str:
        if self.latest is None or self.latest.finished is None:
            return "not repeated yet"
        return f"{self.latest.verdict} on {iso(self.latest.finished)}: {self.latest.summary}"

    def to_json(self) -> dict[str, Any]:
        """Return the passport as plain JSON (times are left as datetime for the encoder)."""
        return {
            "subject": self.subject,
            "unit": self.indicator.unit,
            "value": asdict(self.value),
            "history": [asdict(value) for value in self.history],
            "run": asdict(self.run) | {"parameters": masked_parameters(self.run.parameters)},
            "inputs": [asdict(read) for read in self.provenance.inputs],
            "inputs_fully_known": self.provenance.fully_known,
            "unrecorded": [asdict(read) for read in self.provenance.unrecorded],
            "output": asdict(self.output) if self.output else None,
            "repeats": [asdict(repeat) for repeat in self.repeats],
        }


def subject_of(text: str) -> tuple[str, str, datetime]:
    """Read indicator/place/time; raise Invalid for anything else."""
    parts = text.split("/")
    if len(parts) != 3:
        raise Invalid(f"“{text}” does not name a value; write indicator/place/time, such as nino34/nino34/2009-12.")
    return parts[0], parts[1], parse_time(parts[2])


def passport_of(
    indicators: Indicators,
    runs: Runs,
    repeats: Repeats,
    indicator_id: str,
    place: str,
    time: datetime,
    revision: int | None = None,
) -> Passport:
    """Return the passport of a value; raise NotFound if there is no such value."""
    indicator = indicators.indicator(indicator_id)
    value = indicators.value(indicator_id, place, time, revision)
    run, provenance = runs.run(value.run), runs.provenance(value.run)
    return Passport(
        indicator=indicator,
        value=value,
        history=indicators.history(indicator_id, place, time),
        run=run,
        provenance=provenance,
        output=next((output for output in provenance.outputs if output.name == indicator.output), None),
        repeats=repeats.of(run.id),
    )
