"""Look at a collection of a STAC API elsewhere."""

from itertools import islice
from typing import Any

import httpx
from pystac_client import Client, ConformanceClasses
from pystac_client.exceptions import APIError
from pystac_client.stac_api_io import StacApiIO

from repeatpass.core.digests import digest_json
from repeatpass.core.errors import RepeatpassError
from repeatpass.indicators.timing import Source
from repeatpass.notices.asking import pieces

ITEMS = 200  # newest items that are compared


def newest_items(client: httpx.Client, source: Source) -> str:
    """Return a digest of the newest items of a collection: ids, when they were updated, checksums."""
    api = Client.open(source.url, stac_io=GuardedStac(client))
    if api.conforms_to(ConformanceClasses.ITEM_SEARCH):
        order = [{"field": "properties.datetime", "direction": "desc"}]
        sortby: Any = order if api.conforms_to(ConformanceClasses.SORT) else None
        found = api.search(
            method="GET", collections=[source.collection], limit=100, max_items=ITEMS, sortby=sortby
        ).items_as_dicts()
    else:
        collection = api.get_collection(source.collection)
        if collection is None:
            raise ValueError(f"It has no collection “{source.collection}”.")
        found = (item.to_dict(transform_hrefs=False) for item in collection.get_items())
    return str(digest_json(sorted(_of(item) for item in islice(found, ITEMS))))


def _of(item: Any) -> list[str]:
    properties, assets = item.get("properties", {}), item.get("assets", {})
    sums = [str(asset.get("file:checksum", "")) for _, asset in sorted(assets.items())]
    return [str(item["id"]), str(properties.get("updated", "")), str(properties.get("datetime", "")), *sums]


class GuardedStac(StacApiIO):
    """What pystac-client asks a STAC API with; it reads no files of this machine."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__()
        self.client = client

    def read_text(self, source: Any, *args: Any, **kwargs: Any) -> str:
        """Read an address; raise APIError for a path."""
        if isinstance(source, str) and not source.startswith(("http://", "https://")):
            raise APIError(f"“{source}” is not an http or https address.")
        return super().read_text(source, *args, **kwargs)

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        """Ask with our client; raise APIError if it cannot be asked or answers with an error."""
        verb = (method or "GET").upper()
        given: dict[str, Any] = {"json": parameters} if verb == "POST" else {"params": parameters or None}
        try:
            with self.client.stream(verb, href, headers=headers, **given) as answer:
                answer.raise_for_status()
                return b"".join(pieces(answer)).decode()
        except (RepeatpassError, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise APIError(str(error)) from error
