"""The log of a run as server-sent events: complete from line 1, live while it runs, ended when the run has."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict

from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from repeatpass.runs.records import Run
from repeatpass.web.desk import Desk
from repeatpass.web.logs import Entry, LogReader
from repeatpass.web.pages.run import line_of

LOOK = 0.25  # seconds between two looks
HEARTBEAT = 10.0  # seconds of silence after which a comment keeps the line open
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def events_response(desk: Desk, run: Run, after: int) -> Response:
    """The events of *run* after line *after*; 204, which ends a client's asking, where all has been told."""
    if run.state.final and after and _told(desk, run, after):
        return Response(status_code=204, headers=HEADERS)
    return StreamingResponse(stream(desk, run.id, after), media_type="text/event-stream", headers=HEADERS)


def _told(desk: Desk, run: Run, after: int) -> bool:
    reader = LogReader(desk.house, run.id)
    while reader.read(run):
        pass
    return reader.number <= after


async def stream(desk: Desk, id: str, after: int) -> AsyncIterator[str]:
    """Events ``line`` (LogLine), ``progress`` (done, cells, sentence) and, once, ``end`` (state, message)."""
    reader, said = LogReader(desk.house, id), time.monotonic()
    yield "retry: 1500\n\n"
    while True:
        run = await run_in_threadpool(desk.house.runs.run, id)
        entries = await run_in_threadpool(reader.read, run)
        for entry in entries:
            if entry.number > after:
                yield _event("line", asdict(line_of(entry)), str(entry.number))
        if entries:
            yield _event("progress", _progress(entries[-1]))
            said = time.monotonic()
        elif run.state.final:
            yield _event("end", {"state": str(run.state), "message": run.message})
            return
        else:
            if time.monotonic() - said > HEARTBEAT:
                yield ": still here\n\n"
                said = time.monotonic()
            await asyncio.sleep(LOOK)


def _progress(entry: Entry) -> dict[str, object]:
    done = entry.cell if entry.kind == "state" else max(0, entry.cell - 1)
    sentence = f"Cell {entry.cell} of {entry.of}" if entry.of else "Starting"
    return {"done": done, "cells": entry.of, "sentence": sentence}


def _event(name: str, data: dict[str, object], id: str = "") -> str:
    head = f"id: {id}\n" if id else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
