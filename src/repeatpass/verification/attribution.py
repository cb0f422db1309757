"""Says why a repeat differs: which leg changed, or whether the notebook is random, or that nobody knows.

The order of judgement: a pin that is missing or altered; two further repeats that disagree (randomness);
a leg that changed; another machine; unexplained. All functions are pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from repeatpass.verification.changes import BrokenPin, Cause, Change, changes, machine_changed
from repeatpass.verification.comparison import Comparison, Verdict
from repeatpass.verification.footing import Footing

HINT = " The run also read something off the record (its inputs are not fully known), which may be the reason."


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribution:
    """The cause of a difference, as far as it can be told.

    ``cause`` is None where nothing differs, or where the difference is within the tolerance and no
    leg changed. ``causes`` holds every leg that changed: with more than one, one repeat cannot tell
    which of them made the difference. ``undecided`` asks for two further repeats with the same legs.
    """

    cause: Cause | None
    sentence: str
    causes: tuple[Cause, ...] = ()
    undecided: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON."""
        causes = [cause.value for cause in self.causes]
        return {"cause": self.cause and self.cause.value, "sentence": self.sentence, "causes": causes,
                "undecided": self.undecided}  # fmt: skip


def attribute(
    original: Footing,
    repeat: Footing,
    comparison: Comparison,
    *,
    further: Sequence[Comparison] = (),
    broken: Sequence[BrokenPin] = (),
) -> Attribution:
    """Return why *repeat* differs from *original*.

    Args:
        original: the legs of the run that was repeated.
        repeat: the legs of its repeat.
        comparison: their outputs, compared.
        further: comparisons among further repeats with the same legs as *repeat* (two of them
            compared with each other are enough), made without a tolerance.
        broken: pins that are missing or altered.
    """
    if comparison.verdict is Verdict.IDENTICAL:
        return _identical(original, repeat, broken)
    if broken:
        return _legs([(pin.cause, pin.clause) for pin in broken], comparison)
    if any(each.verdict is not Verdict.IDENTICAL for each in further):
        return _random(changes(original, repeat))
    if found := changes(original, repeat):
        return _legs([(change.cause, change.clause) for change in found], comparison)
    if comparison.verdict is Verdict.WITHIN:
        return Attribution(cause=None, sentence="Every leg is the same, and the difference is within the tolerance.")
    if comparison.verdict is Verdict.NOT_REPEATABLE:
        sentence = f"Every leg is the same, yet it could not be repeated: {comparison.summary}"
        return Attribution(cause=Cause.UNEXPLAINED, causes=(Cause.UNEXPLAINED,), sentence=sentence + _hint(original))
    return _unexplained(original, repeat, bool(further))


def _identical(original: Footing, repeat: Footing, broken: Sequence[BrokenPin]) -> Attribution:
    clauses = [pin.clause for pin in broken] or [change.clause for change in changes(original, repeat)]
    sentence = f"Nothing differs, although {_joined(clauses)}." if clauses else "Nothing differs."
    return Attribution(cause=None, sentence=sentence)


def _legs(found: Sequence[tuple[Cause | None, str]], comparison: Comparison) -> Attribution:
    causes = tuple(dict.fromkeys(cause for cause, _ in found if cause is not None))
    sentence = _capital(_joined([clause for _, clause in found])) + "."
    if len(causes) > 1 and comparison.verdict is not Verdict.NOT_REPEATABLE:
        sentence += " One repeat cannot tell which of these made the difference: swap one at a time."
    return Attribution(cause=causes[0] if causes else None, causes=causes, sentence=sentence)


def _random(found: Sequence[Change]) -> Attribution:
    sentence = (
        "Repeats with the same legs disagree with each other: the notebook draws random numbers without a "
        "fixed seed, or depends on the time or on the order in which things finish."
    )
    if found:
        sentence += f" Besides, {_joined([change.clause for change in found])}."
    causes = tuple(dict.fromkeys([Cause.RANDOMNESS, *(change.cause for change in found)]))
    return Attribution(cause=Cause.RANDOMNESS, causes=causes, sentence=sentence)


def _unexplained(original: Footing, repeat: Footing, confirmed: bool) -> Attribution:
    if not confirmed:
        sentence = "Every leg is the same; two further repeats will tell whether the notebook is random."
        return Attribution(cause=Cause.UNEXPLAINED, causes=(Cause.UNEXPLAINED,), sentence=sentence, undecided=True)
    if machine_changed(original, repeat):
        sentence = (
            f"Only the machine is another one ({repeat.machine} instead of {original.machine}), and repeats "
            "on it agree with each other: its processor or system libraries calculate otherwise."
        )
        return Attribution(cause=Cause.ENVIRONMENT, causes=(Cause.ENVIRONMENT,), sentence=sentence + _hint(original))
    sentence = (
        "Every leg is the same and further repeats agree with each other: something that no leg records has changed."
    )
    return Attribution(cause=Cause.UNEXPLAINED, causes=(Cause.UNEXPLAINED,), sentence=sentence + _hint(original))


def _hint(original: Footing) -> str:
    return "" if original.inputs_known else HINT


def _joined(clauses: Sequence[str]) -> str:
    return clauses[0] if len(clauses) == 1 else f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def _capital(clause: str) -> str:
    return clause[:1].upper() + clause[1:]
