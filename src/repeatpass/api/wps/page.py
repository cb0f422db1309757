"""What /wps shows a person who opens it in a browser; programs get an ExceptionReport there, as the standard says."""

from typing import Any

from starlette.requests import Request

from repeatpass.api.documents import link
from repeatpass.api.negotiating import HTML, accepted
from repeatpass.api.wps.capabilities import ABSTRACT

XML = "text/xml"
ASKING = "/wps?service=WPS"


def wants_page(request: Request) -> bool:
    """Say whether /wps was opened in a browser, with nothing asked of the service."""
    names = set(request.query_params)
    return names == {"f"} or (not names and accepted(request, HTML, named=True) > 0)


def page() -> dict[str, Any]:
    """Return the page as its JSON."""
    return {
        "title": "WPS",
        "description": f"{ABSTRACT} Versions 2.0 and 1.0.0 of the OGC's Web Processing Service are spoken here.",
        "links": [
            link(f"{ASKING}&request=GetCapabilities", "service-desc", XML, "Capabilities, version 2.0"),
            link(f"{ASKING}&request=GetCapabilities&version=1.0.0", "service-desc", XML, "Capabilities, version 1.0.0"),
            link(f"{ASKING}&version=2.0.0&request=DescribeProcess&identifier=ALL", "related", XML, "Every process"),
            link("/ogc", "related", title="The same processes as an OGC API"),
        ],
    }
