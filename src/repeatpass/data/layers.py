"""The layers of the catalog's collections: variables of cubes, and rasters of the same bands."""

import copy
import threading
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import Self

from repeatpass.access.records import Actor
from repeatpass.catalog.records import Collection, Head
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import NotFound
from repeatpass.data.elsewhere.records import Survey
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.facts import on_a_map
from repeatpass.data.gathering import layers_of
from repeatpass.data.known import Known
from repeatpass.data.records import Layer
from repeatpass.storage.files import FileArea

MOST = 4096  # collections whose layers are held


class Layers:
    """What of the catalog can be shown on a map."""

    def __init__(self, catalog: Catalog, files: FileArea, folder: Path, elsewhere: Elsewhere | None = None) -> None:
        """*folder*: where facts of files may be kept; it can be thrown away. *elsewhere*: the files that lie there."""
        self.catalog = catalog
        self.files = files
        self.elsewhere = elsewhere
        self.known = Known(files, folder, elsewhere)
        self._made: OrderedDict[str, tuple[str, tuple[Layer, ...]]] = OrderedDict()  # by collection, with its mark
        self._lock = threading.Lock()

    def as_seen_by(self, actor: Actor) -> Self:
        """Return the layers of the collections that *actor* may see; what was read of files is shared."""
        other = copy.copy(self)
        other.catalog = self.catalog.as_seen_by(actor)
        return other

    def all(self) -> list[Layer]:
        """Return the layers of all collections, by the title of the collection."""
        types = self.catalog.overviews.media_types()
        able = {id for id, each in types.items() if any(map(on_a_map, each))}
        every = self.catalog.overviews.heads()
        far = {head.id: self._far(head, asked=False) for head in every}
        heads = [each for each in every if each.id in able or far[each.id]]
        known = {head.id: self._held(_key(head, far[head.id])) for head in heads}
        new = self.catalog.some([id for id, layers in known.items() if layers is None])
        known |= {each.id: self._of(each, asked=False) for each in new}
        return [layer for head in heads for layer in known[head.id] or ()]

    def of(self, collection: str | Collection, *, asked: bool = True) -> tuple[Layer, ...]:
        """Return the layers of a collection, by its id or as it was read; none if nothing of it lies on a map.

        *asked*: see `Elsewhere.survey`. Raise NotFound where there is no collection of that id.
        """
        found = self.catalog.collection(collection) if isinstance(collection, str) else collection
        return self._of(found, asked=asked)

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

    def _of(self, collection: Collection, *, asked: bool = True) -> tuple[Layer, ...]:
        far = self._far(collection, asked=asked)
        key = _key(collection, far)
        found = self._held(key)
        if found is not None:
            return found
        made = self._build(collection, far)
        with self._lock:
            self._made.pop(collection.id, None)
            self._made[collection.id] = (key[1], made)
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        return made

    def _held(self, key: tuple[str, str]) -> tuple[Layer, ...] | None:
        """The layers that were made already; None if there are none, or others by now."""
        with self._lock:
            mark, found = self._made.get(key[0], ("", ()))
            if mark != key[1]:
                return None
            self._made.move_to_end(key[0])
            return found

    def _far(self, collection: Collection | Head, *, asked: bool) -> Survey | None:
        """What is known of the files elsewhere of a collection; None where there are none, or nothing is known yet."""
        found = self.elsewhere.survey(collection, asked=asked) if self.elsewhere else None
        return found if found and found.looks else None

    def _build(self, collection: Collection, far: Survey | None) -> tuple[Layer, ...]:
        assets = self.catalog.assets(collection.id, collection.version)
        if far is None and not any(on_a_map(asset.media_type) for asset in assets):
            return ()
        assets += [each.asset for each in far.looks] if far else []
        holders = {asset.item for asset in assets if asset.item}  # of a hundred thousand items few may have such files
        made = layers_of(collection, self.catalog.some_items(collection.id, holders), assets, self.known)
        return tuple(with_trouble(layer, far) for layer in made) if far else made


def _key(collection: Collection | Head, far: Survey | None) -> tuple[str, str]:
    """The collection, and what changes with its layers."""
    return (collection.id, f"{collection.version} {collection.updated.isoformat()} {far.mark if far else ''}")


def with_trouble(layer: Layer, far: Survey) -> Layer:
    """Return a layer that says which of its files elsewhere cannot be read."""
    down = {each.checksum: each.sentence for each in far.troubled}
    own = {each for source in layer.sources for each in (source.checksum, *source.parts.values())}
    return replace(layer, trouble=" ".join([down[each] for each in down if each in own][:1]))
