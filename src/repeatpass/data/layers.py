"""The layers of the catalog's collections: variables of cubes, and rasters of the same bands."""

import copy
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from repeatpass.access.records import Actor
from repeatpass.catalog.records import Collection, CollectionAsset, Item
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import NotFound
from repeatpass.core.times import iso
from repeatpass.data.facts import CUBES, GridFacts, on_a_map, plain
from repeatpass.data.known import Known
from repeatpass.data.records import Band, Box, Layer, Source, Style
from repeatpass.storage.files import FileArea

MOST = 4096  # collections whose layers are held
NATURAL = (("red", "green", "blue"), ("B04", "B03", "B02"), ("B3", "B2", "B1"))


class Layers:
    """What of the catalog can be shown on a map."""

    def __init__(self, catalog: Catalog, files: FileArea, folder: Path) -> None:
        """*folder*: where facts of files may be kept; it can be thrown away."""
        self.catalog = catalog
        self.files = files
        self.known = Known(files, folder)
        self._made: OrderedDict[tuple[str, str], tuple[Layer, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def as_seen_by(self, actor: Actor) -> Self:
        """Return the layers of the collections that *actor* may see; what was read of files is shared."""
        other = copy.copy(self)
        other.catalog = self.catalog.as_seen_by(actor)
        return other

    def all(self) -> list[Layer]:
        """Return the layers of all collections, by the title of the collection."""
        able = {asset.collection for asset in self.catalog.current_assets() if on_a_map(asset.media_type)}
        return [layer for each in self.catalog.collections() if each.id in able for layer in self._of(each)]

    def of(self, collection: str) -> tuple[Layer, ...]:
        """Return the layers of a collection, none if nothing of it lies on a map; raise NotFound if there is none."""
        return self._of(self.catalog.collection(collection))

    def layer(self, id: str) -> Layer:
        """Return a layer by its id, or the first of a collection by the collection's id; raise NotFound."""
        return self.layer_of(self.catalog.collection(id.partition(":")[0]), id)

    def layer_of(self, collection: Collection, id: str) -> Layer:
        """Return a layer of a collection that was read already; raise NotFound."""
        known, name = self._of(collection), id.partition(":")[2]
        found = known[0] if known and not name else next((each for each in known if each.name == name), None)
        if found is None:
            names = ", ".join(each.id for each in known) or "none"
            raise NotFound(f"There is no layer “{id}”; the layers of {collection.id}: {names}.", layer=id)
        return found

    def _of(self, collection: Collection) -> tuple[Layer, ...]:
        key = (collection.id, f"{collection.version} {collection.updated.isoformat()}")
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = self._build(collection)
        with self._lock:
            for old in [each for each in self._made if each[0] == collection.id]:
                del self._made[old]
            self._made[key] = made
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        return made

    def _build(self, collection: Collection) -> tuple[Layer, ...]:
        """Gather files of the same variable, or of the same asset, into layers."""
        items = {item.id: item for item in self.catalog.items(collection.id)}
        parts: dict[str, list[tuple[GridFacts, Source, Item | None]]] = {}
        for asset in self.catalog.assets(collection.id, collection.version):
            if not on_a_map(asset.media_type) or _second_copy(asset, items, collection):
                continue
            item = items.get(asset.item or "")
            for facts in self.known.facts(asset.checksum, asset.media_type):
                parts.setdefault(facts.name or asset.key, []).append((facts, _source(asset, facts, item), item))
        return tuple(_layer(collection, name, found, list(parts)) for name, found in parts.items())


def _second_copy(asset: CollectionAsset, items: Mapping[str, Item], collection: Collection) -> bool:
    """Whether it is the same cube once more, in chunks of long series; maps are drawn from the other."""
    body = items[asset.item].body if asset.item and asset.item in items else collection.body
    stated = body.get("assets", {}).get(asset.key, {})
    return bool(stated.get("repeatpass:layout") == "series" and asset.key != "data")


def _source(asset: CollectionAsset, facts: GridFacts, item: Item | None) -> Source:
    times = facts.times
    if not times and item is not None:
        moment = item.start or item.end
        times = (iso(moment),) if moment else ()
    return Source(
        checksum=asset.checksum,
        media_type=asset.media_type,
        item=asset.item or "",
        asset=asset.key,
        times=times,
        bbox=facts.bbox,
    )


def _layer(
    collection: Collection, name: str, parts: list[tuple[GridFacts, Source, Item | None]], names: list[str]
) -> Layer:
    first, sources = parts[0][0], tuple(source for _, source, _ in parts)
    cube = plain(sources[0].media_type) in CUBES
    bands = _with_common_names(first.bands, parts[0][2], collection, sources[0].asset)
    alone = len(names) == 1
    label = first.title if cube else _asset_title(parts[0][2], collection, sources[0].asset)
    same = len({facts.crs for facts, _, _ in parts}) == 1
    bbox = _union([source.bbox for source in sources])
    stamp = hashlib.sha256("".join(sorted(source.checksum for source in sources)).encode()).hexdigest()[:16]
    return Layer(
        id=f"{collection.id}:{name}",
        collection=collection.id,
        name=name,
        title=collection.title if alone else f"{collection.title}: {label}",
        description=collection.description,
        kind="cube" if cube else "raster",
        unit=first.unit,
        crs=first.crs if same else "EPSG:4326",
        bounds=_union([facts.bounds for facts, _, _ in parts]) if same else bbox,
        bbox=bbox,
        times=tuple(sorted({time for source in sources for time in source.times})),
        shape=first.shape,
        cell=_cell(first.bounds, first.shape),
        dtype=first.dtype,
        nodata=first.nodata,
        scale=first.scale,
        offset=first.offset,
        bands=bands,
        variables=tuple(names) if cube else (),
        dimensions=first.dimensions,
        sources=sources,
        platform=_platform(parts[0][2], collection),
        style=_style(first, bands, cube),
        stamp=stamp,
    )


def _cell(bounds: Box, shape: tuple[int, int]) -> tuple[float, float]:
    return (bounds[2] - bounds[0]) / shape[1], (bounds[3] - bounds[1]) / shape[0]


def _platform(item: Item | None, collection: Collection) -> str:
    """What the item, or the collection's summaries, say of the satellite and the instrument."""
    stated = item.body.get("properties", {}) if item is not None else collection.body.get("summaries", {})
    words = [stated.get(name) for name in ("platform", "constellation", "instruments")]
    return " ".join(" ".join(map(str, word)) if isinstance(word, list) else str(word) for word in words if word)


def _asset_title(item: Item | None, collection: Collection, key: str) -> str:
    body = item.body if item is not None else collection.body
    return str(body.get("assets", {}).get(key, {}).get("title") or key)


def _with_common_names(
    bands: tuple[Band, ...], item: Item | None, collection: Collection, key: str
) -> tuple[Band, ...]:
    body = item.body if item is not None else collection.body
    stated = body.get("assets", {}).get(key, {})
    known = stated.get("bands") or stated.get("eo:bands") or []
    if len(known) != len(bands):
        return bands
    return tuple(_band(band, each) for band, each in zip(bands, known, strict=True))


def _band(band: Band, stated: Mapping[str, Any]) -> Band:
    name = str(stated.get("name") or band.name)
    common = str(stated.get("eo:common_name") or stated.get("common_name") or "")
    title = str(stated.get("title") or stated.get("description") or "")
    return replace(band, name=name if name.isidentifier() else band.name, common_name=common, title=title)


def _style(facts: GridFacts, bands: tuple[Band, ...], cube: bool) -> Style:
    """Three bands in natural colours where there are three, else one between its percentiles."""
    ranges = dict(zip((band.name for band in bands), facts.ranges, strict=False))
    if cube or len(bands) < 3:
        chosen = () if cube else (bands[0].name,)
        return Style(bands=chosen, rescale=facts.ranges[:1], colormap="viridis", resampling="nearest")
    common = {band.common_name: band.name for band in bands if band.common_name}
    found = next(
        (tuple(common.get(one, one) for one in wanted) for wanted in NATURAL
         if all(common.get(one, one) in ranges for one in wanted)),
        tuple(band.name for band in bands[:3]),
    )  # fmt: skip
    return Style(bands=found, rescale=tuple(ranges[name] for name in found))


def _union(boxes: Iterable[Box]) -> Box:
    """The smallest box around *boxes*; where one crosses the antimeridian, so does the union."""
    known = list(boxes)
    if any(west > east for west, _, east, _ in known):
        known = [(west % 360, south, east % 360 or 360.0, north) for west, south, east, north in known]
        west, east = min(box[0] for box in known), max(box[2] for box in known)
        if any(box[0] > box[2] for box in known):  # crosses Greenwich, too
            west, east = -180.0, 180.0
        else:
            west, east = (each - 360 if each > 180 else each for each in (west, east))
    else:
        west, east = min(box[0] for box in known), max(box[2] for box in known)
    return (west, min(box[1] for box in known), east, max(box[3] for box in known))
