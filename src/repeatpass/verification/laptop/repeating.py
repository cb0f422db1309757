"""Repeats a crate: read, check the pins, make the environment, execute, compare, and say why it differs."""

import json
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from repeatpass.core.errors import RepeatpassError
from repeatpass.notebooks.environments import ensure, verify
from repeatpass.notebooks.environments import here as digest_here
from repeatpass.notebooks.kit_copy import kit_folder
from repeatpass.notebooks.source import read_notebook, revision_of
from repeatpass.runs.masking import MASK
from repeatpass.verification.attribution import Attribution, attribute
from repeatpass.verification.changes import BrokenPin, Cause
from repeatpass.verification.comparison import Comparison, compare_outputs, not_repeatable
from repeatpass.verification.comparison.records import Verdict
from repeatpass.verification.crate import CrateContent, broken_pins, read_crate
from repeatpass.verification.footing import Footing
from repeatpass.verification.laptop.execution import Executed, execute

Progress = Callable[[str], None]
CONFIRMATIONS = 2
ALTERED = 3  # altered files of an environment that are named


@dataclass(frozen=True, kw_only=True, slots=True)
class CrateRepeat:
    """What came of repeating a crate."""

    verdict: Verdict
    sentence: str  # the comparison and the cause, for people
    comparison: Comparison
    attribution: Attribution
    content: CrateContent
    footing: Footing  # of the repeat
    folder: Path  # where the crate was unpacked and executed

    @property
    def cause(self) -> Cause | None:
        """Why it differs, if it does and if that can be told."""
        return self.attribution.cause

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        return {
            "run": self.content.run, "title": self.content.title, "verdict": self.verdict.value,
            "sentence": self.sentence, "cause": self.cause and self.cause.value,
            "attribution": self.attribution.to_json(), "comparison": self.comparison.to_json(),
            "original": self.content.footing.to_json(), "repeat": self.footing.to_json(),
        }  # fmt: skip


def repeat_crate(
    path: Path,
    *,
    home: Path,
    here: bool = False,
    folder: Path | None = None,
    notebook: Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    timeout: float | None = None,
    progress: Progress | None = None,
) -> CrateRepeat:
    """Repeat the run in the crate at *path* on this computer and compare every output.

    Args:
        path: a crate (zip file or unpacked folder).
        home: where environments are kept, so that a second repeat need not make one again.
        here: use the Python that runs this, with the packages it has, instead of the run's environment.
        folder: new folder to unpack and execute in; if not given a temporary one, which the caller removes.
        notebook: another notebook to execute in place of the crate's.
        parameters: those to change, and the values of those that the crate masks; the others stay.
        timeout: seconds for one execution.
        progress: told in sentences what is being done.

    A pin that is missing or altered, a masked parameter that is not given, an environment that cannot be made, and a
    notebook that fails all end in the verdict *not repeatable* with the leg named. Raises CrateUnreadable, CrateUnsafe.
    """
    place = folder or Path(tempfile.mkdtemp(prefix="repeatpass-"))
    say = progress or (lambda _: None)
    say("Unpacking the crate and checking every file.")
    content = read_crate(path, place / "crate")
    return _Repeating(content, place, home, say, here, notebook, parameters or {}, timeout).judge()


@dataclass(frozen=True, slots=True)
class _Repeating:
    content: CrateContent
    place: Path
    home: Path
    say: Progress
    here: bool
    notebook: Path | None
    parameters: Mapping[str, Any]
    timeout: float | None

    def judge(self) -> CrateRepeat:
        broken = broken_pins(self.content) + self._unknown()
        if broken:
            return self._stuck(broken)
        try:
            prefix = Path(sys.prefix) if self.here else ensure(self.content.environment, self.home, self.say)
        except RepeatpassError as error:
            clause = f"{error.message} Or repeat it with the Python you have (--here)"
            return self._stuck([BrokenPin(cause=Cause.ENVIRONMENT, clause=clause)])
        if altered := self._altered(prefix):
            return self._stuck(altered)
        return self._compared(prefix)

    def _unknown(self) -> list[BrokenPin]:
        """Name the parameters that were secret, so that the crate lacks their values, and that were not given."""
        names = [name for name in self._masked() if name not in self.parameters]
        clause = "the crate masks the secret parameter {0}; give its value (-p {0}=…)"
        return [BrokenPin(cause=Cause.PARAMETERS, clause=clause.format(name)) for name in names]

    def _masked(self) -> list[str]:
        pinned = self.content.footing.parameters
        return [name for name, value in pinned.items() if MASK in json.dumps(value, ensure_ascii=False)]

    def _altered(self, prefix: Path) -> list[BrokenPin]:
        found = [] if self.here else verify(prefix)
        named = [str(each) for each in found[:ALTERED]]
        rest = f" and {len(found) - ALTERED} more" if len(found) > ALTERED else ""
        clause = f"in the environment {', '.join(named)}{rest} (remove {prefix} to have it made anew)"
        return [BrokenPin(cause=Cause.ENVIRONMENT, clause=clause)] if found else []

    def _compared(self, prefix: Path) -> CrateRepeat:
        first = self._execute(prefix, 1)
        footing = self._footing(first)
        comparison = self._comparison(first)
        found = attribute(self.content.footing, footing, comparison)
        if found.undecided:
            self.say("It differs, and nothing explains it yet: repeating twice more.")
            more = [self._execute(prefix, number + 2) for number in range(CONFIRMATIONS)]
            further = [_among(*more), _among(first, more[0])]
            found = attribute(self.content.footing, footing, comparison, further=further)
        return self._result(comparison, found, footing)

    def _execute(self, prefix: Path, number: int) -> Executed:
        return execute(
            self.notebook or self.content.notebook, self.content.context,
            {**self.content.footing.parameters, **self.parameters},
            folder=self.place / f"repeat-{number}", prefix=prefix, kit=self._kit(), timeout=self.timeout,
            progress=self.say,
        )  # fmt: skip

    def _comparison(self, executed: Executed) -> Comparison:
        if not executed.succeeded:
            return not_repeatable(executed.message)
        self.say("Comparing every output.")
        original = [output.stored() for output in self.content.outputs]
        return compare_outputs(original, executed.outputs, self.content.tolerance_by_path())

    def _kit(self) -> Path:
        return self.content.kit or kit_folder(self.home / "kits")

    def _footing(self, executed: Executed) -> Footing:
        """Return the legs of the repeat: those of the crate where they were pinned."""
        pinned = self.content.footing
        said = {
            name: value for name, value in self.parameters.items() if name not in self._masked()
        }  # others stay masked
        known = replace(
            pinned, parameters={**pinned.parameters, **said}, inputs=executed.inputs,
            machine=f"{platform.system()} {platform.release()} {platform.machine()}", hash_seed="0",
        )  # fmt: skip
        if self.notebook:
            known = replace(known, revision=revision_of(read_notebook(self.notebook.read_bytes(), self.notebook.name)))
        if not self.content.kit:
            known = replace(known, kit=self._kit().name)
        if self.here:
            known = replace(known, environment=digest_here(), environment_name="here", packages={},
                            python=platform.python_version())  # fmt: skip
        return known

    def _stuck(self, broken: list[BrokenPin]) -> CrateRepeat:
        reason = attribute(self.content.footing, self.content.footing, not_repeatable(""), broken=broken)
        return self._result(not_repeatable(reason.sentence), reason, self.content.footing)

    def _result(self, comparison: Comparison, found: Attribution, footing: Footing) -> CrateRepeat:
        told = [comparison.summary if comparison.summary.endswith(".") else f"{comparison.summary}."]
        if comparison.verdict is not Verdict.IDENTICAL and comparison.summary not in found.sentence:
            told.append(found.sentence)
        return CrateRepeat(
            verdict=comparison.verdict, sentence=" ".join(told), comparison=comparison, attribution=found,
            content=self.content, footing=footing, folder=self.place,
        )  # fmt: skip


def _among(one: Executed, other: Executed) -> Comparison:
    """Compare two repeats with each other, exactly: what is random may still lie within a tolerance."""
    if not (one.succeeded and other.succeeded):
        same = one.succeeded == other.succeeded
        return Comparison(
            verdict=Verdict.IDENTICAL if same else Verdict.DIFFERENT, summary="One of two repeats failed."
        )
    return compare_outputs(one.outputs, other.outputs)
