"""What /wms shows a person who opens it in a browser; programs get a report there, as the standard says."""

from typing import Any

from starlette.requests import Request

from repeatpass.api.documents import link
from repeatpass.api.negotiating import HTML, accepted
from repeatpass.api.wms.capabilities import ABSTRACT

XML = "text/xml"
ASKING = "/wms?service=WMS&request=GetCapabilities"


def wants_page(request: Request) -> bool:
    """Say whether the service was opened in a browser, with nothing asked of it."""
    names = set(request.query_params)
    return names == {"f"} or (not names and accepted(request, HTML, named=True) > 0)


def page() -> dict[str, Any]:
    """Return the page as its JSON."""
    return {
        "title": "WMS",
        "description": f"{ABSTRACT} Versions 1.3.0 and 1.1.1 of the OGC's Web Map Service are spoken here.",
        "links": [
            link(ASKING, "service-desc", XML, "Capabilities, version 1.3.0"),
            link(f"{ASKING}&version=1.1.1", "service-desc", XML, "Capabilities, version 1.1.1"),
            link("/wmts", "related", title="The same layers as tiles (WMTS)"),
            link("/ogc/collections", "related", title="The same layers as an OGC API"),
        ],
    }
