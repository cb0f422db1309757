"""Deploy, replace, undeploy (OGC API – Processes – Part 2, 20-044): a notebook becomes a process, and stops being one."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from repeatpass.access import Actor, Right
from repeatpass.api.bodies import body_of
from repeatpass.api.callbacks import absolute
from repeatpass.api.descriptions import summary
from repeatpass.api.executing import Executing
from repeatpass.api.packages import NOTEBOOK, PACKAGE, Package, kind_of, package_of
from repeatpass.assembly import House
from repeatpass.core.errors import Conflict, Forbidden, NotFound


def deploying_router(house: House) -> APIRouter:
    """Return the routes that put notebooks on the shelf and take them off it."""
    router, deploying = APIRouter(prefix="/ogc", tags=["deploying"]), Deploying(house)

    @router.post("/processes", status_code=201)
    async def deploy(request: Request, id: str = "") -> Response:
        body, kind, actor = await body_of(request), request.headers.get("content-type", ""), request.state.actor
        made = await run_in_threadpool(deploying.deploy, actor, kind, body, id)
        where = f"{request.base_url}ogc/processes/{made['id']}"
        return JSONResponse(absolute(made, str(request.base_url)), status_code=201, headers={"Location": where})

    @router.put("/processes/{id}", status_code=204)
    async def replace(id: str, request: Request) -> Response:
        body, kind, actor = await body_of(request), request.headers.get("content-type", ""), request.state.actor
        await run_in_threadpool(deploying.replace, actor, kind, body, id)
        return Response(status_code=204)

    @router.delete("/processes/{id}", status_code=204)
    def undeploy(id: str, request: Request) -> Response:
        deploying.undeploy(request.state.actor, id)
        return Response(status_code=204)

    @router.get("/processes/{id}/package", name="package")
    def package(id: str, request: Request) -> Response:
        found = absolute(deploying.package(id), str(request.base_url))
        return JSONResponse(found, media_type=PACKAGE)

    return router


class Deploying:
    """The verbs of Part 2, in the words of the house: add to the shelf, withdraw."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.executing = Executing(house)

    def deploy(self, actor: Actor, media_type: str, body: bytes, id: str = "") -> dict[str, Any]:
        """Put the notebook that was sent on the shelf; return its summary.

        Raise Conflict for a name that is taken; one that was withdrawn can be taken again by its owner.
        """
        package = self._package(actor, media_type, body, id)
        try:
            self.executing.process(package.id)
        except NotFound:
            return self._kept(actor, package)
        raise Conflict(
            f"There is a process “{package.id}” already; replace it with PUT /ogc/processes/{package.id}, or choose "
            "another name.",
            ogc="duplicated-process",
        )

    def replace(self, actor: Actor, media_type: str, body: bytes, id: str) -> dict[str, Any]:
        """Put a new revision of process *id* on the shelf; earlier ones stay, with all that stands on them."""
        package = self._package(actor, media_type, body, id)
        self._require_mutable(actor, id)
        return self._kept(actor, package)

    def undeploy(self, actor: Actor, id: str) -> None:
        """Withdraw process *id*: its runs, passports and repeats go on working."""
        self._require_mutable(actor, id)
        self.house.shelf.withdraw(actor, id)

    def package(self, id: str) -> dict[str, Any]:
        """Return the application package of process *id*, which would deploy it elsewhere."""
        process = self.executing.process(id)
        if not process.notebook:
            raise NotFound(f"The process “{id}” is a part of the platform; it has no notebook.", ogc="process")
        revision = self.house.shelf.find(process.notebook)
        unit = {"href": f"/files/{revision.file}", "type": NOTEBOOK, "title": revision.name}
        return {"processDescription": summary(process), "executionUnit": unit}

    def _package(self, actor: Actor, media_type: str, body: bytes, id: str) -> Package:
        kind = kind_of(media_type)
        actor.require(Right.CONTRIBUTE)
        return package_of(self.house, actor, kind, body, id)

    def _kept(self, actor: Actor, package: Package) -> dict[str, Any]:
        self.house.shelf.add(actor, package.id, package.content)
        return summary(self.executing.process(package.id))

    def _require_mutable(self, actor: Actor, id: str) -> None:
        """Raise NotFound for a process that there is not, Forbidden for one that is not the actor's to change."""
        process = self.executing.process(id)
        if not process.mutable:
            whose = "curated" if process.notebook else "a part of the platform"
            raise Forbidden(
                f"The process “{id}” is {whose} and cannot be changed through this interface.", ogc="immutable-process"
            )
        actor.require(Right.CONTRIBUTE)
        owner = self.house.shelf.notebook(id).owner
        if actor.id != owner and not actor.may(Right.OPERATE):
            raise Forbidden(f"The process “{id}” belongs to {owner}.", ogc="immutable-process", owner=owner)
