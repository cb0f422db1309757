"""Every exception of WPS, provoked: its code, its locator, its status, and a sentence."""

import time

import pytest
from lxml import etree
from tests.api.wps.asking import NS, Answered, Asking, data, execute, execute_v1, input_v1, literal_v1

from repeatpass.api.wps.dialect import V1, V2
from repeatpass.api.wps.exceptions import IN_V1, STATUS, WpsError, of_room, report
from repeatpass.core.errors import Conflict, Exhausted, Gone, NotFound, Unavailable

ROOT = "http://127.0.0.1"
BOX = "<ows:BoundingBox{}><ows:LowerCorner>{}</ows:LowerCorner><ows:UpperCorner>{}</ows:UpperCorner></ows:BoundingBox>"
ASKED: dict[str, tuple[dict[str, str], tuple[int, str, str | None]]] = {
    "no service": ({"request": "GetCapabilities"}, (400, "MissingParameterValue", "service")),
    "another service": ({"service": "WFS", "request": "GetCapabilities"}, (400, "InvalidParameterValue", "service")),
    "no request": ({"service": "WPS"}, (400, "MissingParameterValue", "request")),
    "unknown request": ({"service": "WPS", "request": "Transform"}, (501, "OperationNotSupported", "request")),
    "no version": ({"service": "WPS", "request": "DescribeProcess"}, (400, "MissingParameterValue", "version")),
    "unknown version": (
        {"service": "WPS", "request": "DescribeProcess", "version": "3.0.0"},
        (400, "InvalidParameterValue", "version"),
    ),
    "no identifier": (
        {"service": "WPS", "request": "DescribeProcess", "version": "2.0.0"},
        (400, "MissingParameterValue", "identifier"),
    ),
    "no job": ({"service": "WPS", "request": "GetStatus", "version": "2.0.0"}, (400, "MissingParameterValue", "jobid")),
    "unknown job": (
        {"service": "WPS", "request": "GetResult", "version": "2.0.0", "jobid": "nosuchjob"},
        (400, "NoSuchJob", "nosuchjob"),
    ),
    "unknown job to dismiss": (
        {"service": "WPS", "request": "Dismiss", "version": "2.0.0", "jobid": "nosuchjob"},
        (400, "NoSuchJob", "nosuchjob"),
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_wrong_address_is_told(wps: Asking, name: str) -> None:
    asked, trouble = ASKED[name]
    assert wps.get(**asked).trouble == trouble


def test_the_bare_address_says_what_is_missing(wps: Asking) -> None:
    assert wps.get().trouble == (400, "MissingParameterValue", "service")


POSTED: dict[str, tuple[str, tuple[int, str, str | None]]] = {
    "unknown process": (execute("nowhere"), (400, "NoSuchProcess", "nowhere")),
    "all processes": (execute("ALL"), (400, "NoSuchProcess", "ALL")),
    "unknown mode": (execute("kinds", mode="later"), (400, "NoSuchMode", "mode")),
    "no mode": (execute("kinds", mode=None), (400, "MissingParameterValue", "mode")),
    "no response": (execute("kinds", response=None), (400, "MissingParameterValue", "response")),
    "unknown response": (execute("kinds", response="telegram"), (400, "InvalidParameterValue", "response")),
    "unknown input": (execute("kinds", data("cont", "3")), (400, "NoSuchInput", "cont")),
    "missing input": (execute("execute-notebook"), (400, "MissingParameterValue", "notebook")),
    "input sent twice": (execute("kinds", data("count", "3") * 2), (400, "TooManyInputs", "count")),
    "unknown output": (execute("kinds", "", '<wps:Output id="nothing"/>'), (400, "NoSuchOutput", "nothing")),
    "output asked for twice": (
        execute("kinds", "", '<wps:Output id="got.json"/>' * 2),
        (400, "TooManyOutputs", "got.json"),
    ),
    "two raw outputs": (
        execute("kinds", "", '<wps:Output id="got.json"/><wps:Output id="note.txt"/>', response="raw"),
        (400, "TooManyOutputs", "note.txt"),
    ),
    "no raw output of several": (execute("kinds", response="raw"), (400, "MissingParameterValue", "output")),
    "nested output": (
        execute("kinds", "", '<wps:Output id="got.json"><wps:Output id="count"/></wps:Output>'),
        (400, "NoSuchOutput", "count"),
    ),
    "unknown transmission": (
        execute("kinds", "", '<wps:Output id="got.json" transmission="pigeon"/>'),
        (400, "InvalidParameterValue", "transmission"),
    ),
    "another format": (
        execute("kinds", "", '<wps:Output id="got.json" mimeType="image/png"/>'),
        (400, "InvalidParameterValue", "mimeType"),
    ),
    "not an integer": (execute("kinds", data("count", "3.5")), (400, "InvalidParameterValue", "count")),
    "out of range": (execute("kinds", data("count", "61")), (400, "InvalidParameterValue", "count")),
    "not among the choices": (execute("kinds", data("choice", "mode")), (400, "InvalidParameterValue", "choice")),
    "not a number": (execute("kinds", data("share", "half")), (400, "InvalidParameterValue", "share")),
    "not finite": (execute("kinds", data("share", "INF")), (400, "InvalidParameterValue", "share")),
    "not a boolean": (execute("kinds", data("flag", "maybe")), (400, "InvalidParameterValue", "flag")),
    "not JSON": (execute("kinds", data("steps", "[1,")), (400, "InvalidParameterValue", "steps")),
    "JSON with NaN": (execute("kinds", data("steps", "[NaN]")), (400, "InvalidParameterValue", "steps")),
    "JSON too deep": (execute("kinds", data("steps", "[" * 100_000)), (400, "InvalidParameterValue", "steps")),
    "another kind of JSON": (execute("kinds", data("steps", '{"a": 1}')), (400, "InvalidParameterValue", "steps")),
    "another media type": (
        execute("kinds", data("options", "<a/>", mimeType="text/xml")),
        (400, "InvalidParameterValue", "options"),
    ),
    "a box for a number": (
        execute("kinds", data("count", BOX.format("", "1 2", "3 4"))),
        (400, "InvalidParameterValue", "count"),
    ),
    "a unit for none": (
        execute("kinds", data("share", '<wps:LiteralValue uom="m">0.5</wps:LiteralValue>')),
        (400, "InvalidParameterValue", "share"),
    ),
    "a box off the Earth": (
        execute("kinds", data("box", BOX.format(' crs="urn:ogc:def:crs:EPSG::4326"', "145 5", "148 10"))),
        (400, "InvalidParameterValue", "box"),
    ),
    "a box in another system": (
        execute("kinds", data("box", BOX.format(' crs="EPSG:3857"', "1 2", "3 4"))),
        (400, "InvalidParameterValue", "box"),
    ),
    "a corner of words": (execute("kinds", data("box", BOX.format("", "a b", "3 4"))), (400, "InvalidParameterValue", "box")),
    "a box with height": (execute("kinds", data("box", BOX.format("", "1 2 3", "4 5 6"))), (400, "InvalidParameterValue", "box")),
    "an empty input": (execute("kinds", '<wps:Input id="count"/>'), (400, "MissingParameterValue", "count")),
    "an input without a name": (execute("kinds", "<wps:Input/>"), (400, "MissingParameterValue", "id")),
    "an unknown operation": (
        f'<wps:Transform xmlns:wps="{NS["wps"]}" service="WPS" version="2.0.0"/>',
        (501, "OperationNotSupported", "Transform"),
    ),
    "no namespace": ("<Execute/>", (400, "InvalidParameterValue", "body")),
    "another version": (execute("kinds", version="1.0.0"), (400, "InvalidParameterValue", "version")),
    "no service": (execute("kinds", service=None), (400, "MissingParameterValue", "service")),
    "an unknown reference": (
        execute("kinds", f'<wps:Input id="text"><wps:Reference xlink:href="{ROOT}:1/x"/></wps:Input>'),
        (400, "DataNotAccessible", "text"),
    ),
    "a file of the server": (
        execute("kinds", '<wps:Input id="text"><wps:Reference xlink:href="file:///etc/passwd"/></wps:Input>'),
        (400, "DataNotAccessible", "text"),
    ),
    "a reference to be posted for": (
        execute("kinds", f'<wps:Input id="text"><wps:Reference xlink:href="{ROOT}"><wps:Body/></wps:Reference></wps:Input>'),
        (400, "DataNotAccessible", "text"),
    ),
    "a reference to nowhere": (
        execute("kinds", '<wps:Input id="text"><wps:Reference/></wps:Input>'),
        (400, "MissingParameterValue", "text"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", POSTED)
def test_a_wrong_document_is_told(wps: Asking, name: str) -> None:
    body, trouble = POSTED[name]
    told = wps.post(body)
    assert told.trouble == trouble
    assert etree.QName(told.root).namespace == NS["ows"]


def test_what_is_not_here_or_too_large_cannot_be_referred_to(wps: Asking) -> None:
    def referring(path: str) -> Answered:
        return wps.execute(
            "kinds", f'<wps:Input id="text"><wps:Reference xlink:href="{wps.address}{path}"/></wps:Input>'
        )

    assert referring("/runs/none/outputs/a").trouble == (400, "DataNotAccessible", "text")
    assert referring("/wps?service=WPS&amp;request=GetCapabilities").trouble == (400, "DataNotAccessible", "text")
    large = '<wps:Output id="large.txt" transmission="reference"/>'
    left = wps.execute("large", data("size_mib", "9"), large).root.find("wps:Output/wps:Reference", NS)
    assert left is not None
    href = left.attrib[f"{{{NS['xlink']}}}href"].removeprefix(wps.address)
    assert referring(href).trouble == (400, "SizeExceeded", "text")


def test_version_1_says_it_in_its_own_words(wps: Asking) -> None:
    for body, locator in (
        (execute_v1("nowhere"), "nowhere"),
        (execute_v1("kinds", literal_v1("cont", "1")), "cont"),
        (execute_v1("kinds", literal_v1("count", "61")), "count"),
        (execute_v1("kinds", literal_v1("count", "1") * 2), "count"),
        (execute_v1("kinds", input_v1("text", '<wps:Reference xlink:href="http://elsewhere.example/"/>')), "text"),
    ):
        told = wps.post(body)
        assert told.trouble == (400, "InvalidParameterValue", locator)
        assert etree.QName(told.root).namespace == NS["ows1"]
    empty = wps.post(execute_v1("kinds", input_v1("text", "<wps:Data/>")))
    assert empty.trouble == (400, "MissingParameterValue", "text")


def test_every_error_of_a_room_has_a_code() -> None:
    def told(error: Exception) -> tuple[str, int]:
        found = of_room(error)  # type: ignore[arg-type]
        return found.code, found.status

    assert told(NotFound("no", ogc="process")) == ("NoSuchProcess", 400)
    assert told(NotFound("no", ogc="result")) == ("ResultNotReady", 400)
    assert told(NotFound("no")) == ("InvalidParameterValue", 400)
    assert told(Gone("deleted")) == ("NoApplicableCode", 410)
    assert told(Conflict("no")) == ("NoApplicableCode", 409)
    assert told(Exhausted("full")) == ("ServerBusy", 429)
    assert told(Unavailable("away")) == ("ServerBusy", 503)
    assert set(IN_V1) <= set(STATUS)


def test_a_sentence_with_anything_in_it_is_still_a_valid_report(wps: Asking) -> None:
    for dialect in (V1, V2):
        content = report(dialect, WpsError("NoApplicableCode", "a\x00b\x07<c>\ud800]]>", "x\x01"))
        answered = Answered(status=500, headers={"Content-Type": "text/xml"}, content=content)  # type: ignore[arg-type]
        assert answered.said == "a\ufffdb\ufffd<c>\ufffd]]>"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "an entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "a document type elsewhere": '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>',
    "a parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x">%p;]><x/>',
    "many laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x a="&l9;">&l9;</x>',
    "an unbound prefix": "<wps:Execute/>",
    "not XML": "GIF89a",
    "nothing": "",
    "an encoding that there is not": '<?xml version="1.0" encoding="moon"?><x/>',
    "a deep tree": "<x>" * 100_000,
    "a tree that is not quite so deep": "<x>" * 100 + "</x>" * 100,
    "a zero byte": "<x>\x00</x>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_at_once(wps: Asking, name: str) -> None:
    began = time.monotonic()
    told = wps.post(HOSTILE[name])
    assert told.trouble == (400, "InvalidParameterValue", "body")
    assert "root:" not in told.said
    assert time.monotonic() - began < 30


def test_entities_inside_a_real_request_reveal_nothing(wps: Asking) -> None:
    body = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + execute("kinds", data("text", "&e;"))
    assert wps.post(body).trouble == (400, "InvalidParameterValue", "body")
    assert wps.post(body.encode("utf-16")).trouble == (400, "InvalidParameterValue", "body")


def test_a_huge_document_is_refused_before_it_is_read_to_the_end(wps: Asking) -> None:
    told = wps.post(execute("kinds", data("text", "x" * (9 * 1024**2))))
    assert told.trouble == (400, "SizeExceeded", "body")


def test_the_schemas_are_really_looked_at(wps: Asking) -> None:
    told = wps.get(service="WPS", request="GetCapabilities")
    broken = Answered(status=200, headers=told.headers, content=told.content.replace(b"wps:Contents", b"wps:Content"))
    with pytest.raises(AssertionError):
        _ = broken.root
