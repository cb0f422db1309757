"""Entries from STAC documents: collections, catalogs of them, items; of any version since 0.8, brought to 1.1."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from repeatpass.core.errors import RepeatpassError
from repeatpass.entries.reading import Ask, is_address, joined, json_of
from repeatpass.entries.records import Draft, Level, OwnFile, Remark

MOST = 10_000  # documents that one address may lead to
STRUCTURE = {"self", "root", "parent", "child", "item", "items", "collection", "data", "search", "conformance"}
EO = "https://stac-extensions.github.io/eo/v2.0.0/schema.json"
RASTER = "https://stac-extensions.github.io/raster/v2.0.0/schema.json"
EO_FIELDS = {"common_name", "center_wavelength", "full_width_half_max", "solar_illumination"}
RASTER_FIELDS = {"sampling", "bits_per_sample", "spatial_resolution", "scale", "offset", "histogram"}


def read_documents(place: str, ask: Ask | None = None) -> list[Draft]:
    """Return the collections that the STAC document at *place* (a path or an address) holds or leads to.

    A catalog leads to its child collections, a collection to its items. Raise Invalid where it is no STAC document.
    """
    return list(_drafts(place, json_of(place, ask), ask, set()))


def _drafts(place: str, document: Any, ask: Ask | None, seen: set[str]) -> Iterator[Draft]:
    kind = document.get("type") if isinstance(document, dict) else None
    seen.add(place)
    if kind == "Collection":
        yield _collection(place, document, ask)
    elif kind == "Catalog":
        for href in _links(document, "child"):
            child = joined(place, href)
            if child not in seen and len(seen) < MOST:
                yield from _child(place, child, ask, seen)
    else:
        fix = "Give a Collection, or a Catalog that leads to some; items belong to a collection."
        said = f"This is no STAC collection or catalog (its type is “{kind}”)."
        yield Draft(name=_name(place), remarks=(_error(place, said, fix),))


def _child(place: str, child: str, ask: Ask | None, seen: set[str]) -> Iterator[Draft]:
    """A child that cannot be read does not keep the others from being read."""
    try:
        yield from _drafts(child, json_of(child, ask), ask, seen)
    except RepeatpassError as error:
        yield Draft(name=_name(child), remarks=(_error(place, error.message, "Mend the link, or take it out."),))


def _links(document: Mapping[str, Any], rel: str) -> list[str]:
    links = document.get("links")
    listed = links if isinstance(links, list) else []
    return [
        str(each["href"]) for each in listed if isinstance(each, dict) and each.get("rel") == rel and each.get("href")
    ]


def _collection(place: str, document: dict[str, Any], ask: Ask | None) -> Draft:
    remarks: list[Remark] = []
    body = checked(document, "collection", place, remarks)
    if body is None:
        return Draft(name=_name(place), remarks=remarks)
    items, files = [], _own_files(body, place, "")
    for href in _links(document, "item")[:MOST]:
        item, own = _item(joined(place, href), str(body["id"]), ask, remarks)
        items += [item] if item else []
        files += own
    body["links"] = kept_links(document, place)
    return Draft(name=_name(place), remarks=remarks, body=body, items=items, files=files)


def _item(
    place: str, collection: str, ask: Ask | None, remarks: list[Remark]
) -> tuple[dict[str, Any] | None, list[OwnFile]]:
    try:
        document = json_of(place, ask)
    except RepeatpassError as error:
        remarks.append(_warning(place, f"An item is left out: {error.message}"))
        return None, []
    found: list[Remark] = []
    body = checked(document, "item", place, found)
    if body is None:
        remarks += [_warning(place, f"An item is left out: {each.message}", each.fix) for each in found]
        return None, []
    body |= {"collection": collection, "links": kept_links(document, place)}
    return body, _own_files(body, place, str(body["id"]))


def checked(document: Any, kind: str, place: str, remarks: list[Remark]) -> dict[str, Any] | None:
    """Return a collection or an item as STAC 1.1 if it is valid; say why not otherwise.

    *kind*: ``collection`` or ``item``. Validated against the schemas of STAC 1.1.0, extensions apart.
    """
    from pystac.serialization import identify_stac_object, migrate_to_latest

    try:
        body = migrate_to_latest(document, identify_stac_object(document))
        body = with_bands(body)
        errors = list(_validator(kind).iter_errors(body))
    except Exception as error:  # what is no STAC at all breaks in many ways
        remarks.append(_error(place, f"This is no STAC {kind}: {error}.", ""))
        return None
    for each in errors[:20]:
        path = ".".join(map(str, each.absolute_path))
        said = each.message if len(each.message) < 200 else f"{each.message[:200]}…"
        remarks.append(
            Remark(
                level=Level.ERROR, message=f"{said}.", fix="STAC 1.1.0 asks for that.", file=_name(place), field=path
            )
        )
    return None if errors else body


@cache
def _validator(kind: str) -> jsonschema.Draft7Validator:
    """Return the validator of STAC 1.1.0 from the schemas that pystac brings."""
    from pystac.validation.local_validator import VERSION, get_local_schema_cache
    from referencing import Registry, Resource

    known = get_local_schema_cache()
    registry: Any = Registry().with_resources([(name, Resource.from_contents(each)) for name, each in known.items()])
    main = known[f"https://schemas.stacspec.org/v{VERSION}/{kind}-spec/json-schema/{kind}.json"]
    return jsonschema.Draft7Validator(main, registry=registry)


def with_bands(body: dict[str, Any]) -> dict[str, Any]:
    """Write ``eo:bands`` and ``raster:bands`` of assets and summaries as ``bands``, which STAC 1.1 has instead."""
    holders = [body.get("summaries"), *_values(body.get("assets")), *_values(body.get("item_assets"))]
    used: set[str] = set()
    for holder in holders:
        if isinstance(holder, dict) and "bands" not in holder and ({"eo:bands", "raster:bands"} & set(holder)):
            holder["bands"] = _merged(holder.pop("eo:bands", None) or [], holder.pop("raster:bands", None) or [])
            used |= {key.partition(":")[0] for band in holder["bands"] for key in band}
            if not holder["bands"]:
                del holder["bands"]
    known = [each for each in body.get("stac_extensions", ()) if "/eo/v1" not in each and "/raster/v1" not in each]
    wanted = {EO} if "eo" in used else set()
    wanted |= {RASTER} if "raster" in used else set()
    return body | {"stac_extensions": sorted({*known, *wanted})} if holders else body


def _values(part: Any) -> list[Any]:
    return list(part.values()) if isinstance(part, dict) else []


def _merged(eo: Sequence[Any], raster: Sequence[Any]) -> list[dict[str, Any]]:
    """Join the bands of both extensions, which stand in the same order."""
    bands: list[dict[str, Any]] = []
    for number in range(max(len(eo), len(raster))):
        band: dict[str, Any] = {}
        for prefix, own, source in (("eo", EO_FIELDS, eo), ("raster", RASTER_FIELDS, raster)):
            stated = source[number] if number < len(source) and isinstance(source[number], dict) else {}
            band |= {f"{prefix}:{key}" if key in own else key: value for key, value in stated.items()}
        bands.append(band)
    return bands


def kept_links(document: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    """Return the links that mean something here, as full addresses, and one to where the document came from."""
    found = []
    for each in document.get("links") or ():
        if isinstance(each, dict) and each.get("rel") not in STRUCTURE and each.get("href"):
            href = str(each["href"])
            full = joined(place, href) if is_address(place) and not href.startswith(("mailto:", "#")) else href
            found.append({**each, "href": full})
    if is_address(place) and not any(each.get("rel") == "via" for each in found):
        found.append({"rel": "via", "href": place, "type": "application/json", "title": "Where it came from"})
    return found


def _own_files(body: dict[str, Any], place: str, item: str) -> list[OwnFile]:
    """Make the addresses of assets full; return those that are files of this machine, to be kept here."""
    files = []
    for key, asset in (body.get("assets") or {}).items():
        href = str(asset.get("href", ""))
        if is_address(href) or "://" in href:
            continue
        full = joined(place, href)
        if is_address(full):
            asset["href"] = full
        elif Path(full).is_file() and Path(full).is_relative_to(Path(place).resolve().parent):
            kind = str(asset.get("type") or "application/octet-stream")
            files.append(OwnFile(key=str(key)[:80], path=Path(full), media_type=kind, item=item))
            del asset["href"]
    return files


def _name(place: str) -> str:
    return place if is_address(place) else Path(place).name


def _error(place: str, message: str, fix: str) -> Remark:
    return Remark(level=Level.ERROR, message=message, fix=fix, file=_name(place))


def _warning(place: str, message: str, fix: str = "") -> Remark:
    return Remark(level=Level.WARNING, message=message, fix=fix, file=_name(place))


def read_collection(text: str, name: str) -> Draft:
    """Return the collection that a text describes as STAC; nothing that it links to is read."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Draft(name=name, remarks=(_error(name, f"This is no JSON: {error}.", "Mend it there."),))
    if not isinstance(document, dict) or document.get("type") != "Collection":
        fix = "Give a document with “type”: “Collection”, or an entry in YAML."
        return Draft(name=name, remarks=(_error(name, "This is no STAC collection.", fix),))
    remarks: list[Remark] = []
    body = checked(document, "collection", name, remarks)
    if body is None:
        return Draft(name=name, remarks=remarks)
    known = body.get("assets") or {}
    for key in [key for key, asset in known.items() if not is_address(str(asset.get("href", "")))]:
        remarks.append(_warning(name, f"The asset “{key}” has no full address and is left out.", "Write https://…"))
        del known[key]
    return Draft(name=name, remarks=remarks, body=body | {"links": kept_links(document, "")})
