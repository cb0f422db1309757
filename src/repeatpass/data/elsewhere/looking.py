"""Looking at the files elsewhere of a collection: what they are, or why they cannot be read."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from repeatpass.catalog.records import Collection, Head
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import RepeatpassError
from repeatpass.core.times import iso
from repeatpass.data.elsewhere.candidates import candidates
from repeatpass.data.elsewhere.reading import Held, cube, identity, is_raster, require_light
from repeatpass.data.elsewhere.records import FarFile, Look, Survey
from repeatpass.data.facts import NotOnAMap
from repeatpass.data.surveys import GridFacts, cube_facts, raster_facts
from repeatpass.kit.errors import KitError

EACH = 8  # rasters of one kind up to which each is looked at; of more the first, and the items say where the others lie
SNIFFED = 200  # items after which a collection without any such file is left alone
NEWEST = 5_000  # items whose files are taken: reading a hundred thousand would hold everybody up
RANGE_VALUES = 8_000_000  # that are unpacked to tell the range of a variable
TRIES = 3  # of the first rasters of many, if some cannot be read


def stamp_of(collection: Collection | Head) -> str:
    """Return what changes with the collection's items and files."""
    return f"{collection.version} {collection.updated.isoformat()}"


def look_at(collection: Collection, catalog: Catalog, held: Held, before: Survey | None, now: datetime) -> Survey:
    """Return what the files elsewhere of a collection are; *before*: what is known of them, kept where they are down."""
    known = {look.file: look for look in before.looks} if before else {}
    groups: dict[str, list[FarFile]] = {}
    for each in _files(collection, catalog):
        groups.setdefault(each.key, []).append(each)
    looks = [look for files in groups.values() for look in _group(files, held, known, now)]
    return Survey(collection=collection.id, stamp=stamp_of(collection), looked=time.time(), looks=tuple(looks))


def _files(collection: Collection, catalog: Catalog) -> list[FarFile]:
    if not candidates(collection, catalog.items(collection.id, SNIFFED), set()):
        return []  # of a hundred thousand files that are kept here not even the list is read
    kept = {(asset.item or "", asset.key) for asset in catalog.assets(collection.id, collection.version)}
    return candidates(collection, catalog.items(collection.id, NEWEST), kept)


def _group(files: Sequence[FarFile], held: Held, known: Mapping[FarFile, Look], now: datetime) -> list[Look]:
    """Look at each of a few files; of many rasters at the first that can be read."""
    if len(files) <= EACH or not is_raster(files[0]):
        return [look(each, held, known.get(each), now) for each in files]
    first: list[Look] = []
    for each in files[:TRIES]:
        first.append(look(each, held, known.get(each), now))
        if first[-1].facts:
            break
    return first + [Look(file=each) for each in files[len(first) :]]


def look(file: FarFile, held: Held, before: Look | None, now: datetime) -> Look:
    """Look at one file. One that is as it was is not read again; of one that is down what was known stays known."""
    try:
        held.forget(file)
        found = held.of(file)
        etag, size = identity(found)
        if before and (before.etag, before.size) == (etag, size) and (before.facts or before.note):
            return replace(before, trouble="", since="")
        try:
            return Look(file=file, etag=etag, size=size, facts=_facts(file, held))
        except NotOnAMap as error:
            return Look(file=file, etag=etag, size=size, note=error.message)
    except NotOnAMap as error:
        return Look(file=file, note=error.message)
    except Exception as error:  # whatever a library makes of what somebody else's computer says
        return troubled(before or Look(file=file), error, now)


def _facts(file: FarFile, held: Held) -> tuple[GridFacts, ...]:
    found, troubles = held.of(file), list[KitError]()
    try:
        if is_raster(file):
            with held.raster(found, troubles.append) as dataset:
                require_light(dataset, identity(found)[1])
                return raster_facts(dataset)
        with cube(found, file.media_type, troubles.append) as dataset:
            return cube_facts(dataset, RANGE_VALUES)
    except NotOnAMap:
        raise
    except Exception as error:
        if troubles:
            raise troubles[-1] from None
        if isinstance(error, KitError | RepeatpassError):
            raise
        raise NotOnAMap(f"It cannot be shown on a map: {said(error)}") from error


def troubled(look: Look, error: Exception, now: datetime) -> Look:
    """Return a look with the trouble of now, since it began."""
    return replace(look, trouble=said(error), since=look.since or iso(now))


def said(error: Exception) -> str:
    """Return what an error says, in one line."""
    text = error.message if isinstance(error, RepeatpassError) else str(error.args[0]) if error.args else ""
    return (text.strip().splitlines() or [type(error).__name__])[0][:400]
