"""Compares pictures pixel by pixel, through pillow."""

from pathlib import Path

import numpy as np
from PIL import Image

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import findings
from repeatpass.verification.comparison.numbers import Array, Tally, tally
from repeatpass.verification.comparison.records import Aspect, Difference, Unreadable

NOTES = ("dpi", "gamma", "icc_profile", "Software", "Creation Time", "Title", "Author", "Description")


def compare_images(original: Path, repeated: Path, tolerance: Tolerance) -> list[Difference]:
    """Return every difference between two pictures.

    A pixel differs if any channel does; a tolerance is in levels of a channel
    (0 to 255 for ordinary pictures). Raises Unreadable where a file is no picture.
    """
    try:
        with Image.open(original) as ours, Image.open(repeated) as theirs:
            found = _shape(ours, theirs)
            return found or _frames(ours, theirs, tolerance) + _notes(ours, theirs)
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise Unreadable(f"{original.name} could not be opened as a picture ({error}).") from error


def _shape(ours: Image.Image, theirs: Image.Image) -> list[Difference]:
    checks = [
        (Aspect.TYPES, "the colour mode", ours.mode, theirs.mode),
        (Aspect.COORDINATES, "the size", _size(ours), _size(theirs)),
        (Aspect.STRUCTURE, "the number of frames", str(_count(ours)), str(_count(theirs))),
    ]
    return [findings.changed(aspect, "", what, a, b) for aspect, what, a, b in checks if a != b]


def _frames(ours: Image.Image, theirs: Image.Image, tolerance: Tolerance) -> list[Difference]:
    found = []
    for frame in range(_count(ours)):
        ours.seek(frame)
        theirs.seek(frame)
        total = _pixels(_levels(ours), _levels(theirs), tolerance)
        label = f"frame {frame + 1}" if _count(ours) > 1 else ""
        at, where = _place(total, frame if label else None)
        found += findings.values(total, noun="pixel", label=label, at=at, where=where, unit="levels")
    return found


def _pixels(a: Array, b: Array, tolerance: Tolerance) -> Tally:
    """Tally channels, then count pixels: (rows, columns, channels) -> per pixel."""
    channels = tally(a, b, tolerance)
    if not channels.differing:
        return Tally(compared=a.shape[0] * a.shape[1])
    changed = (a != b).any(axis=2)
    rows, columns = np.nonzero(changed)
    each = tally(a[rows, columns], b[rows, columns], tolerance)
    beyond = 0 if not each.beyond else _beyond(a[rows, columns], b[rows, columns], tolerance)
    return Tally(
        compared=changed.size,
        differing=rows.size,
        beyond=beyond,
        absolute=channels.absolute,
        relative=channels.relative,
        index=channels.index,
        original=channels.original,
        repeated=channels.repeated,
    )


def _beyond(a: Array, b: Array, tolerance: Tolerance) -> int:
    return sum(tally(one, other, tolerance).beyond > 0 for one, other in zip(a, b, strict=True))


def _place(total: Tally, frame: int | None) -> tuple[findings.Place, str]:
    if total.index is None:
        return (), ""
    row, column, _ = total.index
    at = (("row", str(row)), ("column", str(column)))
    return (at if frame is None else (("frame", str(frame)), *at)), f"row {row}, column {column}"


def _levels(image: Image.Image) -> Array:
    """Return the colours as (rows, columns, channels); a palette is looked up, since its order means nothing."""
    colours = image.convert("RGBA") if image.mode == "P" else image
    levels = np.asarray(colours)
    return levels[:, :, np.newaxis] if levels.ndim == 2 else levels


def _notes(ours: Image.Image, theirs: Image.Image) -> list[Difference]:
    return [
        findings.remark(key, f"the note {key} of the picture changed")
        for key in NOTES
        if ours.info.get(key) != theirs.info.get(key)
    ]


def _size(image: Image.Image) -> str:
    return f"{image.width} × {image.height} pixels"


def _count(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1))
