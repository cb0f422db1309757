"""The addresses of the pages, their JSON twins, pictures and forms."""

from fastapi import Depends, FastAPI

from repeatpass.web.desk import Desk
from repeatpass.web.routes.adding import adding_router
from repeatpass.web.routes.answering import no_odd_characters
from repeatpass.web.routes.batches import batches_router
from repeatpass.web.routes.browser import browser_router
from repeatpass.web.routes.collections import collections_router
from repeatpass.web.routes.data import data_router
from repeatpass.web.routes.feeds import feeds_router
from repeatpass.web.routes.indicators import indicators_router
from repeatpass.web.routes.remotes import remotes_router
from repeatpass.web.routes.runs import runs_router
from repeatpass.web.routes.schedules import schedules_router
from repeatpass.web.routes.sharing import sharing_router
from repeatpass.web.routes.shelves import shelves_router
from repeatpass.web.routes.teams import teams_router
from repeatpass.web.routes.trust import trust_router
from repeatpass.web.routes.workspace import workspace_router

ROUTERS = (
    feeds_router,
    schedules_router,
    adding_router,
    batches_router,
    browser_router,
    collections_router,
    data_router,
    indicators_router,
    remotes_router,
    runs_router,
    sharing_router,
    shelves_router,
    teams_router,
    trust_router,
    workspace_router,
)


def include_pages(app: FastAPI, desk: Desk) -> None:
    """Have *app* answer for every page of the house."""
    for router in ROUTERS:
        app.include_router(router(desk), include_in_schema=False, dependencies=[Depends(no_odd_characters)])
