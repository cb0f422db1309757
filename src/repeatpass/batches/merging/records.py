"""What is merged, how, and into what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.core.ids import check_name
from repeatpass.runs.records import RunOutput


class Form(StrEnum):
    """What the results become."""

    GEOPARQUET = "geoparquet"  # rows of all parts in one table
    COG = "cog"  # tiles in one mosaic, one for each time
    ZARR = "zarr"  # tiles in one cube: time, y, x


class Overlap(StrEnum):
    """Which part counts where several have data for a cell. Parts are taken in their order."""

    FIRST = "first"
    LAST = "last"
    REFUSE = "refuse"


class CannotMerge(Invalid):
    """The results do not fit together; the sentence names the part and what differs."""

    kind = "batch-cannot-merge"


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What one part left, and where and when that is."""

    number: int
    name: str  # as people see it: area and time
    run: str
    output: RunOutput
    area: str = ""
    time: str = ""  # the step in words
    geometry: Mapping[str, Any] | None = None  # GeoJSON, longitude and latitude
    start: datetime | None = None
    end: datetime | None = None  # first moment after

    def fails(self, sentence: str) -> CannotMerge:
        """An error about this part."""
        return CannotMerge(
            f"Part {self.number} ({self.name}; run {self.run}), output {self.output.name}: {sentence}",
            part=self.number,
            run=self.run,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A merge that is asked for."""

    batch: str
    name: str  # id of the collection
    form: Form
    output: str = ""  # name of the output of each part; may be left out where there is one that fits
    overlap: Overlap = Overlap.FIRST
    title: str = ""

    def body(self) -> dict[str, str]:
        """As it is written down."""
        return {"name": self.name, "as": self.form, "output": self.output, "overlap": self.overlap, "title": self.title}


def wish_of(batch: str, body: Mapping[str, Any]) -> Wish:
    """Read what a batch's `merge`, a command or a form asks for; Invalid names the field and what would be right."""
    known = ("name", "as", "output", "overlap", "title")
    for key, value in body.items():
        if key not in known:
            raise Invalid(
                f"merge.{key}: {value!r} cannot be used: there is no such field; known are {', '.join(known)}."
            )
        if not isinstance(value, str):
            raise Invalid(f"merge.{key}: {value!r} cannot be used: give a text.")
    form = Form(_among("as", body.get("as"), list(Form)))
    usual = re.sub(r"[^a-z0-9.-]+", "-", f"{body.get('output') or form}-{batch}".lower()).strip("-.")
    return Wish(
        batch=batch,
        name=check_name(str(body.get("name") or usual), "a collection"),
        form=form,
        output=str(body.get("output") or ""),
        overlap=Overlap(_among("overlap", body.get("overlap") or Overlap.FIRST, list(Overlap))),
        title=str(body.get("title") or ""),
    )


def _among(field: str, value: Any, known: list[Any]) -> str:
    if value not in known:
        said = "it is missing" if value in (None, "") else f"{value!r} cannot be used"
        raise Invalid(f"merge.{field}: {said}; use one of {', '.join(known)}.", field=f"merge.{field}")
    return str(value)
