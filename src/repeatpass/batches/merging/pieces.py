"""From a batch to what its parts left, in their order."""

from collections.abc import Iterator, Mapping, Sequence

from repeatpass.batches.merging.records import CannotMerge, Form, Piece, Wish
from repeatpass.batches.records import Area, Batch, Part
from repeatpass.batches.room import Batches
from repeatpass.batches.times import Step, steps
from repeatpass.runs.records import RunOutput
from repeatpass.runs.room import Runs

ROWS = ("values", "table")
TILES = ("raster",)


def pieces_of(batches: Batches, runs: Runs, batch: Batch, wish: Wish) -> tuple[list[Piece], set[str]]:
    """Return the output of each part that is done, and the collections that the runs read.

    Raise CannotMerge if no part is done, or a part has not the output that is meant.
    """
    done = batches.runs(batch.id)
    if not done:
        raise CannotMerge(f"No part of batch {batch.id} is done; there is nothing to merge.", batch=batch.id)
    areas = {area.number: area for area in batches.areas(batch.id)}
    times = _times(batch)
    pieces, sources = [], set()
    for part in batches.parts(batch.id):
        if part.number in done:
            provenance = runs.provenance(done[part.number])
            sources |= {read.collection for read in provenance.inputs}
            area = areas.get(part.area) if part.area is not None else None
            pieces.append(_piece(part, area, times.get(part.time), done[part.number], provenance.outputs, wish))
    return pieces, sources


def _times(batch: Batch) -> Mapping[str, Step]:
    body = batch.specification.body.get("times")
    return {step.name: step for step in steps(body)} if body else {}


def _piece(
    part: Part, area: Area | None, step: Step | None, run: str, outputs: Sequence[RunOutput], wish: Wish
) -> Piece:
    name = ", ".join(each for each in (area.name if area else "", part.time) if each) or "no area, no time"
    return Piece(
        number=part.number,
        name=name,
        run=run,
        output=_output(part, name, run, list(outputs), wish),
        area=area.name if area else "",
        time=part.time,
        geometry=area.geometry if area else None,
        start=step.start if step else None,
        end=step.end if step else None,
    )


def _output(part: Part, name: str, run: str, outputs: list[RunOutput], wish: Wish) -> RunOutput:
    kinds = ROWS if wish.form is Form.GEOPARQUET else TILES
    fitting = [each for each in outputs if each.kind in kinds]
    chosen = [each for each in (fitting if not wish.output else outputs) if wish.output in ("", each.name)]
    if len(chosen) == 1 and chosen[0] in fitting:
        return chosen[0]
    known = ", ".join(f"{each.name} ({each.kind})" for each in outputs) or "nothing"
    kind = " or ".join(kinds)
    wanted = f"output {wish.output!r} that is a {kind}" if wish.output else f"single {kind}"
    raise CannotMerge(
        f"Part {part.number} ({name}; run {run}) has no {wanted}; it left: {known}. Name the output to be merged.",
        part=part.number,
        run=run,
    )


def by_time(pieces: Sequence[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    """Yield the pieces of each time, in the order of the times."""
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        found.setdefault(piece.time, []).append(piece)
    yield from sorted(found.items())
