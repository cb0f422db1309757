"""Requests of WPS 1.0.0 posted as XML (05-007r7, 10.2.3)."""

from repeatpass.api.wps.asked import Asked, AskedOutput, DescribeProcess, Execute, GivenInput
from repeatpass.api.wps.dialect import Element
from repeatpass.api.wps.exceptions import WpsError
from repeatpass.api.wps.inline import box_of, content_of, reference_of
from repeatpass.api.wps.kvp import mode_of_v1
from repeatpass.api.wps.posted_v2 import capabilities_asked_by, identifiers
from repeatpass.api.wps.reading import attribute, child, children, flag, local_name, text_of


def asked_by(root: Element) -> Asked:
    """Read the request that *root* is; raise WpsError."""
    operation = local_name(root)
    if operation == "GetCapabilities":
        return capabilities_asked_by(root)
    if operation == "DescribeProcess":
        return DescribeProcess(processes=identifiers(root))
    if operation == "Execute":
        return _execute(root)
    raise WpsError("OperationNotSupported", f"There is no operation {operation} in WPS 1.0.0.", operation)


def _execute(root: Element) -> Execute:
    inputs = child(root, "DataInputs")
    process = text_of(root, "Identifier")
    given = () if inputs is None else tuple(_input(each) for each in children(inputs, "Input"))
    form = child(root, "ResponseForm")
    if form is not None and (raw := child(form, "RawDataOutput")) is not None:
        return Execute(process=process, inputs=given, outputs=(_output(raw),), raw=True)
    document = None if form is None else child(form, "ResponseDocument")
    if document is None:
        return Execute(process=process, inputs=given)
    stored, status, lineage = (
        flag(attribute(document, name), name) for name in ("storeExecuteResponse", "status", "lineage")
    )
    return Execute(
        process=process,
        inputs=given,
        outputs=tuple(_output(each) for each in children(document, "Output")),
        mode=mode_of_v1(stored, status),
        stored=stored,
        lineage=lineage,
    )


def _input(element: Element) -> GivenInput:
    name = text_of(element, "Identifier")
    if (reference := child(element, "Reference")) is not None:
        return reference_of(name, reference, attribute(reference, "href"))
    data = child(element, "Data")
    for kind in () if data is None else ("LiteralData", "ComplexData", "BoundingBoxData"):
        assert data is not None
        if (found := child(data, kind)) is not None:
            return _data(name, kind, found)
    raise WpsError("MissingParameterValue", f"The input {name} has neither Reference nor Data of a known kind.", name)


def _data(name: str, kind: str, found: Element) -> GivenInput:
    if kind == "BoundingBoxData":
        return GivenInput(name=name, box=box_of(name, found), crs=attribute(found, "crs"))
    if kind == "LiteralData":
        return GivenInput(name=name, text=found.text or "", unit=attribute(found, "uom"))
    media_type, encoding = attribute(found, "mimeType"), attribute(found, "encoding")
    return GivenInput(name=name, text=content_of(found), media_type=media_type, encoding=encoding)


def _output(element: Element) -> AskedOutput:
    reference = attribute(element, "asReference")
    return AskedOutput(
        name=text_of(element, "Identifier"),
        by_reference=flag(reference, "asReference") if reference else None,
        media_type=attribute(element, "mimeType"),
        encoding=attribute(element, "encoding"),
    )
