"""Jobs at a platform, and what they leave."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from repeatpass.kit.errors import ClientError

if TYPE_CHECKING:
    from repeatpass.kit.client import Client

FINAL = {"successful", "failed", "dismissed"}  # the words of OGC API – Processes, Part 1
FIRST_S = 0.02  # between the first two looks; then ever longer


@dataclass(frozen=True, kw_only=True, slots=True)
class Output:
    """One output of a job: a file at *href*, or (where that is empty) a *value*."""

    name: str
    href: str = ""
    media_type: str = ""
    title: str = ""
    value: Any = None
    _client: Any = field(default=None, repr=False, compare=False)

    def download(self, into: str | Path = ".") -> Path:
        """Write the file, or the value as JSON, into the folder *into*; return the path. Files there are replaced."""
        folder = Path(into)
        folder.mkdir(parents=True, exist_ok=True)
        if not self.href:
            return _written(folder / f"{_plain(self.name)}.json", self.value)
        found: Path = self._client._download(self.href, folder / _plain(unquote(urlsplit(self.href).path)))
        return found


class Job:
    """One execution at a platform."""

    def __init__(self, client: "Client", url: str) -> None:
        self.url = url
        self._client = client

    def __repr__(self) -> str:
        return f"Job({self.url!r})"

    @property
    def id(self) -> str:
        """The id of the job, which is that of the run."""
        return unquote(urlsplit(self.url).path.rstrip("/").rsplit("/", 1)[-1])

    def status(self) -> dict[str, Any]:
        """Return the status document: `jobID`, `status`, `message`, `progress`, …"""
        found: dict[str, Any] = self._client._send("GET", self.url)[2]
        return found

    @property
    def progress(self) -> int:
        """How much is done, in percent of the cells."""
        state = self.status()
        return 100 if state["status"] == "successful" else int(state.get("progress") or 0)

    def states(self, timeout: float | None = None, *, every: float = 0.5) -> Iterator[dict[str, Any]]:
        """Yield the status document again and again until the job has ended; the last one is that of the end.

        Raises:
            TimeoutError: it still runs after *timeout* seconds. The job itself goes on.
        """
        end, pause = None if timeout is None else time.monotonic() + timeout, FIRST_S
        while (state := self.status())["status"] not in FINAL:
            yield state
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"{self.url} still is {state['status']} after {timeout} s; it goes on.")
            time.sleep(pause)
            pause = min(every, pause * 2)
        yield state

    def wait(self, timeout: float | None = None, *, every: float = 0.5, show: bool | None = None) -> "Job":
        """Wait for the end and return this job.

        Args:
            timeout: seconds to wait at most; None waits for ever.
            every: seconds between two looks, after a few quick first ones.
            show: whether to draw a progress bar; None draws one where somebody watches.

        Raises:
            ClientError: the job failed or was dismissed; the message is the platform's.
            TimeoutError: it still runs after *timeout* seconds. The job itself goes on.
        """
        from repeatpass.kit.showing import shown

        for state in shown(self.states(timeout, every=every), show):
            last = state
        if last["status"] != "successful":
            raise ClientError(last.get("message") or f"{self.url} ended {last['status']}.", status=last)
        return self

    def results(self) -> dict[str, Any]:
        """Return the results document of a successful job, by name of the output."""
        found: dict[str, Any] = self._client._send("GET", f"{self.url}/results")[2]
        return found

    def outputs(self) -> list[Output]:
        """Return what a successful job has left."""
        return [self._output(name, given) for name, given in self.results().items()]

    def download(self, into: str | Path = ".") -> list[Path]:
        """Write every output into the folder *into*, which is made if need be; return the paths."""
        return [output.download(into) for output in self.outputs()]

    @property
    def page(self) -> str:
        """Where the platform shows the run, with its log and its passport."""
        return f"{self._client.url}/runs/{self.id}"

    def executed(self) -> dict[str, Any] | None:
        """Return the executed notebook with its outputs, also that of a job that failed; None where there is none."""
        try:
            found: dict[str, Any] = self._client._send("GET", f"{self.page}/executed.ipynb")[2]
        except ClientError as error:
            if error.detail.get("status") != 404:
                raise
            return None
        return found

    def dismiss(self) -> dict[str, Any]:
        """Ask the platform to stop the job; one that has ended stays as it is."""
        found: dict[str, Any] = self._client._send("DELETE", self.url)[2]
        return found

    def _output(self, name: str, given: Any) -> Output:
        if isinstance(given, Mapping) and isinstance(given.get("href"), str):
            kind, title = str(given.get("type") or ""), str(given.get("title") or name)
            href = urljoin(self.url, given["href"])
            return Output(name=name, href=href, media_type=kind, title=title, _client=self._client)
        if isinstance(given, Mapping) and "value" in given:
            return Output(name=name, value=given["value"], media_type=str(given.get("mediaType") or ""))
        return Output(name=name, value=given)


def _plain(path: str) -> str:
    """Return the last part of a path as the name of a file here: nothing that a platform says leads elsewhere."""
    name = path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].lstrip(".")
    kept = "".join(letter for letter in name if letter.isprintable() and letter not in ':*?"<>|')
    return kept[-200:] or "output"


def _written(path: Path, value: Any) -> Path:
    import json

    path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path
