"""Every page with sample records, served on loopback: ``python tests/web/samples.py [PORT]``."""

import json
import sys
from collections.abc import AsyncIterator, Callable

import sample_common
import sample_data as data
import sample_documents
import sample_indicators
import sample_notebooks
import sample_workspace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from repeatpass.web.assets import HEADERS
from repeatpass.web.charts import draw_png, page_spec, series_spec
from repeatpass.web.rendering import render
from repeatpass.web.static_files import Static
from repeatpass.web.views import Cover, Page

Maker = Callable[[Request], Page]
CHARTS = {"nino": data.nino, "keeling": data.keeling}
PAGES: dict[str, Maker] = {
    "/": lambda _: sample_indicators.home(),
    "/indicators": lambda _: sample_indicators.indicators(),
    "/indicators/nino34": lambda request: sample_indicators.indicator(request.query_params.get("t", "")),
    "/values/v1": lambda _: sample_documents.value(),
    "/repeats/r3": lambda _: sample_documents.repeat(),
    f"/runs/{sample_common.RUN}": lambda request: sample_documents.run(request.query_params.get("state", "succeeded")),
    "/runs": lambda _: sample_documents.runs(),
    "/workspace": lambda _: sample_workspace.workspace(),
    "/trust": lambda _: sample_documents.trust(),
    "/notebooks": lambda _: sample_notebooks.notebooks(),
    "/notebooks/nino34": lambda _: sample_notebooks.notebook(),
    "/collections": lambda _: sample_notebooks.collections(),
    "/collections/ostia-monthly": lambda _: sample_notebooks.collection(),
    "/nowhere": lambda _: sample_documents.error(),
}


def page_route(path: str, maker: Maker) -> Route:
    """One page at its address."""

    def answer(request: Request) -> Response:
        cover = Cover(version="0.1.0", theme=request.cookies.get("theme", ""), form_token="sample")
        return HTMLResponse(render(maker(request), cover), headers=HEADERS)

    return Route(path, answer)


def spec(request: Request) -> Response:
    """The chart's specification, coloured for the page."""
    chart = CHARTS[request.path_params["name"]]()
    return Response(json.dumps(page_spec(chart)), media_type="application/json")


def picture(request: Request) -> Response:
    """The chart as PNG."""
    return Response(draw_png(series_spec(CHARTS[request.path_params["name"]]())), media_type="image/png")


def frame(request: Request) -> Response:
    """One frame of the map."""
    return Response(data.ocean_frame(request.path_params["time"]), media_type="image/png")


def events(request: Request) -> Response:
    """A run that goes on: the lines after the last one, progress, and then it rests."""
    first = int(request.query_params.get("after", "0")) + 1

    async def stream() -> AsyncIterator[str]:
        for number in range(first, first + 3):
            line = {"number": number, "time": "04:00:20", "kind": "stream", "text": f"Reading month {number}"}
            yield f"id: {number}\nevent: line\ndata: {json.dumps(line)}\n\n"
        step = {"done": 4, "cells": 9, "sentence": "Cell 4 of 9"}
        yield f"event: progress\ndata: {json.dumps(step)}\n\nretry: 600000\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")


def app() -> Starlette:
    """The sample pages and the files they load."""
    return Starlette(
        routes=[
            *(page_route(path, maker) for path, maker in PAGES.items()),
            Route("/runs/{id}/events", events),
            Route("/charts/{name}.json", spec),
            Route("/charts/{name}.png", picture),
            Route("/frames/{time}.png", frame),
            Mount("/static", Static()),
        ]
    )


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app(), port=int(sys.argv[1]) if len(sys.argv) > 1 else 8791, log_level="warning")
