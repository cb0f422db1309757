"""ExecuteResponse of WPS 1.0.0 (05-007r7, 10.3): status, results and what was asked, in one document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from repeatpass.api.wps.asked import AskedOutput
from repeatpass.api.wps.boxes import corners
from repeatpass.api.wps.delivering import Piece
from repeatpass.api.wps.describing_v1 import brief
from repeatpass.api.wps.dialect import LANG, LANGUAGE, V1, Element
from repeatpass.api.wps.exceptions import WpsError, report_element
from repeatpass.api.wps.kinds import CRS84, XSD, Box, Literal, kind_of, lexical
from repeatpass.core.times import iso
from repeatpass.notebooks.processes import Process, ProcessInput
from repeatpass.runs.masking import masked_parameters
from repeatpass.runs.records import Run, State

UNDER_WAY = {State.QUEUED: "ProcessAccepted", State.RUNNING: "ProcessStarted"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """What an ExecuteResponse tells of."""

    run: Run
    process: Process
    asked: Sequence[AskedOutput] = ()
    outputs: Sequence[Piece] = ()
    trouble: WpsError | None = None  # why there are no outputs, once the run has ended
    located: bool = False  # whether the document can be read again
    lineage: bool = False


def execute_response(story: Story, base: str) -> bytes:
    """Write the document; *base* is the address of the house, with a slash at its end."""
    root = V1.element(
        "ExecuteResponse",
        brief(V1.element("Process"), story.process, base),
        V1.element("Status", _status(story), creationTime=iso(_moment(story.run))),
        *(_lineage(story) if story.lineage else ()),
        V1.element("ProcessOutputs", *(_output(each) for each in story.outputs)) if story.outputs else None,
        service="WPS",
        version=V1.version,
        serviceInstance=f"{base}wps?service=WPS&request=GetCapabilities",
        statusLocation=location(story, base) if story.located else None,
    )
    root.set(LANG, LANGUAGE)
    return V1.document(root, "wpsExecute_response.xsd")


def location(story: Story, base: str) -> str:
    """Return where the document can be read again."""
    return f"{base}wps/status/{story.run.id}" + ("?lineage=true" if story.lineage else "")


def _moment(run: Run) -> Any:
    return run.finished or run.started or run.created


def _status(story: Story) -> Element:
    if word := UNDER_WAY.get(story.run.state):
        return V1.element(word, f"The run is {story.run.state}.")
    if story.trouble is not None:
        return V1.element("ProcessFailed", report_element(V1, story.trouble))
    return V1.element("ProcessSucceeded", story.run.message or "The run succeeded.")


def _lineage(story: Story) -> list[Element | None]:
    given = [each for each in story.process.inputs if each.name in story.run.parameters]
    shown = masked_parameters(story.run.parameters)
    inputs = [_input(each, shown[each.name]) for each in given]
    wanted = [_definition(each) for each in story.asked]
    return [
        V1.element("DataInputs", *inputs) if inputs else None,
        V1.element("OutputDefinitions", *wanted) if wanted else None,
    ]


def _input(entry: ProcessInput, value: Any) -> Element:
    kind = kind_of(entry.schema)
    found = corners(value) if isinstance(kind, Box) else None
    if found is not None:
        data = _box(found, CRS84)
    elif isinstance(kind, Literal) and value is not None:
        data = V1.element("LiteralData", lexical(value), dataType=f"{XSD}{kind.type}", uom=kind.unit or None)
    else:
        data = V1.element("ComplexData", lexical(value), mimeType="application/json")
    return V1.element("Input", V1.common("Identifier", entry.name), V1.element("Data", data))


def _definition(asked: AskedOutput) -> Element:
    return V1.element(
        "Output",
        V1.common("Identifier", asked.name),
        asReference=str(bool(asked.by_reference)).lower(),
        mimeType=asked.media_type or None,
    )


def _output(piece: Piece) -> Element:
    title = V1.common("Title", piece.title.strip() or piece.name)
    if piece.href:
        value = V1.element("Reference", href=piece.href, mimeType=piece.media_type or None)
    else:
        value = V1.element("Data", _data(piece))
    return V1.element("Output", V1.common("Identifier", piece.name), title, value)


def _data(piece: Piece) -> Element:
    if piece.corners:
        return _box(piece.corners, piece.crs)
    if piece.type:
        return V1.element("LiteralData", piece.text, dataType=piece.type)
    return V1.element("ComplexData", piece.text, mimeType=piece.media_type, encoding=piece.encoding or None)


def _box(found: tuple[str, str], crs: str) -> Element:
    lower, upper = V1.common("LowerCorner", found[0]), V1.common("UpperCorner", found[1])
    return V1.element("BoundingBoxData", lower, upper, crs=crs, dimensions=str(len(found[0].split())))
