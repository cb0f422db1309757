"""DescribeProcess of WPS: what is derived from a notebook, in both versions."""

import pytest
from lxml import etree
from tests.api.wps.asking import NS, Asking

from repeatpass.api.wps.kinds import Box, Complex, Format, Kind, Literal, kind_of

DESCRIBE = '<wps:DescribeProcess xmlns:wps="{}" xmlns:ows="{}" service="WPS" version="{}"{}>{}</wps:DescribeProcess>'


def described(wps: Asking, name: str) -> dict[str, etree._Element]:
    """Return the inputs of the process *name* by their identifiers, in 2.0."""
    root = wps.get(service="WPS", request="DescribeProcess", version="2.0.0", identifier=name).root
    found = root.iterfind("wps:ProcessOffering/wps:Process/wps:Input", NS)
    return {each.findtext("ows:Identifier", namespaces=NS) or "": each for each in found}


def test_inputs_carry_type_range_choice_default_and_help(wps: Asking) -> None:
    inputs = described(wps, "kinds")
    count = inputs["count"]
    assert (count.get("minOccurs"), count.get("maxOccurs")) == ("0", "1")
    assert count.findtext("ows:Abstract", namespaces=NS) == "months to average over"
    domain = count.find("wps:LiteralData/LiteralDataDomain", NS)
    assert domain is not None
    assert domain.findtext("ows:DataType", namespaces=NS) == "integer"
    assert domain.findtext("ows:AllowedValues/ows:Range/ows:MinimumValue", namespaces=NS) == "1"
    assert domain.findtext("ows:AllowedValues/ows:Range/ows:MaximumValue", namespaces=NS) == "60"
    assert domain.findtext("ows:DefaultValue", namespaces=NS) == "3"
    choice = inputs["choice"].iterfind(".//ows:AllowedValues/ows:Value", NS)
    assert [each.text for each in choice] == ["mean", "median"]
    assert inputs["flag"].findtext(".//ows:DefaultValue", namespaces=NS) == "false"
    assert inputs["share"].findtext(".//ows:DataType", namespaces=NS) == "double"


def test_lists_and_objects_are_json_and_their_default_is_told(wps: Asking) -> None:
    steps = described(wps, "kinds")["steps"]
    format = steps.find("wps:ComplexData/wps:Format", NS)
    assert format is not None
    assert format.attrib == {"mimeType": "application/json", "maximumMegabytes": "8", "default": "true"}
    assert "Default: [1, 2]" in (steps.findtext("ows:Abstract", namespaces=NS) or "")


def test_version_1_says_the_same(wps: Asking) -> None:
    root = wps.get(service="WPS", request="DescribeProcess", version="1.0.0", identifier="kinds").root
    inputs = {each.findtext("ows1:Identifier", namespaces=NS): each for each in root.iterfind(".//Input")}
    assert set(inputs) == set(described(wps, "kinds"))
    count = inputs["count"]
    assert count.get("minOccurs") == "0"
    assert count.findtext("LiteralData/DefaultValue") == "3"
    assert count.findtext("LiteralData/ows1:AllowedValues/ows1:Range/ows1:MaximumValue", namespaces=NS) == "60"
    assert inputs["options"].findtext("ComplexData/Default/Format/MimeType") == "application/json"
    assert root[0].get("storeSupported") == root[0].get("statusSupported") == "true"


def test_several_or_all_can_be_described_at_once(wps: Asking) -> None:
    def names(identifier: str, version: str = "2.0.0") -> list[str]:
        told = wps.get(service="WPS", request="DescribeProcess", version=version, identifier=identifier)
        return told.texts("*/wps:Process/ows:Identifier" if version == "2.0.0" else "*/ows1:Identifier")

    assert names("kinds,sleepy") == ["kinds", "sleepy"]
    assert {"kinds", "sleepy", "execute-notebook"} <= set(names("ALL"))
    assert names("all", "1.0.0") == names("ALL")
    listed = "<ows:Identifier>sleepy</ows:Identifier><ows:Identifier>kinds</ows:Identifier>"
    for namespaces, version in (((NS["wps"], NS["ows"]), "2.0.0"), ((NS["wps1"], NS["ows1"]), "1.0.0")):
        assert wps.post(DESCRIBE.format(*namespaces, version, "", listed)).status == 200


def test_unknown_processes_and_languages_are_named(wps: Asking) -> None:
    asked = {"service": "WPS", "request": "DescribeProcess", "version": "2.0.0"}
    assert wps.get(**asked, identifier="kinds,no,nor").trouble == (400, "NoSuchProcess", "no,nor")
    assert wps.get(**asked, identifier="kinds", lang="fr").trouble == (400, "InvalidParameterValue", "language")
    for spoken in ("en", "en-US", "*"):
        assert wps.get(**asked, identifier="kinds", lang=spoken).status == 200
    french = DESCRIBE.format(NS["wps"], NS["ows"], "2.0.0", ' xml:lang="fr"', "<ows:Identifier>kinds</ows:Identifier>")
    assert wps.post(french).trouble == (400, "InvalidParameterValue", "language")


JSON, GEOJSON = Format(media_type="application/json"), Format(media_type="application/geo+json")
POINT = {"type": "object", "format": "geojson-geometry"}
BBOX = {"type": "object", "properties": {"bbox": {"type": "array"}, "crs": {"type": "string"}}}
TIFF, PNG = (
    {"type": "string", "contentEncoding": "binary", "contentMediaType": each} for each in ("image/tiff", "image/png")
)


def coded(media_type: str) -> Format:
    """Return the format of binary data."""
    return Format(media_type=media_type, encoding="base64")


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, Literal(type="string")),
        ({"type": "string", "format": "date-time"}, Literal(type="dateTime")),
        ({"type": "string", "format": "date", "default": "2026-01-01"}, Literal(type="date", default="2026-01-01")),
        ({"type": "string", "format": "uri"}, Literal(type="anyURI")),
        ({"enum": [1, 2]}, Literal(type="integer", values=("1", "2"))),
        ({"const": "a"}, Literal(type="string", values=("a",))),
        ({"type": ["number", "null"], "unit": "K"}, Literal(type="double", unit="K")),
        ({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}, Literal(type="integer", minimum="0")),
        (
            {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "multipleOf": 0.1},
            Literal(type="double", minimum="0", maximum="1", closure="open-closed", spacing="0.1"),
        ),
        ({"type": "array", "items": {"type": "integer"}}, Complex(formats=(JSON,))),
        ({}, Complex(formats=(JSON,))),
        (POINT, Complex(formats=(GEOJSON, JSON))),
        ({"allOf": [{"format": "ogc-bbox"}, {"$ref": "#/x"}]}, Box(as_object=True)),
        ({"allOf": [{"format": "ogc-bbox"}]}, Box(as_object=True)),
        ({"type": "array", "format": "ogc-bbox"}, Box()),
        (BBOX, Box(as_object=True)),
        ({"oneOf": [TIFF, PNG]}, Complex(formats=(coded("image/tiff"), coded("image/png")))),
        ({"oneOf": [{"type": "string"}, {"type": "object"}]}, Complex(formats=(JSON, Format(media_type="text/plain")))),
        ({"contentMediaType": "text/csv"}, Complex(formats=(Format(media_type="text/csv"),))),
        ({"contentMediaType": "nonsense"}, Complex(formats=(coded("application/octet-stream"),))),
    ],
)  # fmt: skip
def test_json_schema_corresponds_to_the_types_of_wps(schema: dict[str, object], kind: Kind) -> None:
    assert kind_of(schema) == kind
