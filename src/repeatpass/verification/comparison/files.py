"""Compares the bytes of any file."""

from pathlib import Path

from repeatpass.verification.comparison.records import Aspect, Difference

CHUNK = 1 << 20


def same_bytes(original: Path, repeated: Path) -> bool:
    """Say whether two files are equal, byte for byte. Raises OSError where one cannot be read."""
    return original.stat().st_size == repeated.stat().st_size and first_unequal(original, repeated) is None


def first_unequal(original: Path, repeated: Path) -> int | None:
    """Return the place of the first byte that differs (counted from 0), or None."""
    place = 0
    with original.open("rb") as ours, repeated.open("rb") as theirs:
        while True:
            a, b = ours.read(CHUNK), theirs.read(CHUNK)
            if a != b:
                same = next((k for k, (p, q) in enumerate(zip(a, b, strict=False)) if p != q), min(len(a), len(b)))
                return place + same
            if not a:
                return None
            place += len(a)


def compare_bytes(original: Path, repeated: Path) -> list[Difference]:
    """Return the difference between two files of unknown meaning, if there is one."""
    place = first_unequal(original, repeated)
    if place is None:
        return []
    sizes = original.stat().st_size, repeated.stat().st_size
    lengths = "" if sizes[0] == sizes[1] else f", and the size changed from {sizes[0]} to {sizes[1]} bytes"
    return [
        Difference(
            aspect=Aspect.BYTES,
            message=f"the bytes differ from place {place} on{lengths}",
            original=f"{sizes[0]} bytes",
            repeated=f"{sizes[1]} bytes",
            at=(("byte", str(place)),),
        )
    ]
