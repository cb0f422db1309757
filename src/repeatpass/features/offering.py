"""Offering what stands in the files of collections as features: GeoParquet, GeoPackage, GeoJSON, FlatGeobuf, Shapefiles,
and tables (CSV, Parquet) with columns of longitude and latitude."""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from repeatpass.catalog.records import CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.features.importing import Table, columns_of, degrees_of, is_geoparquet, read_table
from repeatpass.features.records import FeatureSet, NoFeatures
from repeatpass.features.room import Features
from repeatpass.storage.files import FileArea

KINDS = (
    "application/geo+json", "application/geopackage+sqlite3", "application/flatgeobuf", "application/vnd.flatgeobuf",
    "application/vnd.shp+zip", "application/vnd.apache.parquet", "application/x-parquet",
)  # fmt: skip
PARQUET = ("application/vnd.apache.parquet", "application/x-parquet")  # most are tables without a place
TABLES = ("text/csv", *PARQUET)
LARGEST = 1024**3  # bytes of all files of a collection
LARGEST_TABLES = 100 * 1024**2  # bytes: a table is read whole, and most of it is no place
log = logging.getLogger(__name__)


class Offering:
    """Reads the files of collections into the store of features, once for each version."""

    def __init__(self, features: Features, catalog: Catalog, files: FileArea) -> None:
        self.features, self.catalog, self.files = features, catalog, files
        self._refused: dict[str, str] = {}  # why, by the checksums of the files
        self._looked = lru_cache(maxsize=4096)(self._look)

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
        try:
            _require_small(chosen)
            table = self._read(chosen)
        except Invalid as error:
            self._refused[source] = error.message
            raise
        return self.features.fill(collection, table, source)

    def why_not(self, collection: str) -> str:
        """Return why a collection without features has none, in a sentence for whoever looks for them."""
        chosen = self._files(collection)
        if chosen:
            source = " ".join(sorted({each.checksum for each in chosen}))
            try:
                _require_small(chosen)
            except Invalid as error:
                return error.message
            return self._refused.get(source, "Its files are not read as features yet.")
        tables = [each for each in self.catalog.assets(collection) if _kind(each) in TABLES]
        if not tables:
            return "It has no file of features or of a table that is kept here."
        names = ", ".join(self._columns(tables[0]))
        return (
            f"Its table has no columns of longitude and latitude, but {names[:200]}."
            if names
            else "Its table cannot be read."
        )

    def _known(self, collection: str) -> FeatureSet | None:
        try:
            return self.features.known(collection)
        except NoFeatures:
            return None

    def _files(self, collection: str) -> list[CollectionAsset]:
        """Return the files that hold features: of several forms of the same, the first of its item."""
        every = self.catalog.assets(collection)
        shapes = ((kind, each) for kind in KINDS for each in every if _kind(each) == kind and self._has_shapes(each))
        found: dict[str, CollectionAsset] = {}
        for _, each in shapes:
            found.setdefault(each.item or "", each)
        if not found:
            for each in every:
                if _kind(each) in TABLES and degrees_of(self._columns(each)):
                    found.setdefault(each.item or "", each)
        return [found[""]] if "" in found else list(found.values())

    def _has_shapes(self, asset: CollectionAsset) -> bool:
        return _kind(asset) not in PARQUET or self._seen(asset)[0]

    def _columns(self, asset: CollectionAsset) -> tuple[str, ...]:
        return self._seen(asset)[1]

    def _seen(self, asset: CollectionAsset) -> tuple[bool, tuple[str, ...]]:
        try:
            return self._looked(asset.checksum, _kind(asset))
        except OSError:  # it may be there again later
            return False, ()

    def _look(self, checksum: str, kind: str) -> tuple[bool, tuple[str, ...]]:
        """Whether a table is GeoParquet, and its columns; none for what is no table. Under a checksum nothing changes."""
        with self.files.open(checksum) as file:
            try:
                shapes = kind in PARQUET and is_geoparquet(file)
                file.seek(0)
                return shapes, columns_of(file, kind)
            except ValueError:
                return False, ()

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


def _kind(asset: CollectionAsset) -> str:
    return asset.media_type.partition(";")[0].strip().lower()


def _require_small(chosen: Sequence[CollectionAsset]) -> None:
    """Raise Invalid where files are too large to be read as features one by one."""
    tables = all(_kind(each) in TABLES for each in chosen)
    most, said = (LARGEST_TABLES, "100 MiB") if tables and "text/csv" in map(_kind, chosen) else (LARGEST, "1 GiB")
    if sum(each.size for each in chosen) > most:
        raise Invalid(f"Its files are larger than {said} together; read them as files.")


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
