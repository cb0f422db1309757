"""What a collection of features says of itself, as a STAC collection without files."""

from collections.abc import Sequence
from typing import Any

WORLD = {"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}}


def collection_document(
    id: str, title: str = "", description: str = "", keywords: Sequence[str] = (), licence: str = ""
) -> dict[str, Any]:
    """Return a collection to be registered; its true extent is that of its features."""
    return {
        "type": "Collection",
        "id": id,
        "title": title or id,
        "description": description or f"Features of {title or id}.",
        "keywords": list(keywords),
        "license": licence or "other",
        "extent": WORLD,
    }
