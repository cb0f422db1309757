"""What /wmts shows a person who opens it in a browser."""

from typing import Any

from repeatpass.api.documents import link
from repeatpass.api.wmts.capabilities import ABSTRACT, PLACE

XML = "text/xml"


def page() -> dict[str, Any]:
    """Return the page as its JSON."""
    return {
        "title": "WMTS",
        "description": f"{ABSTRACT} Version 1.0.0 of the OGC's Web Map Tile Service is spoken here, by query and by path.",
        "links": [
            link(f"/wmts/1.0.0/{PLACE}", "service-desc", XML, "Capabilities"),
            link("/wmts?service=WMTS&request=GetCapabilities", "service-desc", XML, "Capabilities, by query"),
            link("/wms", "related", title="The same layers as maps of any size (WMS)"),
            link("/ogc/collections", "related", title="The same layers as an OGC API"),
        ],
    }
