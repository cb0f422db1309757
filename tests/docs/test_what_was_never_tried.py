"""What was never tried against a live service is said of each connector."""

from pathlib import Path

import pytest

import repeatpass.kit.connectors as connectors

NAMED = {  # by module of the connectors: how the documentation calls the service
    "serving": "HTTP",
    "s3": "Amazon S3",
    "stac": "public STAC APIs",
    "pictures": "WMS",
    "wmts": "WMTS",
    "xyz": "tiles",
    "sentinelhub": "Sentinel Hub",
    "openeo": "openEO",
    "xcube": "xcube server",
    "geodb": "geoDB",
}


@pytest.mark.parametrize("connector", sorted(NAMED))
def test_the_documentation_says_of_each_connector_that_it_was_never_tried_live(connector: str) -> None:
    assert (Path(connectors.__file__).parent / f"{connector}.py").is_file()
    text = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text()
    said = text.partition("**Never tried against the live services**:")[2].partition("\n\n")[0]
    assert NAMED[connector] in " ".join(said.split())
