"""Compares outputs of two runs and says in one sentence how they stand to each other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import findings, not_repeatable
from repeatpass.verification.comparison.families import Family, family
from repeatpass.verification.comparison.files import compare_bytes, same_bytes
from repeatpass.verification.comparison.numbers import EXACT
from repeatpass.verification.comparison.records import (
    Aspect,
    Comparison,
    Difference,
    OutputComparison,
    StoredOutput,
    Unreadable,
    Verdict,
)


def compare_output(
    original: Path,
    repeated: Path,
    kind: str = "file",
    media_type: str = "",
    tolerance: Tolerance = EXACT,
    *,
    name: str = "",
    unit: str = "",
) -> OutputComparison:
    """Compare one output with its repeat: types, coordinates and units first, then numbers.

    Two numbers are equal within the tolerance if ``|a - b| <= absolute + relative * |a|``
    with a the original's. Missing equals missing. Files of unknown meaning, and those
    that cannot be opened here, are compared by their bytes. *name* is said in the
    sentence, *unit* is that of a values table. Raises OSError where a file cannot be read.
    """
    label = name or original.name
    if same_bytes(original, repeated):
        return _output(label, kind, media_type, [], same=True)
    how = family(original, name=label, kind=kind, media_type=media_type)
    try:
        found = _differences(how, original, repeated, tolerance, unit)
    except Unreadable as error:
        found = [*compare_bytes(original, repeated), findings.remark("", str(error))]
    return _output(label, kind, media_type, found, same=False)


def compare_outputs(
    original: Sequence[StoredOutput],
    repeated: Sequence[StoredOutput],
    tolerances: Mapping[str, Tolerance] | None = None,
) -> Comparison:
    """Compare everything two runs left, matched by name, with a tolerance per output name.

    Raises OSError where a stored file cannot be read.
    """
    ours = {output.name: output for output in original}
    theirs = {output.name: output for output in repeated}
    compared = tuple(
        _named(name, ours.get(name), theirs.get(name), (tolerances or {}).get(name, EXACT))
        for name in {**ours, **theirs}
    )
    if not compared:
        return not_repeatable("Neither run left an output, so there is nothing to compare.")
    verdict = Verdict.worst([output.verdict for output in compared])
    return Comparison(verdict=verdict, summary=_summary(compared), outputs=compared)


def _differences(
    how: Family,
    original: Path,
    repeated: Path,
    tolerance: Tolerance,
    unit: str,
) -> list[Difference]:
    # Each opener is imported when it is first needed: a run of tables needs no xarray.
    if how is Family.TABLE:
        from repeatpass.verification.comparison.tables import compare_tables

        return compare_tables(original, repeated, tolerance, unit=unit)
    if how is Family.CUBE:
        from repeatpass.verification.comparison.arrays import compare_cubes

        return compare_cubes(original, repeated, tolerance)
    if how is Family.RASTER:
        from repeatpass.verification.comparison.rasters import compare_rasters

        return compare_rasters(original, repeated, tolerance)
    if how is Family.IMAGE:
        from repeatpass.verification.comparison.images import compare_images

        return compare_images(original, repeated, tolerance)
    if how is Family.DOCUMENT:
        from repeatpass.verification.comparison.specs import compare_documents

        return compare_documents(original, repeated, tolerance)
    return compare_bytes(original, repeated)


def _named(
    name: str,
    ours: StoredOutput | None,
    theirs: StoredOutput | None,
    tolerance: Tolerance,
) -> OutputComparison:
    if ours is None or theirs is None:
        return _lonely(name, ours, theirs)
    compared = compare_output(ours.path, theirs.path, ours.kind, ours.media_type, tolerance, name=name, unit=ours.unit)
    declared = [
        findings.changed(aspect, name, what, one, other)
        for aspect, what, one, other in (
            (Aspect.FORMAT, "the declared kind", ours.kind, theirs.kind),
            (Aspect.FORMAT, "the media type", ours.media_type, theirs.media_type),
            (Aspect.UNITS, "the declared unit", ours.unit, theirs.unit),
        )
        if one != other
    ]
    if not declared:
        return compared
    found = [*declared, *compared.differences]
    return _output(name, ours.kind, ours.media_type, found, same=compared.bytes_identical)


def _lonely(name: str, ours: StoredOutput | None, theirs: StoredOutput | None) -> OutputComparison:
    known = ours or theirs
    message = "was left by the original but not by the repeat" if ours else "was left only by the repeat"
    difference = Difference(aspect=Aspect.PRESENCE, subject=name, message=message)
    found = _output(name, known.kind if known else "file", known.media_type if known else "", [difference], same=False)
    return replace(found, sentence=f"{name} {message}")


def _output(
    name: str,
    kind: str,
    media_type: str,
    found: Sequence[Difference],
    *,
    same: bool,
) -> OutputComparison:
    verdict = Verdict.worst([difference.verdict for difference in found])
    ranked = tuple(sorted(found, key=_importance))
    return OutputComparison(
        name=name,
        kind=kind,
        media_type=media_type,
        verdict=verdict,
        bytes_identical=same,
        differences=ranked,
        sentence=_sentence(name, verdict, ranked, same),
    )


def _importance(difference: Difference) -> tuple[int, int]:
    return -list(Verdict).index(difference.verdict), list(Aspect).index(difference.aspect)


def _sentence(name: str, verdict: Verdict, ranked: Sequence[Difference], same: bool) -> str:
    if verdict is Verdict.IDENTICAL:
        return (
            f"{name}: identical, byte for byte"
            if same
            else f"{name}: identical in every value, though not in its bytes"
        )
    alike = [difference for difference in ranked if difference.verdict is verdict]
    more = f", and {len(alike) - 1} more" if len(alike) > 1 else ""
    return f"{name}: {alike[0].message}{more}"


def _summary(compared: Sequence[OutputComparison]) -> str:
    identical = [output for output in compared if output.verdict is Verdict.IDENTICAL]
    if len(identical) == len(compared):
        return _all_identical(compared)
    worst = Verdict.worst([output.verdict for output in compared])
    first = next(output for output in compared if output.verdict is worst)
    others = sum(output.verdict is not Verdict.IDENTICAL for output in compared) - 1
    also = f"; {others} more {'differs' if others == 1 else 'differ'}" if others else ""
    rest = f"; {len(identical)} of {len(compared)} outputs identical" if len(compared) > 1 else ""
    return first.sentence + also + rest


def _all_identical(compared: Sequence[OutputComparison]) -> str:
    many, exact = len(compared), sum(output.bytes_identical for output in compared)
    noun = "output" if many == 1 else "outputs"
    if exact == many:
        return f"{many} of {many} {noun} identical, byte for byte"
    return f"{many} of {many} {noun} identical in every value, {exact} byte for byte"
