"""StatusInfo and Result of WPS 2.0 (14-065, 9.5)."""

from collections.abc import Sequence
from datetime import timedelta

from repeatpass.api.wps.delivering import Piece
from repeatpass.api.wps.dialect import HREF, V2, Element
from repeatpass.core.times import iso, now
from repeatpass.runs.records import Run, State

STATUS = {
    State.QUEUED: "Accepted",
    State.RUNNING: "Running",
    State.SUCCEEDED: "Succeeded",
    State.FAILED: "Failed",
    State.CRASHED: "Failed",
    State.CANCELLED: "Dismissed",
}
PATIENCE = timedelta(seconds=2)  # when to ask again


def status_info(run: Run) -> bytes:
    """Write how a job stands."""
    poll = None if run.state.final else V2.element("NextPoll", iso((now() + PATIENCE).replace(microsecond=0)))
    done = V2.element("PercentCompleted", "100") if run.state is State.SUCCEEDED else None
    root = V2.element("StatusInfo", _job(run), V2.element("Status", STATUS[run.state]), poll, done)
    return V2.document(root, "wps.xsd")


def result(run: Run, outputs: Sequence[Piece]) -> bytes:
    """Write what a job left."""
    return V2.document(V2.element("Result", _job(run), *(_output(each) for each in outputs)), "wps.xsd")


def _job(run: Run) -> Element:
    return V2.element("JobID", run.id)


def _output(piece: Piece) -> Element:
    return V2.element("Output", _reference(piece) if piece.href else _data(piece), id=piece.name)


def _reference(piece: Piece) -> Element:
    made = V2.element("Reference", mimeType=piece.media_type or None)
    made.set(HREF, piece.href)
    return made


def _data(piece: Piece) -> Element:
    if piece.corners:
        lower, upper = (
            V2.common(f"{end}Corner", each) for end, each in zip(("Lower", "Upper"), piece.corners, strict=True)
        )
        return V2.element("Data", V2.common("BoundingBox", lower, upper, crs=piece.crs), mimeType="text/xml")
    if piece.type:
        return V2.element("Data", piece.text, mimeType="text/plain")
    return V2.element("Data", piece.text, mimeType=piece.media_type, encoding=piece.encoding or None)
