"""Turns what was found into differences that read as sentences."""

from repeatpass.verification.comparison import words
from repeatpass.verification.comparison.numbers import Tally
from repeatpass.verification.comparison.records import Aspect, Difference, Verdict

Place = tuple[tuple[str, str], ...]


def changed(aspect: Aspect, subject: str, what: str, original: str, repeated: str) -> Difference:
    """Return the difference of one property, e.g. the unit of a variable."""
    message = f"{what} changed from {original or 'none'} to {repeated or 'none'}"
    return Difference(aspect=aspect, subject=subject, message=message, original=original, repeated=repeated)


def remark(subject: str, what: str, original: str = "", repeated: str = "") -> Difference:
    """Return a difference that changes no value, e.g. of a ``history`` attribute."""
    return Difference(
        aspect=Aspect.REMARKS,
        subject=subject,
        message=what,
        verdict=Verdict.IDENTICAL,
        original=original,
        repeated=repeated,
    )


def parts(noun: str, original: list[str], repeated: list[str]) -> list[Difference]:
    """Name the parts (columns, variables) that only one of the two has, and a changed order."""
    gone = [name for name in original if name not in repeated]
    new = [name for name in repeated if name not in original]
    found = []
    if gone:
        found.append(_presence(gone, f"{_listed(noun, gone)} missing in the repeat"))
    if new:
        found.append(_presence(new, f"{_listed(noun, new)} only in the repeat"))
    if not found and original != repeated:
        found.append(remark("", f"the {noun}s are in another order"))
    return found


def _presence(which: list[str], message: str) -> Difference:
    return Difference(aspect=Aspect.STRUCTURE, subject=", ".join(which), message=message)


def _listed(noun: str, which: list[str]) -> str:
    return f"{noun} {which[0]} is" if len(which) == 1 else f"{noun}s {words.names(which)} are"


def values(
    found: Tally,
    *,
    subject: str = "",
    unit: str = "",
    noun: str = "value",
    at: Place = (),
    where: str = "",
    label: str = "",
    aspect: Aspect = Aspect.VALUES,
) -> list[Difference]:
    """Return the difference a tally shows, if it shows one.

    *where* is *at* as people say it; *label* names the part, where there are several.
    """
    if not found.differing:
        return []
    verdict = Verdict.DIFFERENT if found.beyond else Verdict.WITHIN
    message = (
        (f"{label}: " if label else "")
        + _counted(found, noun)
        + _extent(found, unit)
        + (f" ({where})" if where else "")
    )
    if verdict is Verdict.WITHIN:
        message += ", within the tolerance"
    return [
        Difference(
            aspect=aspect,
            subject=subject,
            message=message,
            verdict=verdict,
            original=found.original,
            repeated=found.repeated,
            differing=found.differing,
            compared=found.compared,
            beyond=found.beyond,
            missing=found.missing,
            maximum_absolute=found.absolute,
            maximum_relative=found.relative,
            at=at,
        )
    ]


def _counted(found: Tally, noun: str) -> str:
    verb = "differs" if found.differing == 1 else "differ"
    return f"{found.differing} of {words.count(found.compared, noun)} {verb}"


def _extent(found: Tally, unit: str) -> str:
    measured = "" if found.absolute is None else f", by at most {words.number(found.absolute, unit)}"
    if found.missing == found.differing:
        return ", being missing on one side"
    if found.missing:
        return f"{measured}, {found.missing} being missing on one side"
    return measured or f": {_short(found.original)} became {_short(found.repeated)}"


def _short(text: str, most: int = 40) -> str:
    return repr(text if len(text) <= most else text[: most - 1] + "…")
