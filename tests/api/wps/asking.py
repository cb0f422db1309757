"""A client of WPS that validates every document it gets against the OGC's schemas."""

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import quote

from lxml import etree
from tests.schemas import OGC, valid_xml

NS = {
    "wps": "http://www.opengis.net/wps/2.0",
    "ows": "http://www.opengis.net/ows/2.0",
    "wps1": "http://www.opengis.net/wps/1.0.0",
    "ows1": "http://www.opengis.net/ows/1.1",
    "xlink": "http://www.w3.org/1999/xlink",
}
SCHEMAS = {  # namespace and name of the root -> where its schema is
    "{http://www.opengis.net/wps/1.0.0}Capabilities": "wps/1.0.0/wpsGetCapabilities_response.xsd",
    "{http://www.opengis.net/wps/1.0.0}ProcessDescriptions": "wps/1.0.0/wpsDescribeProcess_response.xsd",
    "{http://www.opengis.net/wps/1.0.0}ExecuteResponse": "wps/1.0.0/wpsExecute_response.xsd",
    "{http://www.opengis.net/ows/1.1}ExceptionReport": "ows/1.1.0/owsExceptionReport.xsd",
    "{http://www.opengis.net/ows/2.0}ExceptionReport": "ows/2.0/owsExceptionReport.xsd",
    "{http://www.opengis.net/wps/2.0}Capabilities": "wps/2.0/wps.xsd",
    "{http://www.opengis.net/wps/2.0}ProcessOfferings": "wps/2.0/wps.xsd",
    "{http://www.opengis.net/wps/2.0}StatusInfo": "wps/2.0/wps.xsd",
    "{http://www.opengis.net/wps/2.0}Result": "wps/2.0/wps.xsd",
}


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What came back."""

    status: int
    headers: Message  # in any case
    content: bytes

    @property
    def root(self) -> etree._Element:
        """The document, valid against its schema."""
        assert self.headers["Content-Type"] == "text/xml", self.content[:500]
        return valid_xml(self.content, f"{OGC}/{SCHEMAS[etree.fromstring(self.content).tag]}")

    @property
    def trouble(self) -> tuple[int, str, str | None]:
        """HTTP status, exception code and locator of an ExceptionReport."""
        exception = self.root[0]
        assert exception[0].text, "an exception without a sentence"
        return self.status, exception.attrib["exceptionCode"], exception.get("locator")

    @property
    def said(self) -> str:
        """The sentence of an ExceptionReport."""
        return str(self.root[0][0].text)

    def text(self, path: str) -> str:
        """The text of the element at *path*."""
        found = self.root.find(path, NS)
        assert found is not None, self.content.decode()
        return str(found.text or "")

    def texts(self, path: str) -> list[str]:
        """The texts of the elements at *path*."""
        return [str(each.text) for each in self.root.iterfind(path, NS)]


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Asks one server."""

    address: str
    token: str = field(repr=False, default="")

    def get(self, path: str = "/wps", token: bool = False, **parameters: str) -> Answered:
        """GET with key-value pairs, each value encoded once more as clients do."""
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
        return self.raw(f"{path}?{query}" if query else path, token=token)

    def post(self, body: str | bytes, token: bool = True) -> Answered:
        """POST XML."""
        return self.raw("/wps", body.encode() if isinstance(body, str) else body, token=token)

    def raw(self, target: str, body: bytes | None = None, token: bool = False, **headers: str) -> Answered:
        """Ask for *target* as it is."""
        target = target if target.startswith("http") else self.address + target
        request = urllib.request.Request(target, data=body, headers=headers)
        if token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "text/xml")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return Answered(status=answer.status, headers=answer.headers, content=answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answered(status=error.code, headers=error.headers, content=error.read())

    # version 2.0 -------------------------------------------------------------------------------------------

    def execute(
        self, process: str, inputs: str = "", outputs: str = "", token: bool = True, **attributes: str
    ) -> Answered:
        """POST an Execute of 2.0 with *inputs* and *outputs* as XML."""
        return self.post(execute(process, inputs, outputs, **attributes), token=token)

    def job(self, operation: str, id: str, token: bool = True) -> Answered:
        """Ask GetStatus, GetResult or Dismiss."""
        return self.post(
            f'<wps:{operation} xmlns:wps="{NS["wps"]}" service="WPS" version="2.0.0"><wps:JobID>{id}</wps:JobID>'
            f"</wps:{operation}>",
            token=token,
        )


def execute(process: str, inputs: str = "", outputs: str = "", **attributes: Any) -> str:
    """Return an Execute of 2.0."""
    facts = {"service": "WPS", "version": "2.0.0", "mode": "sync", "response": "document"} | attributes
    written = " ".join(f'{name}="{value}"' for name, value in facts.items() if value is not None)
    return (
        f'<wps:Execute xmlns:wps="{NS["wps"]}" xmlns:ows="{NS["ows"]}" xmlns:xlink="{NS["xlink"]}" {written}>'
        f"<ows:Identifier>{process}</ows:Identifier>{inputs}{outputs}</wps:Execute>"
    )


def data(name: str, text: str, **attributes: str) -> str:
    """Return an input of 2.0 with its data inside."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<wps:Input id="{name}"><wps:Data{written}>{text}</wps:Data></wps:Input>'


def execute_v1(process: str, inputs: str = "", form: str = "", **attributes: str) -> str:
    """Return an Execute of 1.0.0."""
    facts = {"service": "WPS", "version": "1.0.0"} | attributes
    written = " ".join(f'{name}="{value}"' for name, value in facts.items())
    return (
        f'<wps:Execute xmlns:wps="{NS["wps1"]}" xmlns:ows="{NS["ows1"]}" xmlns:xlink="{NS["xlink"]}" {written}>'
        f"<ows:Identifier>{process}</ows:Identifier><wps:DataInputs>{inputs}</wps:DataInputs>{form}</wps:Execute>"
    )


def literal_v1(name: str, text: str) -> str:
    """Return a literal input of 1.0.0."""
    return input_v1(name, f"<wps:Data><wps:LiteralData>{text}</wps:LiteralData></wps:Data>")


def input_v1(name: str, inside: str) -> str:
    """Return an input of 1.0.0."""
    return f"<wps:Input><ows:Identifier>{name}</ows:Identifier>{inside}</wps:Input>"


def document_v1(*outputs: str, **flags: bool) -> str:
    """Return the ResponseForm of a document of 1.0.0; an output is given as ``name`` or ``name@reference``."""
    written = "".join(f' {name}="{str(value).lower()}"' for name, value in flags.items())
    listed = ""
    for each in outputs:
        name, _, reference = each.partition("@")
        as_reference = ' asReference="true"' if reference else ""
        listed += f"<wps:Output{as_reference}><ows:Identifier>{name}</ows:Identifier></wps:Output>"
    return f"<wps:ResponseForm><wps:ResponseDocument{written}>{listed}</wps:ResponseDocument></wps:ResponseForm>"
