"""The landing page and the conformance declaration of the OGC APIs (19-072)."""

from typing import Any

from fastapi import APIRouter

from repeatpass.assembly import House

PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
CONFORMANCE = [f"{PROCESSES}/{name}" for name in ("core", "json", "job-list", "dismiss")]


def landing_router(_house: House) -> APIRouter:
    """Return the routes that say what is here."""
    router = APIRouter(prefix="/ogc", tags=["landing"])

    @router.get("")
    def landing() -> dict[str, Any]:
        json = "application/json"
        return {
            "title": "Repeatpass",
            "description": "Every notebook on the shelf is a process.",
            "links": [
                {"href": "/ogc", "rel": "self", "type": json},
                {"href": "/ogc/api", "rel": "service-desc", "type": "application/vnd.oai.openapi+json;version=3.0"},
                {"href": "/ogc/conformance", "rel": "http://www.opengis.net/def/rel/ogc/1.0/conformance", "type": json},
                {"href": "/ogc/processes", "rel": "http://www.opengis.net/def/rel/ogc/1.0/processes", "type": json},
                {"href": "/ogc/jobs", "rel": "http://www.opengis.net/def/rel/ogc/1.0/job-list", "type": json},
            ],
        }

    @router.get("/conformance")
    def conformance() -> dict[str, Any]:
        return {"conformsTo": CONFORMANCE}

    return router
