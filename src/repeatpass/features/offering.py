"""Offering what stands in the files of collections as features: GeoParquet, GeoPackage, GeoJSON, FlatGeobuf, Shapefiles."""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from repeatpass.catalog.records import CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.features.importing import Table, read_table
from repeatpass.features.records import FeatureSet, NoFeatures
from repeatpass.features.room import Features
from repeatpass.storage.files import FileArea

KINDS = (
    "application/geo+json", "application/geopackage+sqlite3", "application/flatgeobuf", "application/vnd.flatgeobuf",
    "application/vnd.shp+zip", "application/vnd.apache.parquet", "application/x-parquet",
)  # fmt: skip
PARQUET = ("application/vnd.apache.parquet", "application/x-parquet")  # most are tables without a place
LARGEST = 1024**3  # bytes of all files of a collection
log = logging.getLogger(__name__)


class Offering:
    """Reads the files of collections into the store of features, once for each version."""

    def __init__(self, features: Features, catalog: Catalog, files: FileArea) -> None:
        self.features, self.catalog, self.files = features, catalog, files

    def registered(self, collection: str) -> None:
        """Offer the features of a collection that was registered; what cannot be read is logged, with the reason.

        Asked twice, the second time does nothing.
        """
        try:
            self.offer(collection)
        except NotFound:  # deleted meanwhile
            pass
        except Invalid as error:
            log.warning("The files of the collection %s are not offered as features: %s", collection, error.message)

    def deleted(self, collection: str) -> None:
        """Forget the features of a collection that is no longer there."""
        try:
            self.catalog.collection(collection)
        except NotFound:
            self.features.forget(collection)

    def offer(self, collection: str) -> FeatureSet | None:
        """Offer what stands in the files of a collection; return None where there is nothing.

        Raise Invalid for files that cannot be read as features, or are too large.
        """
        chosen = self._files(collection)
        source, known = " ".join(sorted({each.checksum for each in chosen})), self._known(collection)
        if not chosen or (known is not None and known.source in ("", source)):  # entered one by one, or read already
            return known
        if sum(each.size for each in chosen) > LARGEST:
            raise Invalid(f"Its files are larger than {LARGEST // 1024**3} GiB together; read them as files.")
        return self.features.fill(collection, self._read(chosen), source)

    def _known(self, collection: str) -> FeatureSet | None:
        try:
            return self.features.known(collection)
        except NoFeatures:
            return None

    def _files(self, collection: str) -> list[CollectionAsset]:
        """Return the files that hold features: of several forms of the same, the first of its item."""
        found: dict[str, CollectionAsset] = {}
        every = self.catalog.assets(collection)
        for kind in KINDS:
            for each in every:
                if each.media_type.partition(";")[0].strip() == kind and self._has_places(each):
                    found.setdefault(each.item or "", each)
        return [found[""]] if "" in found else list(found.values())

    def _has_places(self, asset: CollectionAsset) -> bool:
        if asset.media_type.partition(";")[0].strip() not in PARQUET:
            return True
        import pyarrow.parquet as pq

        try:
            with self.files.open(asset.checksum) as file:
                return b"geo" in (pq.read_metadata(file).metadata or {})
        except (OSError, ValueError):
            return False

    @contextmanager
    def _local(self, checksum: str) -> Iterator[Path]:
        """Give a file under a path of this machine, wherever the file area is."""
        if self.files.is_local:
            yield self.files.path(checksum)
            return
        with tempfile.TemporaryDirectory() as folder:
            self.files.copy_out(checksum, Path(folder) / "file")
            yield Path(folder) / "file"

    def _read(self, chosen: Sequence[CollectionAsset]) -> Table:
        tables = []
        for each in chosen:
            with self._local(each.checksum) as path:
                tables.append(read_table(path, each.media_type))
        if len(tables) == 1:
            return tables[0]
        return _together(tables, [each.item or "" for each in chosen])


def _together(tables: Sequence[Table], items: Sequence[str]) -> Table:
    """Return the features of several items as one table; an id begins with that of its item."""
    first = tables[0]
    fields = {each.name: each for table in tables for each in table.fields}
    for table in tables:
        if table.crs != first.crs:
            raise Invalid(f"Its files are in different reference systems, {first.crs} and {table.crs}.")
        if any(fields[each.name].kind != each.kind for each in table.fields):
            raise Invalid("Its files have columns of the same name and different kinds.")
    return Table(
        fields=tuple(fields.values()),
        crs=first.crs,
        geometry=first.geometry if len({table.geometry for table in tables}) == 1 else "",
        time=first.time,
        features=[
            (f"{item}.{id}", shape, properties)
            for table, item in zip(tables, items, strict=True)
            for id, shape, properties in table.features
        ],
    )
