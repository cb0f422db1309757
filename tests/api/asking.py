"""Asking a served house over HTTP, with its owner's token."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from tests.served import Served

ECHO = "/ogc/processes/echo/execution"


@contextmanager
def asking(served: Served) -> Iterator[httpx.Client]:
    """Give a client with the owner's token, once the house has its echo."""
    headers = {"Authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=served.address, headers=headers, timeout=60) as client:
        until = time.monotonic() + 30
        while client.get("/ogc/processes/echo").status_code == 404 and time.monotonic() < until:
            time.sleep(0.1)
        yield client


def ended(client: httpx.Client, job: str, seconds: float = 60) -> Any:
    """Return a job once it has ended."""
    until = time.monotonic() + seconds
    while (found := client.get(f"/ogc/jobs/{job}").json())["status"] in {"accepted", "running"}:
        assert time.monotonic() < until, f"{job} still is {found['status']}"
        time.sleep(0.05)
    return found
