"""The server: opens the house, mounts the faces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from repeatpass.api.callbacks import Telling
from repeatpass.api.deploying import deploying_router
from repeatpass.api.eodash import eodash_router
from repeatpass.api.errors import answer, status_of
from repeatpass.api.executing import Executing
from repeatpass.api.features.routes import features_router
from repeatpass.api.files import files_router
from repeatpass.api.folders import folders_router
from repeatpass.api.geodata.contributors import contributors
from repeatpass.api.geodata.routes import geodata_router
from repeatpass.api.heads import Heads
from repeatpass.api.health import health_router
from repeatpass.api.jobs import jobs_router, results_of
from repeatpass.api.jobs import status_of as status_of_job
from repeatpass.api.keys import keys_router
from repeatpass.api.landing import landing_router
from repeatpass.api.logged import Logged
from repeatpass.api.mapping.routes import mapping_router
from repeatpass.api.processes import processes_router
from repeatpass.api.security import Guard, Sessions, hosts_of
from repeatpass.api.segments import sort_routes
from repeatpass.api.series.edr import edr_router
from repeatpass.api.series.routes import series_router
from repeatpass.api.stac import stac_router
from repeatpass.api.tiles.routes import tiles_router
from repeatpass.api.uploads import uploads_router
from repeatpass.api.wms.routes import refusal as wms_refusal
from repeatpass.api.wms.routes import wms_router
from repeatpass.api.wmts.routes import refusal as wmts_refusal
from repeatpass.api.wmts.routes import wmts_router
from repeatpass.api.wps.routes import refusal, wps_router
from repeatpass.assembly import House
from repeatpass.demo.filling import Filling
from repeatpass.web.face import mount_pages
from repeatpass.web.routes.ogc import ogc_pages


def make_app(house: House, filling: Filling) -> FastAPI:
    """Return the application that serves *house*. The house is started by whoever serves it."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        # Two threads that import zarr at the same time get half of it; from here on it is there.
        await run_in_threadpool(import_module, "zarr")
        await run_in_threadpool(house.start)
        yield
        await run_in_threadpool(house.close)

    executing = Executing(house)
    Telling(house, lambda run: status_of_job(house, run), lambda run: results_of(executing, run)).join()
    app = FastAPI(title="Repeatpass", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    for router in (tiles_router, files_router, series_router, edr_router):
        app.include_router(router(house))
    app.include_router(health_router(house, filling))
    app.include_router(keys_router(house))
    app.include_router(eodash_router(executing))
    app.include_router(folders_router(house))
    app.include_router(uploads_router(house))
    app.include_router(deploying_router(house))
    desk = mount_pages(app, house, filling, status_of=status_of, for_programs=answer)
    for documents in (
        stac_router,
        processes_router,
        jobs_router,
        wps_router,
        wms_router,
        wmts_router,
        mapping_router,
        features_router,
    ):
        app.include_router(documents(house, ogc_pages(desk)))
    faces = contributors(house)
    for shared in (landing_router, geodata_router):
        app.include_router(shared(house, ogc_pages(desk), faces))
    sort_routes(app)
    guard: dict[str, Any] = {
        "access": house.access,
        "owner": house.owner,
        "sessions": Sessions(house.settings.home),
        "several": house.settings.multi_user,
        "hosts": hosts_of(house.settings.port),
        "refusals": {"/wps": refusal, "/wms": wms_refusal, "/wmts": wmts_refusal},
    }
    app.add_middleware(Heads)
    app.add_middleware(Guard, **guard)
    app.add_middleware(Logged)  # added last, so outermost: refusals are logged, too
    return app
