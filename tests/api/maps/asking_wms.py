"""Asking a WMS and reading its pictures."""

import io
from typing import Any

import httpx
import numpy as np
from PIL import Image

WORLD = "-90,-180,90,180"  # latitude first, as EPSG:4326 has it in 1.3.0


def get_map(client: httpx.Client, path: str = "/wms", **given: str) -> httpx.Response:
    """Ask for a map of the world in 1.3.0, changed by *given*; a parameter set to "" is left out."""
    usual = {
        "service": "WMS",
        "version": "1.3.0",
        "request": "GetMap",
        "layers": "warmth:temperature",
        "styles": "",
        "crs": "EPSG:4326",
        "bbox": WORLD,
        "width": "360",
        "height": "180",
        "format": "image/png",
        "transparent": "TRUE",
    }
    return client.get(
        path, params={name: value for name, value in (usual | given).items() if value or name == "styles"}
    )


def pixels(answer: httpx.Response) -> Any:
    """Return a picture as (row, column, red-green-blue-alpha)."""
    assert answer.status_code == 200, answer.text
    return np.array(Image.open(io.BytesIO(answer.content)).convert("RGBA"))
