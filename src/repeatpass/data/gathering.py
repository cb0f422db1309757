"""Files of a collection become layers: by variable, by asset, and bands in files of their own together."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from repeatpass.catalog.records import Collection, CollectionAsset, Item
from repeatpass.core.times import iso
from repeatpass.data.defaults import (
    cell_in_degrees,
    cell_of,
    default_style,
    named_band,
    platform_of,
    union,
    unit_of,
    with_common_names,
)
from repeatpass.data.elsewhere.looking import EACH as LOOKED_AT
from repeatpass.data.facts import CUBES, on_a_map, plain
from repeatpass.data.known import Known
from repeatpass.data.originals import is_far
from repeatpass.data.records import Band, Layer, Source
from repeatpass.data.surveys import GridFacts

EACH = 64  # rasters of one kind up to which each is opened; of more, the items say where they lie
TOGETHER = "bands"  # the name of a layer whose bands are files of their own


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file, what it says of itself and the item that it belongs to."""

    asset: CollectionAsset
    facts: GridFacts
    item: Item | None
    stated: Mapping[str, Any]  # the asset in the STAC document

    @property
    def source(self) -> Source:
        """The file as a source of a layer."""
        times, until, bbox = self.facts.times, "", self.facts.bbox
        if not times and self.item is not None:
            start, end = self.item.start or self.item.end, self.item.end
            times = (iso(start),) if start else ()
            until = iso(end) if start and end and end > start else ""
        return Source(
            checksum=self.asset.checksum,
            media_type=self.asset.media_type,
            item=self.asset.item or "",
            asset=self.asset.key,
            times=times,
            bbox=bbox,
            bounds=self.facts.bounds,
            shape=self.facts.shape,
            until=until,
        )


def layers_of(
    collection: Collection, items: Mapping[str, Item], assets: Sequence[CollectionAsset], known: Known
) -> tuple[Layer, ...]:
    """Return the layers that the files of a collection make; files that lie on no map make none."""
    kinds: dict[str, list[CollectionAsset]] = {}
    for asset in assets:
        if on_a_map(asset.media_type) and not _second(_stated(asset, items, collection), asset.key):
            kinds.setdefault(asset.key, []).append(asset)
    parts: dict[str, list[Found]] = {}
    for files in kinds.values():
        for each in _facts(files, items, collection, known):
            parts.setdefault(each.facts.name or each.asset.key, []).append(each)
    contents = {name: {each.asset.checksum for each in found} for name, found in parts.items()}
    beside = {name: [other for other in parts if contents[other] == contents[name]] for name in parts}
    made = [_layer(collection, name, found, beside[name], alone=len(parts) == 1) for name, found in parts.items()]
    together = _together(collection, parts)
    return tuple(made if together is None else [together, *made])


def _stated(asset: CollectionAsset, items: Mapping[str, Item], collection: Collection) -> Mapping[str, Any]:
    body = items[asset.item].body if asset.item and asset.item in items else collection.body
    found: Mapping[str, Any] = body.get("assets", {}).get(asset.key, {})
    return found


def _second(stated: Mapping[str, Any], key: str) -> bool:
    """Whether it is a cube once more, in chunks of long series, or a picture for people; neither is a layer."""
    roles = stated.get("roles") or ()
    pictures = bool({"thumbnail", "overview", "metadata"} & set(roles)) and "data" not in roles
    return pictures or bool(stated.get("repeatpass:layout") == "series" and key != "data")


def _facts(
    files: Sequence[CollectionAsset], items: Mapping[str, Item], collection: Collection, known: Known
) -> Iterable[Found]:
    """The facts of each file; of very many rasters those of the first, placed by their items."""
    most = LOOKED_AT if is_far(files[0].checksum) else EACH
    many = len(files) > most and plain(files[0].media_type) not in CUBES
    first: tuple[GridFacts, ...] = ()
    for asset in files:
        item = items.get(asset.item or "")
        stated = _stated(asset, items, collection)
        if many and first and item is not None and item.body.get("bbox"):
            found: tuple[GridFacts, ...] = (_moved(first[0], item, stated),)
        else:
            found = known.facts(asset.checksum, asset.media_type)
            first = first or found
        yield from (Found(asset=asset, facts=each, item=item, stated=stated) for each in found)


def _moved(facts: GridFacts, item: Item, stated: Mapping[str, Any]) -> GridFacts:
    """The facts of the first raster for another of its kind, where its item says that it is."""
    box = [float(each) for each in item.body["bbox"]]
    bbox = (box[0], box[1], box[len(box) // 2], box[len(box) // 2 + 1])
    properties = item.body.get("properties", {})
    crs = stated.get("proj:code") or properties.get("proj:code") or ""
    number = stated.get("proj:epsg") or properties.get("proj:epsg")
    crs = str(crs or (f"EPSG:{number}" if number else ""))
    transform, shape = stated.get("proj:transform"), stated.get("proj:shape")
    if crs and transform and shape and len(transform) >= 6:
        left, top, (rows, columns) = transform[2], transform[5], shape
        bounds = (left, top + transform[4] * rows, left + transform[0] * columns, top)
        return replace(facts, crs=crs, bounds=bounds, bbox=bbox, shape=(int(rows), int(columns)))
    return replace(facts, crs="EPSG:4326" if crs != facts.crs else crs, bounds=bbox, bbox=bbox)


def _together(collection: Collection, parts: Mapping[str, list[Found]]) -> Layer | None:
    """A layer of several assets of one band each, such as B02, B03 and B04 of one scene; None if there are no such."""
    single = {
        name: found
        for name, found in parts.items()
        if name.isidentifier() and found[0].item is not None and len(found[0].facts.bands) == 1
    }
    if len(single) < 2 or TOGETHER in parts:
        return None
    scenes: dict[str, dict[str, Found]] = {}
    for name, found in single.items():
        for each in found:
            scenes.setdefault(each.asset.item or "", {})[name] = each
    whole = [scene for scene in scenes.values() if len(scene) == len(single)]
    if not whole:
        return None
    sharpest = min(single, key=lambda name: cell_of(single[name][0].facts)[0])
    found = [scene[sharpest] for scene in whole]
    bands = tuple(_own_band(name, number, whole[0][name]) for number, name in enumerate(single, start=1))
    made = _layer(collection, TOGETHER, found, [], bands, alone=True)
    sources = tuple(
        replace(source, asset=TOGETHER, parts={name: each.asset.checksum for name, each in scene.items()})
        for source, scene in zip(made.sources, whole, strict=True)
    )
    ranges = {name: each.facts.ranges for name, each in whole[0].items()}
    facts = replace(found[0].facts, ranges=tuple(ranges[band.name][0] for band in bands))
    stamp = _stamp(checksum for source in sources for checksum in source.parts.values())
    return replace(made, sources=sources, style=default_style(facts, bands, cube=False), stamp=stamp)


def _own_band(name: str, number: int, found: Found) -> Band:
    stated = (found.stated.get("bands") or found.stated.get("eo:bands") or [{}])[0]
    return replace(named_band(Band(name=name, index=number), stated), name=name)


def _layer(
    collection: Collection,
    name: str,
    parts: Sequence[Found],
    beside: Sequence[str],
    bands: tuple[Band, ...] = (),
    *,
    alone: bool,
) -> Layer:
    """*beside*: the variables of the same files; *alone*: the collection has no other layer."""
    first, facts, sources = parts[0], parts[0].facts, tuple(each.source for each in parts)
    cube = plain(sources[0].media_type) in CUBES
    bands = bands or with_common_names(facts.bands, first.stated)
    label = facts.title if cube else str(first.stated.get("title") or name)
    same = len({each.facts.crs for each in parts}) == 1
    bbox = union([source.bbox for source in sources])
    return Layer(
        id=f"{collection.id}:{name}",
        collection=collection.id,
        name=name,
        title=collection.title if alone else f"{collection.title}: {label}",
        description=collection.description,
        kind="cube" if cube else "raster",
        unit=facts.unit or str(unit_of(first.stated)),
        crs=facts.crs if same else "EPSG:4326",
        bounds=union([each.facts.bounds for each in parts]) if same else bbox,
        bbox=bbox,
        times=tuple(sorted({time for source in sources for time in source.times})),
        ends=_ends(sources),
        shape=facts.shape,
        cell=cell_of(facts) if same else cell_in_degrees(facts),
        dtype=facts.dtype,
        nodata=facts.nodata,
        scale=facts.scale,
        offset=facts.offset,
        bands=bands,
        variables=tuple(beside) if cube else (),
        dimensions=facts.dimensions,
        sources=sources,
        platform=platform_of(first.item, collection),
        style=default_style(facts, bands, cube=cube),
        stamp=_stamp(source.checksum for source in sources),
    )


def _ends(sources: Sequence[Source]) -> dict[str, str]:
    """The last moment of each time that begins an interval; of several, the latest."""
    found: dict[str, str] = {}
    for source in sources:
        if source.until:
            found[source.times[0]] = max(found.get(source.times[0], ""), source.until, key=_order)
    return found


def _order(time: str) -> str:
    """What times are sorted by: their letters, but that a fraction of a second comes after none."""
    return time.removesuffix("Z")


def _stamp(checksums: Iterable[str]) -> str:
    return hashlib.sha256("".join(sorted(checksums)).encode()).hexdigest()[:16]
