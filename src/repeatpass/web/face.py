"""Puts the pages on an application: static files, routes, errors, compression, and drawings made ahead of need."""

import threading

from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from repeatpass.assembly import House
from repeatpass.web.desk import Desk, Filling
from repeatpass.web.routes import include_pages
from repeatpass.web.routes.errors import ForPrograms, StatusOf, handle_errors
from repeatpass.web.static_files import Static
from repeatpass.web.warming import warm, warm_all

PACKED = ("application/x-netcdf", "application/vnd.zarr+zip", "application/vnd.apache.parquet", "image/tiff")


def mount_pages(
    app: FastAPI, house: House, filling: Filling, *, status_of: StatusOf, for_programs: ForPrograms
) -> Desk:
    """Serve the pages of *house* on *app*; draw what changes as soon as it does.

    *status_of* gives the HTTP status of an error; *for_programs* answers one to whoever is not a browser.
    """
    desk = Desk(house, filling)
    app.mount("/static", Static())
    include_pages(app, desk)
    handle_errors(app, desk, status_of, for_programs)
    app.add_middleware(
        GZipMiddleware, minimum_size=800, compresslevel=5,
        exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *PACKED),
    )  # fmt: skip
    changes = {"indicator.delivered", "indicator.applied", "indicator.released", "indicator.rejected"}
    house.events.join("web.warm", changes, lambda event: warm(desk, event.subject))
    threading.Thread(target=warm_all, args=(desk,), daemon=True, name="warm").start()
    return desk
