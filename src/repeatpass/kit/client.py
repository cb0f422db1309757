"""A small client of the OGC API – Processes interface, on the standard library alone."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urljoin

from repeatpass.kit.errors import ClientError
from repeatpass.kit.web import send

FINAL = {"successful", "failed", "dismissed"}  # the words of OGC API – Processes, Part 1


class Client:
    """A platform at *url*, spoken to as the owner of *token*.

    Example:
        job = Client("http://127.0.0.1:8765", token).execute("nino34", {"window": 3}).wait()
        job.results()
    """

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self._token = token

    def processes(self) -> list[dict[str, Any]]:
        """Return the summaries of all processes: `id`, `title`, `description`, …"""
        found: list[dict[str, Any]] = self._send("GET", f"{self.url}/ogc/processes")[2]["processes"]
        return found

    def process(self, id: str) -> dict[str, Any]:
        """Return the description of one process, with its inputs and outputs."""
        found: dict[str, Any] = self._send("GET", f"{self.url}/ogc/processes/{quote(id, safe='')}")[2]
        return found

    def execute(self, process: str, inputs: Mapping[str, Any] | None = None) -> "Job":
        """Start a process and return its job at once; ClientError when the platform refuses.

        Args:
            process: id of the process.
            inputs: values by name of the input; those left out take their defaults.
        """
        address = f"{self.url}/ogc/processes/{quote(process, safe='')}/execution"
        _, headers, body = self._send(
            "POST", address, body={"inputs": dict(inputs or {})}, headers={"Prefer": "respond-async"}
        )
        where = headers.get("Location") or f"{self.url}/ogc/jobs/{quote(str(body['jobID']), safe='')}"
        return Job(self, urljoin(address, where))

    def job(self, id: str) -> "Job":
        """Return a job that was started earlier."""
        return Job(self, f"{self.url}/ogc/jobs/{quote(id, safe='')}")

    def _send(self, method: str, url: str, **known: Any) -> Any:
        # The token goes to this platform only, wherever a Location header may point.
        token = self._token if url.startswith(self.url + "/") else ""
        return send(method, url, token=token, **known)


class Job:
    """One execution at a platform."""

    def __init__(self, client: Client, url: str) -> None:
        self.url = url
        self._client = client

    def __repr__(self) -> str:
        return f"Job({self.url!r})"

    def status(self) -> dict[str, Any]:
        """Return the status document: `jobID`, `status`, `message`, `progress`, …"""
        found: dict[str, Any] = self._client._send("GET", self.url)[2]
        return found

    def wait(self, timeout: float | None = None, *, every: float = 0.5) -> "Job":
        """Wait for the end and return this job.

        Args:
            timeout: seconds to wait at most; None waits for ever.
            every: seconds between two looks, after a few quick first ones.

        Raises:
            ClientError: the job failed or was dismissed; the message is the platform's.
            TimeoutError: it still runs after *timeout* seconds. The job itself goes on.
        """
        end = None if timeout is None else time.monotonic() + timeout
        pause = 0.02
        while (state := self.status())["status"] not in FINAL:
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"{self.url} still is {state['status']} after {timeout} s; it goes on.")
            time.sleep(pause)
            pause = min(every, pause * 2)
        if state["status"] != "successful":
            raise ClientError(state.get("message") or f"{self.url} ended {state['status']}.", status=state)
        return self

    def results(self) -> dict[str, Any]:
        """Return the results document of a successful job, by name of the output."""
        found: dict[str, Any] = self._client._send("GET", f"{self.url}/results")[2]
        return found

    def dismiss(self) -> dict[str, Any]:
        """Ask the platform to stop the job, or to forget it when it has ended."""
        found: dict[str, Any] = self._client._send("DELETE", self.url)[2]
        return found
