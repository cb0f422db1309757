"""Compares named arrays, whatever file they come from: variables of a cube, bands of a raster."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import findings
from repeatpass.verification.comparison.findings import Place
from repeatpass.verification.comparison.numbers import EXACT, Array, Tally, tally
from repeatpass.verification.comparison.records import Aspect, Difference

BLOCK = 4_000_000  # elements held of each side at once: 32 MB of float64


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One named array and what its numbers mean.

    ``read(start, stop)`` returns rows of the first dimension (all of it for a
    single value); ``locate(index)`` returns the coordinates there, exactly and as
    people say them.
    """

    name: str
    dtype: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    read: Callable[[int, int], Array]
    locate: Callable[[tuple[int, ...]], tuple[Place, str]]
    coordinate: bool = False
    unit: str = ""
    meaning: tuple[tuple[str, str], ...] = ()  # what gives numbers their meaning: calendar, CRS
    remarks: tuple[tuple[str, str], ...] = ()  # everything else that is said about the array


def compare_layers(
    noun: str,
    original: Sequence[Layer],
    repeated: Sequence[Layer],
    tolerance: Tolerance,
) -> list[Difference]:
    """Return every difference between two files' arrays, matched by name."""
    ours, theirs = {layer.name: layer for layer in original}, {layer.name: layer for layer in repeated}
    found = findings.parts(noun, list(ours), list(theirs))
    alone = sum(not layer.coordinate for layer in original) == 1
    for name, layer in ours.items():
        if name in theirs:
            found += _pair(layer, theirs[name], tolerance, noun, alone)
    return found


def _pair(a: Layer, b: Layer, tolerance: Tolerance, noun: str, alone: bool) -> list[Difference]:
    label = f"{'coordinate' if a.coordinate else noun} {a.name}"
    found = []
    if a.dtype != b.dtype:
        found.append(findings.changed(Aspect.TYPES, a.name, f"the type of {label}", a.dtype, b.dtype))
    if a.unit != b.unit:
        found.append(findings.changed(Aspect.UNITS, a.name, f"the unit of {label}", a.unit, b.unit))
    found += _meanings(a, b, label)
    if (a.dims, a.shape) != (b.dims, b.shape):
        return [
            *found,
            findings.changed(Aspect.COORDINATES, a.name, f"the extent of {label}", _extent(a), _extent(b)),
        ]
    return found + _values(a, b, tolerance, "" if alone and not a.coordinate else label)


def _meanings(a: Layer, b: Layer, label: str) -> list[Difference]:
    found = [
        findings.changed(Aspect.COORDINATES, a.name, f"{key} of {label}", one, other)
        for key, one, other in _unequal(a.meaning, b.meaning)
    ]
    return found + [
        findings.remark(a.name, f"the note {key} of {label} changed", one, other)
        for key, one, other in _unequal(a.remarks, b.remarks)
    ]


def _unequal(a: Place, b: Place) -> list[tuple[str, str, str]]:
    ours, theirs = dict(a), dict(b)
    return [
        (key, ours.get(key, ""), theirs.get(key, "")) for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)
    ]


def _extent(layer: Layer) -> str:
    sizes = zip(layer.dims, layer.shape, strict=True)
    return " × ".join(f"{size} {dim}" for dim, size in sizes) or "a single value"


def _values(a: Layer, b: Layer, tolerance: Tolerance, label: str) -> list[Difference]:
    # Coordinates say where a value belongs; a tolerance in the values' unit means nothing for them.
    limit = EXACT if a.coordinate else tolerance
    found = Tally()
    for start, stop in blocks(a.shape):
        found = found.join(tally(a.read(start, stop), b.read(start, stop), limit, offset=start))
    at, where = a.locate(found.index) if found.index is not None else ((), "")
    return findings.values(
        found,
        subject=a.name,
        unit=a.unit,
        at=at,
        where=where,
        label=label,
        aspect=Aspect.COORDINATES if a.coordinate else Aspect.VALUES,
    )


def blocks(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the row ranges in which an array of *shape* is read."""
    if not shape:
        return [(0, 1)]
    row = 1
    for size in shape[1:]:
        row *= max(size, 1)
    step = max(1, BLOCK // row)
    return [(start, min(start + step, shape[0])) for start in range(0, shape[0], step)]
