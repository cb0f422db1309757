"""A client of a platform's OGC API – Processes, on the standard library alone.

import repeatpass

client = repeatpass.Client("https://earth.example", token)
job = client.run("nino34", {"window": 3}).wait()      # a progress bar where somebody watches
job.download("results")
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from repeatpass.kit.errors import ClientError, UnknownData
from repeatpass.kit.job import Job
from repeatpass.kit.web import download, send

USUAL = "http://127.0.0.1:8765"
NOTEBOOK = "application/x-ipynb+json"


class Client:
    """A platform at *url*, spoken to as the owner of *token*.

    Without *url* it is the one of ``REPEATPASS_URL``, or one on this machine; without *token* that of
    ``REPEATPASS_TOKEN``, which is sent to the platform of ``REPEATPASS_URL`` alone.
    """

    def __init__(self, url: str = "", token: str = "") -> None:
        self.url = (url or os.environ.get("REPEATPASS_URL") or USUAL).rstrip("/")
        self._token = token

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def processes(self) -> list[dict[str, Any]]:
        """Return the summaries of all processes: `id`, `title`, `description`, …"""
        found: list[dict[str, Any]] = []
        address = f"{self.url}/ogc/processes?limit=1000"
        while address:
            page = self._send("GET", address)[2]
            found += page["processes"]
            address = _next(page, address)
        return found

    def process(self, id: str) -> dict[str, Any]:
        """Return the description of one process, with its inputs and outputs."""
        found: dict[str, Any] = self._send("GET", self._process(id))[2]
        return found

    def execute(
        self, process: str, inputs: Mapping[str, Any] | None = None, *, flavour: str = "", id: str = "", **more: Any
    ) -> Job:
        """Start a process and return its job at once; ClientError when the platform refuses.

        Args:
            process: id of the process.
            inputs: values by name of the input; those left out take their defaults.
            flavour: name of the class of resources; the notebook's own wish, or the usual one, where empty.
            id: id of the job, of letters, digits and hyphens; the platform makes one up where empty.
            more: other members of the request, such as ``subscriber={"successUri": …}``.
        """
        body = {"inputs": dict(inputs or {}), "flavour": flavour, "job_id": id, **more}
        address = f"{self._process(process)}/execution"
        asked = {name: value for name, value in body.items() if value or name == "inputs"}
        _, headers, answer = self._send("POST", address, body=asked, headers={"Prefer": "respond-async"})
        where = headers.get("Location") or f"{self.url}/ogc/jobs/{quote(str(answer['jobID']), safe='')}"
        return Job(self, urljoin(address, where))

    def run(self, notebook: str | Path, parameters: Mapping[str, Any] | None = None, **known: Any) -> Job:
        """Run *notebook* with *parameters*: the name of one on the platform's shelf, or an .ipynb of this machine.

        A file is sent with the request and leaves no trace on the shelf. What it imports from beside itself is not
        sent. *known* goes to `execute`.
        """
        path = Path(notebook)
        if path.suffix != ".ipynb":
            return self.execute(str(notebook), parameters, **known)
        inputs = {"notebook": {"value": _notebook(path), "mediaType": NOTEBOOK}, "notebook_name": path.name}
        return self.execute("execute-notebook", inputs | {"parameters_json": dict(parameters or {})}, **known)

    def deploy(self, notebook: str | Path, id: str = "") -> dict[str, Any]:
        """Put an .ipynb of this machine on the platform's shelf as process *id*, or a new revision of it.

        Return its summary. Without *id* it is called as the file.
        """
        path, name = Path(notebook), id or Path(notebook).stem
        content, kind = _notebook(path), {"Content-Type": NOTEBOOK}
        try:
            self._send("PUT", self._process(name), body=content, headers=kind)
        except ClientError as error:
            if error.detail.get("status") != 404:
                raise
            self._send("POST", f"{self.url}/ogc/processes?{urlencode({'id': name})}", body=content, headers=kind)
        return self.process(name)

    def undeploy(self, id: str) -> None:
        """Take a process off the platform's shelf; what it has made stays."""
        self._send("DELETE", self._process(id))

    def job(self, id: str) -> Job:
        """Return a job that was started earlier."""
        return Job(self, f"{self.url}/ogc/jobs/{quote(id, safe='')}")

    def jobs(self, process: str = "", status: str = "", limit: int = 50) -> list[Job]:
        """Return the newest jobs, at most *limit*, of one *process* or with one *status* where these are given."""
        asked = {"processID": process, "status": status, "limit": limit}
        query = urlencode({name: value for name, value in asked.items() if value})
        listed = self._send("GET", f"{self.url}/ogc/jobs?{query}")[2]["jobs"]
        return [self.job(str(each["jobID"])) for each in listed]

    def _process(self, id: str) -> str:
        return f"{self.url}/ogc/processes/{quote(id, safe='')}"

    def _send(self, method: str, url: str, **known: Any) -> Any:
        return send(method, url, token=self._token_for(url), **known)

    def _download(self, url: str, target: Path) -> Path:
        return download(url, target, token=self._token_for(url))

    def _token_for(self, url: str) -> str:
        # The token goes to this platform only, wherever a Location header or a link may point.
        return self._token if urlsplit(url)[:2] == urlsplit(self.url)[:2] else ""


def _notebook(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise UnknownData(f"{path} cannot be read: {error.strerror}.", path=str(path)) from None
    except ValueError:
        raise UnknownData(f"{path} is not a notebook: it is not JSON.", path=str(path)) from None


def _next(page: Mapping[str, Any], address: str) -> str:
    found = [link["href"] for link in page.get("links", ()) if link.get("rel") == "next"]
    return urljoin(address, found[0]) if found else ""
