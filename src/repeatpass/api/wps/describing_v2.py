"""ProcessOfferings: what processes take and give, in WPS 2.0 (14-065, 9.8)."""

import re
from collections.abc import Sequence

from repeatpass.api.wps.dialect import LANG, LANGUAGE, V2, Element
from repeatpass.api.wps.kinds import CRS84, EPSG4326, Box, Complex, Format, Kind, Literal, Schema, kind_of
from repeatpass.api.wps.literals import allowed, data_type, unit
from repeatpass.api.wps.offered import (
    JOB_CONTROL,
    TRANSMISSION,
    abstract,
    metadata,
    outputs_of,
    title,
    with_default_told,
)
from repeatpass.api.wps.reading import BODY_LIMIT, MEBIBYTE
from repeatpass.notebooks.processes import Process, ProcessInput, ProcessOutput

VERSION = re.compile(r"\d+\.\d?\d\.\d?\d")  # ows:VersionType; the revision of a notebook is none
MEGABYTES = str(BODY_LIMIT // MEBIBYTE)


def offerings(processes: Sequence[Process], base: str) -> bytes:
    """Write the descriptions of *processes*; *base* is the address of the house, with a slash at its end."""
    root = V2.element("ProcessOfferings", *(_offering(each, base) for each in processes))
    return V2.document(root, "wps.xsd")


def properties(process: Process) -> dict[str, str | None]:
    """Return the attributes of a process that its summary and its description share."""
    version = process.version if VERSION.fullmatch(process.version) else None
    return {"jobControlOptions": JOB_CONTROL, "outputTransmission": TRANSMISSION, "processVersion": version}


def identification(process: Process, base: str) -> list[Element | None]:
    """Return title, abstract, keywords, identifier and link of a process."""
    words = [V2.common("Keyword", each) for each in process.keywords if each.strip()]
    return [
        title(V2, process.title, process.id),
        abstract(V2, process.description),
        V2.common("Keywords", *words) if words else None,
        V2.common("Identifier", process.id),
        metadata(V2, process, base),
    ]


def _offering(process: Process, base: str) -> Element:
    described = V2.element(
        "Process",
        *identification(process, base),
        *(_input(with_default_told(each)) for each in process.inputs),
        *(_output(each) for each in outputs_of(process)),
    )
    described.set(LANG, LANGUAGE)
    return V2.element("ProcessOffering", described, **properties(process))


def _input(entry: ProcessInput) -> Element:
    return V2.element(
        "Input", *_description(entry), _data(entry.schema, "default"), minOccurs=str(int(entry.required)), maxOccurs="1"
    )


def _output(entry: ProcessOutput) -> Element:
    return V2.element("Output", *_description(entry), _data(entry.schema))


def _description(entry: ProcessInput | ProcessOutput) -> list[Element | None]:
    identifier = V2.common("Identifier", entry.name)
    return [title(V2, entry.title, entry.name), abstract(V2, entry.description), identifier]


def _data(schema: Schema, default: str = "") -> Element:
    kind: Kind = kind_of(schema)
    if isinstance(kind, Literal):
        return V2.element("LiteralData", *_text_formats(), _domain(kind, bool(default)))
    if isinstance(kind, Box):
        crs = [V2.element("SupportedCRS", CRS84, default="true"), V2.element("SupportedCRS", EPSG4326)]
        return V2.element("BoundingBoxData", *_text_formats(), *crs)
    return V2.element("ComplexData", *_formats(kind, MEGABYTES if default else None))


def _text_formats() -> list[Element]:
    return [V2.element("Format", mimeType="text/plain", default="true"), V2.element("Format", mimeType="text/xml")]


def _domain(literal: Literal, with_default: bool) -> Element:
    default = literal.default if with_default else None
    return V2.bare(  # the schema has this one element without a namespace
        "LiteralDataDomain",
        allowed(V2, literal),
        data_type(V2, literal),
        unit(V2, literal),
        None if default is None else V2.common("DefaultValue", default),
        default="true",
    )


def _formats(kind: Complex, megabytes: str | None) -> list[Element]:
    return [_format(each, megabytes, first=each is kind.formats[0]) for each in kind.formats]


def _format(entry: Format, megabytes: str | None, *, first: bool) -> Element:
    return V2.element(
        "Format",
        mimeType=entry.media_type,
        encoding=entry.encoding or None,
        maximumMegabytes=megabytes,
        default="true" if first else None,
    )
