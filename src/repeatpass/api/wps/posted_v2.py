"""Requests of WPS 2.0 posted as XML (14-065, 9)."""

from repeatpass.api.wps.asked import (
    AboutJob,
    Asked,
    AskedOutput,
    DescribeProcess,
    Execute,
    GetCapabilities,
    GivenInput,
    JobOperation,
)
from repeatpass.api.wps.dialect import HREF, Element
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.inline import box_of, content_of, reference_of
from repeatpass.api.wps.kvp import is_raw, mode_of
from repeatpass.api.wps.reading import attribute, child, children, local_name, text_of


def asked_by(root: Element) -> Asked:
    """Read the request that *root* is; raise WpsError."""
    operation = local_name(root)
    if operation == "GetCapabilities":
        return capabilities_asked_by(root)
    if operation == "DescribeProcess":
        return DescribeProcess(processes=identifiers(root))
    if operation == "Execute":
        return _execute(root)
    if operation in set(JobOperation):
        return AboutJob(operation=JobOperation(operation), job=text_of(root, "JobID"))
    raise WpsError("OperationNotSupported", f"There is no operation {operation} in WPS 2.0.", operation)


def capabilities_asked_by(root: Element) -> GetCapabilities:
    """Read a GetCapabilities of either version."""
    sections = child(root, "Sections")
    listed = [] if sections is None else children(sections, "Section")
    wanted = tuple(each.text.strip() for each in listed if each.text)
    return GetCapabilities(sections=wanted, update_sequence=attribute(root, "updateSequence"))


def accepted_by(root: Element) -> tuple[str, ...]:
    """List the versions that a GetCapabilities of either version accepts, the best first."""
    accepts = child(root, "AcceptVersions")
    listed = [] if accepts is None else children(accepts, "Version")
    return tuple(each.text.strip() for each in listed if each.text)


def identifiers(root: Element) -> tuple[str, ...]:
    """List the processes that a DescribeProcess of either version names; raise MissingParameterValue if none."""
    text_of(root, "Identifier")
    return tuple((each.text or "").strip() for each in children(root, "Identifier"))


def _execute(root: Element) -> Execute:
    response = attribute(root, "response")
    if not response:
        raise WpsError("MissingParameterValue", "The response is missing; it must be raw or document.", "response")
    return Execute(
        process=text_of(root, "Identifier"),
        inputs=tuple(_input(each) for each in children(root, "Input")),
        outputs=tuple(_output(each) for each in children(root, "Output")),
        mode=mode_of(attribute(root, "mode")),
        raw=is_raw(response),
    )


def _input(element: Element) -> GivenInput:
    name = _id(element)
    if (data := child(element, "Data")) is not None:
        return _data(name, data)
    if (reference := child(element, "Reference")) is not None:
        return reference_of(name, reference, reference.get(HREF) or "")
    parts = tuple(_input(each) for each in children(element, "Input"))
    if not parts:
        raise WpsError("MissingParameterValue", f"The input {name} has neither Data nor Reference nor Input.", name)
    return GivenInput(name=name, parts=parts)


def _id(element: Element) -> str:
    if not (name := attribute(element, "id")):
        kind = local_name(element)
        raise WpsError("MissingParameterValue", f"An {kind} has no id.", "id")
    return name


def _data(name: str, data: Element) -> GivenInput:
    media_type, encoding = attribute(data, "mimeType"), attribute(data, "encoding")
    if (literal := child(data, "LiteralValue")) is not None:
        # The media type is that of the XML around the value.
        return GivenInput(name=name, text=literal.text or "", unit=attribute(literal, "uom"))
    if (box := child(data, "BoundingBox")) is None:
        box = child(data, "WGS84BoundingBox")
    if box is not None:
        return GivenInput(name=name, box=box_of(name, box), crs=attribute(box, "crs"))
    return GivenInput(name=name, text=content_of(data), media_type=media_type, encoding=encoding)


def _output(element: Element) -> AskedOutput:
    if (inner := child(element, "Output")) is not None:
        raise WpsError("NoSuchOutput", f"The output {_id(element)} has no parts.", _id(inner))
    transmission = attribute(element, "transmission")
    if transmission not in {"", "value", "reference"}:
        text = f"The transmission is “{transmission}”; it must be value or reference."
        raise WpsError("InvalidParameterValue", text, "transmission")
    return AskedOutput(
        name=_id(element),
        by_reference=transmission == "reference" if transmission else None,
        media_type=attribute(element, "mimeType"),
        encoding=attribute(element, "encoding"),
    )
