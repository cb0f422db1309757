"""What an xcube server offers: a list of data sets, and each of them as Zarr through its S3-like endpoint.

xcube itself is not needed: the server's routes are ``/datasets``, ``/s3/datasets/NAME.zarr/…`` and, at lower
resolutions, ``/s3/pyramids/NAME.levels/LEVEL.zarr/…`` (xcube, webapi/s3).
"""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

from repeatpass.kit.connectors.opening import opened_zarr
from repeatpass.kit.connectors.places import Place, http_place
from repeatpass.kit.connectors.recording import record
from repeatpass.kit.connectors.requesting import exchange
from repeatpass.kit.connectors.whole import fetch_whole
from repeatpass.kit.errors import RemoteTrouble, UnknownData

JSON = "application/json"


def open_xcube(address: str, *, level: int | None = None, secret: str = "", **options: Any) -> Any:
    """List the data sets of an xcube server, or open one of them.

    Args:
        address: ``xcube+https://host/api`` lists them, ``xcube+https://host/api/datasets/ID`` opens one.
        level: of the pyramid: 0 is the finest, each further one has half of its resolution.
        secret: name of the secret that holds a token.
        **options: to ``xarray.open_zarr``.

    Returns: pandas.DataFrame of id, title and, where the server says it, bbox (west, south, east, north in degrees);
        xarray.Dataset, read lazily, for one data set.

    Raises: UnknownData for a data set or a level that is not there, naming those that are; as `exchange`.
    """
    base, _, id = address.removeprefix("xcube+").rstrip("/").partition("/datasets")
    _check(level)
    server = http_place(base, secret=secret)
    if not id.strip("/"):
        return _listed(server.child("datasets"))
    return _opened(server, unquote(id.strip("/")), level, options)


def one_level(place: Place, level: int) -> Place:
    """Return the place of one level of ``NAME.levels``; level 0 may be a link to the data set it was made of."""
    _check(level)
    if level:
        return place.child(f"{level}.zarr")
    try:
        link = exchange(place.child("0.link"), lambda answer: bytes(answer.read(4096))).decode("utf-8").strip()
    except UnknownData:
        return place.child("0.zarr")
    beside = link.removeprefix("../")  # as xcube writes it, seen from inside of the folder of levels
    if "/" in beside or not beside:
        raise UnknownData(f"Level 0 of {place.address} is a link to {link}; open that.", address=place.address)
    address, url = (each.rstrip("/").rpartition("/")[0] for each in (place.address, place.url))
    return replace(place, address=f"{address}/{beside}", url=f"{url}/{quote(beside)}")


def _check(level: int | None) -> None:
    if level is not None and not (isinstance(level, int) and level >= 0):
        raise UnknownData(f"level is {level!r}; write a number from 0.", field="level")


def _listed(place: Place) -> Any:
    import pandas

    found = fetch_whole(place)
    record(place, checksum=found.checksum, size=found.size, media_type=JSON, version=found.version)
    rows = _sets(found.path.read_bytes(), place)
    return pandas.DataFrame([{name: each.get(name) for name in ("id", "title", "bbox")} for each in rows])


def _sets(content: bytes, place: Place) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(content)["datasets"]
        return [each for each in found if isinstance(each["id"], str)]
    except (ValueError, KeyError, TypeError):
        raise RemoteTrouble(f"{place.address} gave no list of data sets.", address=place.address) from None


def _opened(server: Place, id: str, level: int | None, options: Mapping[str, Any]) -> Any:
    place = server.child("datasets")
    ids = [each["id"] for each in exchange(place, lambda answer: _sets(answer.read(), place))]
    if id not in ids:
        known = ", ".join(sorted(ids)[:30]) or "none"
        raise UnknownData(f"{server.address} offers no data set {id!r}; it offers: {known}.", item=id)
    if level is None:
        return opened_zarr(server.child(f"s3/datasets/{_name(id, '.levels', '.zarr', ids)}"), options)
    name = _name(id, ".zarr", ".levels", ids)
    known_levels = _levels(server, name)
    if known_levels and level not in known_levels:
        known = ", ".join(map(str, known_levels))
        raise UnknownData(f"level is {level}; {id!r} has {known}.", field="level")
    return opened_zarr(server.child(f"s3/pyramids/{name}/{level}.zarr"), options)


def _name(id: str, other: str, wanted: str, ids: Collection[str]) -> str:
    """Return how the S3-like endpoint calls a data set: with the suffix of its bucket, whatever its own one is."""
    stem, dot, suffix = id.rpartition(".")
    if dot and (dot + suffix == wanted or (dot + suffix == other and stem + wanted not in ids)):
        return stem + wanted
    return id + wanted


def _levels(server: Place, name: str) -> list[int]:
    """Return the levels that the endpoint lists; none where it does not list."""
    bucket = server.child("s3/pyramids")
    asked = replace(bucket, url=f"{bucket.url}?list-type=2&delimiter=/&prefix={quote(name + '/', safe='')}")
    try:
        listed = exchange(asked, lambda answer: bytes(answer.read())).decode("utf-8", "replace")
    except UnknownData:
        return []
    return sorted({int(found) for found in re.findall(rf"<Prefix>{re.escape(name)}/(\d+)\.zarr/</Prefix>", listed)})
