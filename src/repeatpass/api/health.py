"""/health for watchers, /metrics for Prometheus."""

from typing import Any, Protocol

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from repeatpass.assembly import House
from repeatpass.runs import sandbox


class Filling(Protocol):
    """How far the house is filled."""

    done: bool
    doing: str
    problems: list[str]


def _sandbox(house: House) -> dict[str, Any]:
    """Whether runs have a sandbox each, and in what state; where none is asked for, none is tried."""
    if not house.folders.isolation.sandbox:
        return {"wanted": False}
    found = sandbox.works()
    return {"wanted": True, "works": found.works, "words": found.words}


def health_router(house: House, filling: Filling) -> APIRouter:
    """Return the routes that say how the house is."""
    router = APIRouter(tags=["health"])

    @router.get("/health")
    def health() -> dict[str, Any]:
        counts = house.runs.counts()
        return {
            "status": "ok",
            "filled": filling.done,
            "filling": filling.doing,
            "problems": [*filling.problems, *filter(None, [house.worker.trouble, house.upscaling.trouble])],
            "indicators": house.indicators.counts(),
            "collections": len(house.registry.entries()),
            "runs": {str(state): number for state, number in counts.items()},
            "sandbox": _sandbox(house),
            "clock": {"here": house.scheduling.clock.lease.leading},
            "events_set_aside": len(house.events.set_aside()),
        }

    @router.get("/metrics")
    def metrics() -> Response:
        registry = CollectorRegistry()
        runs = Gauge("repeatpass_runs", "Runs by state", ["state"], registry=registry)
        for state, number in house.runs.counts().items():
            runs.labels(state=str(state)).set(number)
        aside = Gauge("repeatpass_events_set_aside", "Events that a listener failed on", registry=registry)
        aside.set(len(house.events.set_aside()))
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
