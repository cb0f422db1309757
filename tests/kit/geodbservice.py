"""A stand-in of a geoDB: the PostgREST routes that xcube_geodb's client uses, over three features."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import shapely
from elsewhere import Elsewhere

Answer = tuple[int, dict[str, str], bytes]
POINTS = {3: (12.0, 45.0), 1: (10.0, 47.0), 2: (30.0, 60.0)}


def said(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error as PostgREST documents it."""
    words = {"code": code, "details": None, "hint": None, "message": message}
    return status, {"Content-Type": "application/json", **headers}, json.dumps(words).encode()


def rows(*, hexed: bool) -> list[dict[str, Any]]:
    """Features as a table gives them (WKB in hexadecimal), or as an aggregate does (GeoJSON)."""
    return [
        {"id": id, "created_at": "2024-06-01T00:00:00", "modified_at": None, "value": id * 1.5,
         "geometry": shapely.to_wkb(shapely.Point(at), hex=True, include_srid=True) if hexed
         else {"type": "Point", "coordinates": list(at)}}
        for id, at in POINTS.items()
    ]  # fmt: skip


def service(there: Elsewhere) -> None:
    """Have *there* answer as a geoDB with the collection ``stations`` of ``ann``."""

    def let_in(answer: Any) -> Any:
        def asked(path: str, body: bytes) -> Any:
            if there.asked[-1][2].get("Authorization") != "Bearer a.geodb.token":
                return said(401, "PGRST301", "JWSError JWSInvalidSignature")
            found = answer(path, body)
            return (
                found
                if isinstance(found, tuple)
                else (200, {"Content-Type": "application/json"}, json.dumps(found).encode())
            )

        return asked

    def token(path: str, body: bytes) -> Any:
        form = json.loads(body)
        right = {"client_id": "me", "client_secret": "very-secret", "audience": "https://geodb.example.org",
                 "grant_type": "client_credentials"}  # fmt: skip
        return {"access_token": "a.geodb.token"} if form == right else (401, {}, b'{"error": "access_denied"}')

    def table(path: str, body: bytes) -> Any:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        found = rows(hexed=True)
        if asked.get("order") == "id":
            found.sort(key=lambda row: row["id"])
        if wanted := asked.get("value"):
            found = [row for row in found if row["value"] >= float(wanted.removeprefix("gte."))]
        names = asked["select"].split(",") if "select" in asked else list(found[0])
        return [{name: row[name] for name in names} for row in found][: int(asked.get("limit", 99))]

    def by_bbox(path: str, body: bytes) -> Any:
        asked = json.loads(body)
        assert asked["bbox_crs"] == 4326 and asked["op"] == "AND" and asked["comparison_mode"] == "contains"
        box = shapely.box(asked["minx"], asked["miny"], asked["maxx"], asked["maxy"])
        found = [row for row in rows(hexed=False) if box.contains(shapely.Point(row["geometry"]["coordinates"]))]
        return {"src": found or None}

    def srid(path: str, body: bytes) -> Any:
        known = json.loads(body)["collection"] == "ann_stations"
        return [{"src": [{"srid": 4326}]}] if known else said(400, "P0001", "find_srid() - could not find the SRID")

    missing = said(404, "42P01", 'relation "public.ann_ships" does not exist')
    there.answers = {
        "/oauth/token": token,
        "/": let_in(lambda path, body: {"paths": {"/rpc/geodb_get_by_bbox": {}}}),
        "/rpc/geodb_whoami": let_in(lambda path, body: "ann"),
        "/rpc/geodb_get_collection_srid": let_in(srid), "/rpc/geodb_get_by_bbox": let_in(by_bbox),
        "/rpc/geodb_log_event": let_in(lambda path, body: {}), "/ann_stations": let_in(table),
        "/ann_ships": let_in(lambda path, body: missing),
    }  # fmt: skip
