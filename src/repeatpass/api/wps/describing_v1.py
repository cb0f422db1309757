"""ProcessDescriptions: what processes take and give, in WPS 1.0.0 (05-007r7, 9.3)."""

from collections.abc import Sequence

from repeatpass.api.wps.dialect import LANG, LANGUAGE, V1, Element
from repeatpass.api.wps.kinds import CRS84, EPSG4326, Box, Complex, Format, Literal, kind_of
from repeatpass.api.wps.literals import allowed, data_type, unit
from repeatpass.api.wps.offered import abstract, metadata, outputs_of, title, with_default_told
from repeatpass.api.wps.reading import BODY_LIMIT, MEBIBYTE
from repeatpass.notebooks.processes import Process, ProcessInput, ProcessOutput

VERSION = f"{{{V1.wps}}}processVersion"


def descriptions(processes: Sequence[Process], base: str) -> bytes:
    """Write the descriptions of *processes*; *base* is the address of the house, with a slash at its end."""
    root = V1.element("ProcessDescriptions", *(_described(each, base) for each in processes))
    for name, value in {"service": "WPS", "version": V1.version, LANG: LANGUAGE}.items():
        root.set(name, value)
    return V1.document(root, "wpsDescribeProcess_response.xsd")


def brief(tag: Element, process: Process, base: str) -> Element:
    """Fill *tag* with what every document of 1.0.0 says of a process."""
    said = (*_said(process.id, process.title, process.description), metadata(V1, process, base))
    tag.extend([each for each in said if each is not None])
    tag.set(VERSION, process.version)
    return tag


def _said(name: str, words: str, description: str) -> tuple[Element | None, ...]:
    return V1.common("Identifier", name), title(V1, words, name), abstract(V1, description)


def _described(process: Process, base: str) -> Element:
    made = brief(V1.bare("ProcessDescription", storeSupported="true", statusSupported="true"), process, base)
    if process.inputs:
        made.append(V1.bare("DataInputs", *(_input(with_default_told(each)) for each in process.inputs)))
    made.append(V1.bare("ProcessOutputs", *(_output(each) for each in outputs_of(process))))
    return made


def _input(entry: ProcessInput) -> Element:
    kind = kind_of(entry.schema)
    if isinstance(kind, Literal):
        default = None if kind.default is None else V1.bare("DefaultValue", kind.default)
        data = V1.bare("LiteralData", *_literal(kind), allowed(V1, kind), default)
    elif isinstance(kind, Box):
        data = _box("BoundingBoxData")
    else:
        data = _complex("ComplexData", kind)
        data.set("maximumMegabytes", str(BODY_LIMIT // MEBIBYTE))
    said = _said(entry.name, entry.title, entry.description)
    return V1.bare("Input", *said, data, minOccurs=str(int(entry.required)), maxOccurs="1")


def _output(entry: ProcessOutput) -> Element:
    kind = kind_of(entry.schema)
    if isinstance(kind, Literal):
        data = V1.bare("LiteralOutput", *_literal(kind))
    else:
        data = _box("BoundingBoxOutput") if isinstance(kind, Box) else _complex("ComplexOutput", kind)
    return V1.bare("Output", *_said(entry.name, entry.title, entry.description), data)


def _literal(kind: Literal) -> list[Element | None]:
    if not kind.unit:
        return [data_type(V1, kind)]
    units = [V1.bare(name, unit(V1, kind)) for name in ("Default", "Supported")]
    return [data_type(V1, kind), V1.bare("UOMs", *units)]


def _box(tag: str) -> Element:
    supported = [V1.bare("CRS", each) for each in (CRS84, EPSG4326)]
    return V1.bare(tag, V1.bare("Default", V1.bare("CRS", CRS84)), V1.bare("Supported", *supported))


def _complex(tag: str, kind: Complex) -> Element:
    supported = [_format(each) for each in kind.formats]
    return V1.bare(tag, V1.bare("Default", _format(kind.formats[0])), V1.bare("Supported", *supported))


def _format(entry: Format) -> Element:
    encoding = V1.bare("Encoding", entry.encoding) if entry.encoding else None
    return V1.bare("Format", V1.bare("MimeType", entry.media_type), encoding)
