"""The landing page, the conformance declaration and the API's own description (19-072, 18-062r2 clause 7.2 to 7.4)."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from repeatpass.api.descriptions import REL
from repeatpass.api.documents import Pages, answer, link
from repeatpass.api.geodata.contributing import Contributor
from repeatpass.api.negotiating import HTML, wants_html
from repeatpass.api.openapi import MEDIA_TYPE, openapi
from repeatpass.assembly import House

PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
CLASSES = ("core", "ogc-process-description", "json", "html", "oas30", "job-list", "callback", "dismiss")
DEPLOYING = ("deploy-replace-undeploy", "ogcapppkg")
COLLECTIONS = ("collections", "html", "json")
COMMON = ("core", "landing-page", "json", "html", "oas30")
CONFORMANCE = [
    *(f"{PROCESSES}/{name}" for name in CLASSES),
    *(f"http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/{name}" for name in COMMON),
    *(f"http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/{name}" for name in COLLECTIONS),
    *(f"http://www.opengis.net/spec/ogcapi-processes-2/1.0/conf/{name}" for name in DEPLOYING),
]


def landing_router(_house: House, pages: Pages, faces: Sequence[Contributor]) -> APIRouter:
    """Return the routes that say what is here; *faces* are those of the collections."""
    router = APIRouter(prefix="/ogc", tags=["landing"])

    @router.get("")
    @router.get("/", include_in_schema=False)
    def landing(request: Request) -> Response:
        body = {
            "title": "Repeatpass",
            "description": "Every notebook on the shelf is a process: described by itself, executed over HTTP. "
            "Every collection of data is read as what it holds: features, tiles, maps or series.",
            "links": [
                link("/ogc/api?f=json", "service-desc", MEDIA_TYPE, "The definition of this API (OpenAPI 3.0)"),
                link("/ogc/api?f=html", "service-doc", HTML, "The documentation of this API"),
                link("/ogc/conformance", f"{REL}/conformance", title="The standards that are kept"),
                link("/ogc/conformance", "conformance", title="The standards that are kept"),
                link("/ogc/processes", f"{REL}/processes", title="The processes"),
                link("/ogc/processes", "processes", title="The processes"),
                link("/ogc/jobs", f"{REL}/job-list", title="The jobs"),
                link("/ogc/collections", "data", title="The collections"),
                link("/ogc/collections", f"{REL}/data", title="The collections"),
                *(each for face in faces for each in face.landing),
                link("/wps?service=WPS&request=GetCapabilities", "related", "text/xml", "The same processes as a WPS"),
            ],
        }
        return answer(request, pages, "landing", "OGC API", body)

    @router.get("/conformance")
    def conformance(request: Request) -> Response:
        classes = dict.fromkeys([*CONFORMANCE, *(each for face in faces for each in face.conformance)])
        body = {"conformsTo": list(classes), "links": [link("/ogc", "up", title="Repeatpass")]}
        return answer(request, pages, "conformance", "Conformance", body)

    @router.get("/api")
    def api(request: Request) -> Response:
        found = openapi(request.app, str(request.base_url))
        if wants_html(request):
            return answer(request, pages, "api", "Documentation of the API", found, linked=False)
        return JSONResponse(found, media_type=MEDIA_TYPE, headers={"Vary": "Accept"})

    @router.get("/api.html", include_in_schema=False)
    def api_page(request: Request) -> Response:
        return pages(request, "api", "Documentation of the API", openapi(request.app, str(request.base_url)))

    return router
