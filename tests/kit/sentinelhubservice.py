"""A stand-in of Sentinel Hub: tokens, and the Process, Statistical and Catalog API as its documentation shows them."""

import io
import json
from typing import Any
from urllib.parse import parse_qs

import numpy as np
import rasterio
from elsewhere import Elsewhere

TOKENS, PROCESS = "/auth/realms/main/protocol/openid-connect/token", "/api/v1/process"
STATISTICS, CATALOG = "/api/v1/statistics", "/api/v1/catalog/1.0.0/search"
Answer = tuple[int, dict[str, str], bytes]


def refused(status: int, reason: str, message: str, code: str, **headers: str) -> Answer:
    """An error as the service's documentation shows it."""
    error = {"status": status, "reason": reason, "message": message, "code": code, "errors": {}}
    return status, {"Content-Type": "application/json", **headers}, json.dumps({"error": error}).encode()


def processed(there: Elsewhere, body: bytes) -> Answer:
    """What the Process API answers: a GeoTIFF whose first band counts columns; the first column has no data."""
    if there.asked[-1][2].get("Authorization") != "Bearer a.token.here":
        return refused(
            401, "Unauthorized", "You are not authorized! Please provide a valid token", "COMMON_UNAUTHORIZED"
        )
    asked = json.loads(body)
    bounds, output = asked["input"]["bounds"], asked["output"]
    if not asked["evalscript"].startswith("//VERSION=3"):
        return refused(400, "Bad Request", "Failed to evaluate script! undefined", "RENDERER_EXCEPTION")
    wide, high = output.get("width", 8), output.get("height", 4)
    epsg = int(bounds["properties"]["crs"].rpartition("/")[2])
    cells = np.stack([np.tile(np.arange(wide), (high, 1)), np.tile(np.arange(wide) > 0, (high, 1))]).astype("float32")
    where = rasterio.transform.from_bounds(*bounds["bbox"], wide, high)
    content = io.BytesIO()
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", width=wide, height=high, count=2, dtype="float32", crs=epsg, transform=where
        ) as file:
            file.write(cells)
        content.write(memory.read())
    assert output["responses"] == [{"identifier": "default", "format": {"type": "image/tiff"}}]
    return 200, {"Content-Type": "image/tiff"}, content.getvalue()


def token_for(there: Elsewhere, body: bytes) -> Answer | dict[str, Any]:
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert form["grant_type"] == "client_credentials"
    if (form["client_id"], form["client_secret"]) != ("me", "very-secret"):
        words = {"error": "invalid_client", "error_description": "Invalid client or Invalid client credentials"}
        return 401, {"Content-Type": "application/json"}, json.dumps(words).encode()
    return {"access_token": "a.token.here", "expires_in": 3600, "token_type": "Bearer"}


def counted(there: Elsewhere, body: bytes) -> Any:
    """What the Statistical API answers: for each day the mean of a band is the number of the day."""
    asked = json.loads(body)
    aggregation = asked["aggregation"]
    assert aggregation["aggregationInterval"] == {"of": "P1D"} and "timeRange" not in asked["input"]["data"][0].get(
        "dataFilter", {}
    )
    days = range(int(aggregation["timeRange"]["from"][8:10]), int(aggregation["timeRange"]["to"][8:10]) + 1)
    stats = {"min": 0.0, "max": 9.0, "stDev": 0.5, "sampleCount": 32, "noDataCount": 4}
    return {"status": "OK", "data": [
        {"interval": {"from": f"2024-06-{day:02}T00:00:00Z", "to": f"2024-06-{day + 1:02}T00:00:00Z"},
         "outputs": {"default": {"bands": {"B04": {"stats": {**stats, "mean": float(day)}}}}}} for day in days
    ]}  # fmt: skip


def searched(there: Elsewhere, body: bytes) -> Any:
    """What the Catalog API answers where dates are asked for: two on each page."""
    asked = json.loads(body)
    assert asked["collections"] == ["sentinel-2-l2a"] and asked["distinct"] == "date" and len(asked["bbox"]) == 4
    days, begin = [f"2024-06-{day:02}" for day in (3, 8, 13, 18, 23)], asked.get("next", 0)
    context = {"limit": 2, "returned": 2} | ({"next": begin + 2} if begin + 2 < len(days) else {})
    return {"type": "FeatureCollection", "features": days[begin : begin + 2], "links": [], "context": context}


def service(there: Elsewhere) -> None:
    """Have *there* answer as Sentinel Hub."""
    there.answers = {
        TOKENS: lambda path, body: token_for(there, body), PROCESS: lambda path, body: processed(there, body),
        STATISTICS: lambda path, body: counted(there, body), CATALOG: lambda path, body: searched(there, body),
    }  # fmt: skip
