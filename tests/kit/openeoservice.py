"""A stand-in of an openEO service (API 1.2): capabilities, both ways in, and results computed at once."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import xarray as xr
from elsewhere import Elsewhere

BASE = "/openeo/1.2"
Answer = tuple[int, dict[str, str], bytes]
LOGIN = "Basic bWU6b3BlbnNlc2FtZQ=="  # me:opensesame


def said(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error as openEO documents it."""
    words = {"id": "936DA01F", "code": code, "message": message, "links": []}
    return status, {"Content-Type": "application/json", **headers}, json.dumps(words).encode()


def computed(there: Elsewhere, body: bytes, folder: Path) -> Answer:
    """Cells of a collection as NetCDF: band, time and place decide them."""
    if there.asked[-1][2].get("Authorization") not in ("Bearer basic//word", "Bearer oidc/home/a.token"):
        return said(401, "AuthenticationRequired", "Unauthorized.")
    graph = json.loads(body)["process"]["process_graph"]
    load = next(node["arguments"] for node in graph.values() if node["process_id"] == "load_collection")
    save = next(node for node in graph.values() if node["process_id"] == "save_result")
    if load["id"] != "S2":
        return said(404, "CollectionNotFound", f"Collection '{load['id']}' does not exist.")
    if not save.get("result"):
        return said(400, "ProcessGraphMissing", "No result node.")
    extent, bands = load["spatial_extent"], load.get("bands") or ["B02", "B03"]
    box = {name: ("t" if name == "t" else name, values) for name, values in {
        "t": np.array([load["temporal_extent"][0]], "datetime64[ns]"), "y": np.linspace(extent["north"], extent["south"], 3),
        "x": np.linspace(extent["west"], extent["east"], 4),
    }.items()}  # fmt: skip
    cells = {band: (("t", "y", "x"), np.full((1, 3, 4), float(number))) for number, band in enumerate(sorted(bands))}
    path = folder / "result.nc"
    xr.Dataset(cells, coords=box).to_netcdf(path, engine="h5netcdf")
    return 200, {"Content-Type": "application/x-netcdf"}, path.read_bytes()


class Job:
    """The one batch job of the service: made, started, and finished when it is looked at for the second time."""

    def __init__(self, there: Elsewhere, folder: Path) -> None:
        self.there, self.folder, self.states, self.state = there, folder, ["finished", "running"], "created"

    def made(self, path: str, body: bytes) -> Answer:
        status, _, content = computed(self.there, body, self.folder)
        if status != 200:
            return said(status, "Refused", "A job cannot be made of this.")
        self.there.put(f"{BASE}/files/j-1/cube.nc", content, "application/x-netcdf")
        return 201, {"Location": f"{self.there.url}{BASE}/jobs/j-1", "OpenEO-Identifier": "j-1"}, b""

    def shown(self, path: str, body: bytes) -> Any:
        if self.state != "created":
            self.state = self.states.pop() if len(self.states) > 1 else self.states[0]
        return {"id": "j-1", "status": self.state, "created": "2024-07-01T00:00:00Z", "process": {"process_graph": {}}}

    def results(self, path: str, body: bytes) -> Any:
        if self.there.asked[-1][0] == "POST":
            self.state = "queued"
            return 202, {}, b""
        href = f"{self.there.url}{BASE}/files/j-1"
        return {
            "stac_version": "1.0.0", "type": "Collection", "id": "j-1", "links": [], "assets": {
                "cube.nc": {"href": f"{href}/cube.nc", "type": "application/x-netcdf", "roles": ["data"]},
                "metadata.json": {"href": f"{href}/m.json", "type": "application/json", "roles": ["metadata"]}},
        }  # fmt: skip


def service(there: Elsewhere, folder: Path) -> None:
    """Have *there* answer as an openEO service."""
    here = there.url + BASE
    ways = [("/collections", "GET"), ("/collections/{collection_id}", "GET"), ("/credentials/basic", "GET"),
            ("/credentials/oidc", "GET"), ("/result", "POST"), ("/jobs", "POST"),
            ("/jobs/{job_id}", "GET"), ("/jobs/{job_id}/results", "GET"), ("/jobs/{job_id}/results", "POST"),
            ("/processes", "GET"), ("/file_formats", "GET")]  # fmt: skip
    capabilities = {
        "api_version": "1.2.0", "backend_version": "1", "stac_version": "1.0.0", "id": "stand-in", "title": "Stand-in",
        "description": "For tests.", "endpoints": [{"path": path, "methods": [method]} for path, method in ways], "links": [],
    }  # fmt: skip
    collection = {
        "stac_version": "1.0.0", "type": "Collection", "id": "S2", "description": "Cells.", "license": "proprietary",
        "extent": {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [["2015-01-01T00:00:00Z", None]]}},
        "links": [], "cube:dimensions": {
            "x": {"type": "spatial", "axis": "x"}, "y": {"type": "spatial", "axis": "y"}, "t": {"type": "temporal"},
            "bands": {"type": "bands", "values": ["B02", "B03"]}},
    }  # fmt: skip
    versions = [{"url": f"{there.url}/openeo/0.4", "api_version": "0.4.2", "production": True},
                {"url": here, "api_version": "1.2.0", "production": True}]  # fmt: skip

    def login(path: str, body: bytes) -> Any:
        right = there.asked[-1][2].get("Authorization") == LOGIN
        return {"access_token": "word"} if right else said(403, "CredentialsInvalid", "Credentials are not correct.")

    def token(path: str, body: bytes) -> Any:
        form = parse_qs(body.decode())
        right = form["client_id"] == ["me"] and form["client_secret"] == ["very-secret"]
        words = b'{"error": "unauthorized_client", "error_description": "Invalid client secret"}'
        return {"access_token": "a.token", "expires_in": 300, "token_type": "Bearer"} if right else (401, {}, words)

    job = Job(there, folder)
    issuer = f"{there.url}/realms/home"
    there.answers = {
        "/openeo/.well-known/openeo": lambda path, body: {"versions": versions},
        BASE: lambda path, body: capabilities, f"{BASE}/": lambda path, body: capabilities,
        f"{BASE}/credentials/basic": login,
        f"{BASE}/credentials/oidc": lambda path, body: {"providers": [
            {"id": "home", "issuer": issuer, "title": "Home", "scopes": ["openid"]}]},
        "/realms/home/.well-known/openid-configuration": lambda path, body: {
            "issuer": issuer, "token_endpoint": f"{issuer}/token", "authorization_endpoint": f"{issuer}/auth",
            "scopes_supported": ["openid"]},
        "/realms/home/token": token,
        f"{BASE}/file_formats": lambda path, body: {"input": {}, "output": {
            "netCDF": {"gis_data_types": ["raster"], "parameters": {}}}},
        f"{BASE}/collections/S2": lambda path, body: collection,
        f"{BASE}/jobs": job.made, f"{BASE}/jobs/j-1": job.shown, f"{BASE}/jobs/j-1/results": job.results,
        f"{BASE}/jobs/j-1/logs": lambda path, body: {"logs": [
            {"id": "1", "level": "error", "message": "Out of memory in load_collection."}], "links": []},
        f"{BASE}/result": lambda path, body: computed(there, body, folder),
    }  # fmt: skip
