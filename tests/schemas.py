"""The schemas that standards publish, from a copy beside the repository: tests validate without a network."""

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from lxml import etree

from tests.conftest import cannot

COPY = Path(__file__).parents[2] / "shared" / "schemas"
OGC = "http://schemas.opengis.net"


class _Copies(etree.Resolver):
    """Finds ``http://host/path`` as the file ``host/path`` of the copy."""

    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        parts = urlsplit(system_url)
        if parts.scheme not in {"http", "https"}:
            return None
        path = COPY / parts.netloc / parts.path.lstrip("/")
        return self.resolve_string(path.read_bytes(), context, base_url=system_url)


@cache
def schema(address: str) -> etree.XMLSchema:
    """Return the XSD at *address*; skip the test where there is no copy."""
    parts = urlsplit(address)
    path = COPY / parts.netloc / parts.path.lstrip("/")
    if not path.exists():
        cannot(f"There is no copy of {address}.")
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Copies())
    return etree.XMLSchema(etree.fromstring(path.read_bytes(), parser, base_url=address))


def valid_xml(content: bytes, address: str) -> etree._Element:
    """Return the root of *content*, which must be valid against the XSD at *address*."""
    root = etree.fromstring(content)
    found = schema(address)
    assert found.validate(root), "\n".join(str(each) for each in found.error_log)
    return root
