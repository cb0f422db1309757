"""Batch jobs of openEO: made, started, waited for, and their one file fetched."""

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from repeatpass.kit.connectors.openeo_access import beside, member, read_json
from repeatpass.kit.connectors.places import Place, http_place
from repeatpass.kit.connectors.requesting import exchange
from repeatpass.kit.connectors.whole import Fetched, fetch_whole
from repeatpass.kit.errors import RemoteTrouble

POLL, SELDOM = 2.0, 30.0  # seconds between looks at a job; doubled up to the second
DONE = ("finished", "error", "canceled")


def computed(jobs: Place, media_type: str, wait: float) -> Fetched:
    """Have a service compute the body of *jobs* as a batch job; return the file that it wrote.

    Args:
        jobs: the address of all jobs, with who asks and the body of a new one.
        media_type: of the file that is meant, where a job writes several.
        wait: seconds at most.

    Raises: RemoteTrouble where the job fails (with the service's words), is cancelled, takes longer, or writes more than
        one such file; as `exchange`.
    """
    made = exchange(jobs, _name)
    if not made:
        raise RemoteTrouble(f"{jobs.address} did not say how it calls the new job.", address=jobs.address)
    job = beside(replace(jobs, body=b""), made)
    exchange(replace(beside(job, "results"), method="POST"), lambda answer: answer.read())
    status = _waited(job, wait)
    if status != "finished":
        raise RemoteTrouble(
            f"The job {made} at {jobs.host} ended as {status}{_why(job)}.", address=job.address, job=made
        )
    return fetch_whole(_file(job, media_type))


def _name(answer: Any) -> str:
    named = answer.headers.get("OpenEO-Identifier") or ""
    return named or str(answer.headers.get("Location") or "").rstrip("/").rpartition("/")[2]


def _waited(job: Place, wait: float) -> str:
    until, pause = time.monotonic() + wait, POLL
    while (status := str(member(job, "status"))) not in DONE:
        if time.monotonic() + pause > until:
            raise RemoteTrouble(
                f"The job {job.address} is still {status} after {wait:.0f} seconds; wait= says how long to wait.",
                address=job.address,
            )
        time.sleep(pause)
        pause = min(2 * pause, SELDOM)
    return status


def _why(job: Place) -> str:
    """The last words of the job's log about an error, as the tail of a clause."""
    try:
        logs = exchange(beside(job, "logs"), read_json)["logs"]
        said = [str(each["message"]) for each in logs if each.get("level", "error") == "error"]
    except (KeyError, TypeError, ValueError, AttributeError, RemoteTrouble):
        return ""
    return f": {said[-1].rstrip('.')}" if said else ""


def _file(job: Place, media_type: str) -> Place:
    results = beside(job, "results")
    assets = member(results, "assets")
    try:
        listed = {name: str(each["href"]) for name, each in assets.items() if _is(each, media_type)}
    except (TypeError, AttributeError, KeyError):
        raise RemoteTrouble(f"{results.address} lists no files.", address=results.address) from None
    if len(listed) != 1:
        names = ", ".join(sorted(assets)) or "none"
        raise RemoteTrouble(
            f"{results.address} has {len(listed)} files of {media_type} where one is needed. Its files: {names}.",
            address=results.address,
        )
    place = http_place(next(iter(listed.values())))
    same = urlsplit(place.url).netloc == urlsplit(job.url).netloc
    return replace(place, sign=job.sign, keys=job.keys) if same else place


def _is(asset: Any, media_type: str) -> bool:
    said = str(asset.get("type") or "").partition(";")[0].strip().lower()
    kinds = {media_type, media_type.replace("x-", "")}
    return said in kinds and "metadata" not in (asset.get("roles") or ())
