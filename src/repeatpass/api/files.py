"""Files by checksum, and the outputs of runs. A browser never executes what they hold."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response

from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.runs.records import Run
from repeatpass.runs.retention import require_kept

# An output may be a page with scripts: shown, if at all, in a sandbox of opaque origin.
SANDBOX = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'"
FOREVER = "public, max-age=31536000, immutable"


def files_router(house: House) -> APIRouter:
    """Return the routes that serve kept files."""
    router = APIRouter(tags=["files"])

    def _seen(request: Request, id: str) -> Run:
        """Return a run that whoever asks may see; raise NotFound for any other."""
        return house.as_seen_by(request.state.actor).runs.run(id)

    @router.get("/files/{checksum}")
    def file(checksum: str, request: Request) -> Response:
        mine = house.as_seen_by(request.state.actor)
        known = mine.catalog.open_file(checksum)
        if known is None:
            mine.runs.require_open_file(checksum)
        private = known is False
        return _serve(house, checksum, "application/octet-stream", checksum[7:19], request, private=private)

    @router.get("/runs/{id}/outputs/{path:path}")
    def output(id: str, path: str, request: Request) -> Response:
        run = _seen(request, id)
        for kept in house.runs.provenance(id).outputs:
            if kept.path == path:
                require_kept(run)
                return _serve(
                    house, kept.checksum, kept.media_type, path.rsplit("/", 1)[-1], request, private=run.closed
                )
        raise NotFound(f"Run {id} left no output “{path}”.", run=id)

    @router.get("/runs/{id}/crate.zip")
    def crate(id: str, request: Request) -> Response:
        require_kept(_seen(request, id))
        target = house.settings.home / "cache" / "crates" / f"{id}.zip"
        if not target.exists():  # the same run gives the same bytes
            house.exporting.write(id, target)
        return FileResponse(target, media_type="application/zip", filename=f"repeatpass-{id}.zip")

    @router.get("/runs/{id}/executed.ipynb")
    def executed(id: str, request: Request) -> Response:
        run = _seen(request, id)
        require_kept(run)
        if not run.executed:
            raise NotFound(f"Run {id} has no executed notebook (it is {run.state}).", run=id)
        return _serve(
            house,
            run.executed,
            "application/x-ipynb+json",
            f"{run.legs.notebook}-{id}.ipynb",
            request,
            private=run.closed,
        )

    return router


def _serve(
    house: House, checksum: str, media_type: str, name: str, request: Request, *, private: bool = False
) -> Response:
    kept = FOREVER.replace("public", "private") if private else FOREVER
    headers = {"ETag": f'"{checksum}"', "Cache-Control": kept, "Content-Security-Policy": SANDBOX}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if house.files.is_local:
        return FileResponse(house.files.path(checksum), media_type=media_type, filename=name, headers=headers)
    return Response(house.files.read(checksum), media_type=media_type, headers=headers)
