"""The part of a batch's page that tells what its results were merged into, and the form that merges them."""

from typing import Any

from repeatpass.batches.merging.pieces import ROWS, TILES
from repeatpass.batches.merging.records import Form
from repeatpass.batches.records import Batch, BatchState
from repeatpass.web.desk import Desk
from repeatpass.web.views.batches import MergeForm, MergeRow

FORMS = {
    Form.GEOPARQUET: "One table (GeoParquet)",
    Form.COG: "One mosaic for each time (COG)",
    Form.ZARR: "One cube (Zarr)",
}
STATES = {
    "asked": "Waits to be merged",
    "begun": "Is being merged",
    "done": "Merged",
    "failed": "Could not be merged",
}


def merges_of(desk: Desk, id: str) -> tuple[MergeRow, ...]:
    """The merges of a batch, newest first."""
    return tuple(_row(each) for each in desk.house.merges.standing(id))


def _row(each: dict[str, Any]) -> MergeRow:
    wish, state = each["wish"], each["state"]
    made = each.get("collection", "")
    title = f"{FORMS[Form(wish['as'])]} of {wish.get('output') or 'the one output that fits'}"
    return MergeRow(
        title=title,
        state=state,
        word=STATES[state],
        note=each["message"],
        collection=made,
        href=f"/collections/{made}" if made else "",
    )


def merge_form(desk: Desk, batch: Batch) -> MergeForm | None:
    """The form, offered when the batch has ended and a part left something that can be merged."""
    if batch.state in (BatchState.RUNNING, BatchState.PAUSED):
        return None
    run = next(iter(desk.house.batches.runs(batch.id).values()), "")
    outputs = desk.house.runs.provenance(run).outputs if run else ()
    rows = [output.name for output in outputs if output.kind in ROWS]
    tiles = [output.name for output in outputs if output.kind in TILES]
    forms = ([Form.GEOPARQUET] if rows else []) + ([Form.COG, Form.ZARR] if tiles else [])
    if not forms:
        return None
    return MergeForm(
        href=f"/batches/{batch.id}/merge",
        forms=tuple((str(form), FORMS[form]) for form in forms),
        outputs=tuple(dict.fromkeys([*rows, *tiles])),
    )
