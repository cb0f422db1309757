"""Collections of a geoDB (xcube_geodb) as tables of features, by the PostgREST API that its client uses."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from repeatpass.kit.connectors.oauth import client, json_body, shown, token
from repeatpass.kit.connectors.pictures import check_bbox
from repeatpass.kit.connectors.places import Place, http_place
from repeatpass.kit.connectors.requesting import exchange
from repeatpass.kit.connectors.tiles import projected
from repeatpass.kit.connectors.whole import fetch_json
from repeatpass.kit.errors import RemoteTrouble, UnknownData, UnreadableData

JSON = "application/json"
MODES = ("contains", "within")
ONE = "application/vnd.pgrst.object+json"  # one row instead of a list of one
KEYS = "Keep GEODB_AUTH_CLIENT_ID and GEODB_AUTH_CLIENT_SECRET of yours among your secrets."


@dataclass(frozen=True, kw_only=True, slots=True)
class Giving:
    """Who gives tokens for a geoDB, and for what."""

    url: str
    audience: str


KNOWN = {
    "xcube-geodb.brockmann-consult.de": Giving(
        url="https://winchester.production.brockmann-consult.de/winchester/oauth/token",
        audience="https://geodb.brockmann-consult.de",
    )
}


def open_geodb(
    address: str,
    *,
    database: str = "",
    bbox: Sequence[float] | None = None,
    crs: str = "EPSG:4326",
    mode: str = "contains",
    query: str = "",
    where: str = "",
    limit: int = 0,
    token_url: str = "",
    audience: str = "",
    secret: str = "",
) -> Any:
    """Return features of a collection of a geoDB.

    Args:
        address: ``geodb+https://host/COLLECTION``, or ``geodb+https://host/DATABASE/COLLECTION``.
        database: whose collection it is; by default one's own.
        bbox: west, south, east, north in units of *crs*; without it all features.
        crs: of *bbox*, ``EPSG:…``; it is brought to the CRS of the collection.
        mode: with *bbox*: features that it ``contains``, or that it lies ``within``.
        query: without *bbox*: filters as PostgREST writes them, ``time=gte.2024-01-01&select=id,time,geometry``.
        where: with *bbox*: a further condition in SQL.
        limit: features at most; 0: all.
        token_url, audience: where and for what tokens are given, of a geoDB that is not known here; by default
            GEODB_AUTH_DOMAIN and GEODB_AUTH_AUD, as for its client.
        secret: name of the secret that holds ``id:secret`` of a client (or a token, where no address of tokens is known);
            without it GEODB_AUTH_CLIENT_ID and GEODB_AUTH_CLIENT_SECRET.

    Returns: geopandas.GeoDataFrame with the CRS of the collection, by id; pandas.DataFrame where no geometry is selected.

    Raises: UnknownData for a collection that is not there; as `exchange`.
    """
    _check(bbox, mode, query, where, limit)
    server, named, collection = _places(address, secret, token_url, audience)
    owner = database or named or str(_asked(server.child("rpc/geodb_whoami"))).strip()
    table = f"{owner}_{collection}"
    srid = _srid(server, table)
    if bbox is None:
        rows = fetch_json(_selecting(server, table, query, limit))
    else:
        rows = (fetch_json(_within(server, table, srid, (bbox, crs, mode), where, limit)) or {}).get("src")
    return _framed(rows or [], srid)


def _check(bbox: Sequence[float] | None, mode: str, query: str, where: str, limit: int) -> None:
    if bbox is not None:
        check_bbox(bbox)
    if mode not in MODES:
        raise UnknownData(f"mode is {mode!r}; write {' or '.join(MODES)}.", field="mode")
    if (bbox is None and where) or (bbox is not None and query):
        raise UnknownData("query goes without bbox, where goes with it.", field="where" if where else "query")
    if not isinstance(limit, int) or limit < 0:
        raise UnknownData(f"limit is {limit!r}; write a number from 0.", field="limit")


def _places(address: str, secret: str, token_url: str, audience: str) -> tuple[Place, str, str]:
    """Return the server, the database where the address names one, and the collection."""
    parts = urlsplit(address.removeprefix("geodb+"))
    path, _, collection = parts.path.strip("/").rpartition("/")
    if not collection or "/" in path:
        raise UnknownData(f"{address!r} names no collection; write geodb+https://host/COLLECTION.")
    base = parts._replace(path="", query="", fragment="").geturl()
    giving = _giving(parts.hostname or "", token_url, audience)
    if giving is None or not (secret or os.environ.get("GEODB_AUTH_CLIENT_ID")):
        return replace(http_place(base, secret=secret), keys=KEYS), path, collection
    keys = f"Keep id:secret of a client of yours as the secret {secret}." if secret else KEYS
    key = token(giving.url, *client(secret, "GEODB_AUTH"), keys, as_json=True, audience=giving.audience)
    return shown(http_place(base), f"Bearer {key}", keys), path, collection


def _giving(host: str, token_url: str, audience: str) -> Giving | None:
    domain = os.environ.get("GEODB_AUTH_DOMAIN", "").rstrip("/")
    known = Giving(url=f"{domain}/oauth/token", audience="") if domain else KNOWN.get(host, Giving(url="", audience=""))
    url = token_url or known.url
    return Giving(url=url, audience=audience or os.environ.get("GEODB_AUTH_AUD", "") or known.audience) if url else None


def _asked(place: Place) -> Any:
    """Return the JSON of an answer that is not data."""
    try:
        return json.loads(exchange(place, lambda answer: bytes(answer.read())))
    except ValueError:
        raise RemoteTrouble(f"{place.address} gave no JSON.", address=place.address) from None


def _srid(server: Place, table: str) -> int:
    place = replace(server.child("rpc/geodb_get_collection_srid"), body=json_body({"collection": table}))
    try:
        return int(_asked(place)[0]["src"][0]["srid"])
    except RemoteTrouble as error:
        if error.detail.get("status") != 400:
            raise
    except (UnknownData, KeyError, IndexError, TypeError, ValueError):
        pass
    return 0  # that there is no such collection is told when it is asked for


def _selecting(server: Place, table: str, query: str, limit: int) -> Place:
    given = dict(parse_qsl(query, keep_blank_values=True))
    # Without an order a database may give the same features in another one, and a repeat would take them for changed.
    asked = {**given, **({} if "order" in given else {"order": "id"}), **({"limit": str(limit)} if limit else {})}
    text = urlencode(asked, safe="(),.*:", quote_via=quote)
    place = server.child(table)
    return replace(place, url=f"{place.url}?{text}", address=f"{place.address}?{text}", accept=JSON)


def _within(
    server: Place, table: str, srid: int, box: tuple[Sequence[float], str, str], where: str, limit: int
) -> Place:
    bbox, crs, mode = box
    west, south, east, north = projected(bbox, crs, f"EPSG:{srid}") if srid else bbox
    code = srid or int(crs.upper().removeprefix("EPSG:"))
    body = {
        "collection": table, "minx": west, "miny": south, "maxx": east, "maxy": north, "comparison_mode": mode,
        "bbox_crs": code, "limit": limit, "where": where or "id>-1", "op": "AND", "offset": 0,
    }  # fmt: skip
    return replace(server.child("rpc/geodb_get_by_bbox"), body=json_body(body), accept=ONE)


def _framed(rows: Any, srid: int) -> Any:
    try:
        import geopandas
        import pandas
        import shapely
    except ModuleNotFoundError as error:
        raise UnreadableData(
            f"Opening geoDB needs the package {error.name!r}: pip install 'repeatpass[geodb]'.", package=error.name
        ) from None

    def shape(given: Any) -> Any:
        if given is None:
            return None
        return shapely.from_wkb(given) if isinstance(given, str) else shapely.from_geojson(json.dumps(given))

    crs = f"EPSG:{srid}" if srid else None
    try:
        frame = pandas.DataFrame(rows)
        frame = frame.sort_values("id", ignore_index=True) if "id" in frame else frame
        if rows and "geometry" not in frame:
            return frame
        shapes = [shape(each) for each in frame.pop("geometry")] if rows else []
        return geopandas.GeoDataFrame(frame, geometry=shapes, crs=crs)
    except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
        raise RemoteTrouble(f"What the geoDB gave is no table of features: {error}") from error
