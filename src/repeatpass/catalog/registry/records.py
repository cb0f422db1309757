"""What the registry keeps of each collection, light enough to hold tens of thousands in memory."""

from dataclasses import dataclass
from datetime import datetime

from repeatpass.catalog.search.records import Box


@dataclass(frozen=True, kw_only=True, slots=True)
class Maker:
    """Somebody who made, licensed, processed or carries the data."""

    name: str
    roles: tuple[str, ...]  # STAC: licensor, producer, processor, host
    url: str = ""
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One collection as lists and searches need it."""

    id: str
    version: str
    title: str
    sentence: str  # the first of its description
    nature: str  # Observation, Model output …
    tags: tuple[str, ...]  # as they are written
    keys: frozenset[str]  # the same, plain: how they are compared
    providers: tuple[Maker, ...]
    makers: tuple[str, ...]  # the names of those who produced it
    managed_by: str  # whoever has a part in it, plain
    kinds: tuple[str, ...]  # Images, Cubes, Tables, Features
    licence: str  # in words, short
    use: str  # what the licence allows, in plain words
    box: Box | None  # west, south, east, north in degrees; None where no place is stated
    start: datetime | None
    end: datetime | None
    ongoing: bool  # it has a beginning and no end
    files: int  # kept here
    size: int  # bytes kept here
    items: int
    pictured: bool  # a picture can be drawn from its data
    linked: bool  # its document links usage examples elsewhere
    owner: str
    created: datetime
    updated: datetime
    text: str  # everything that words are looked for in, plain
    heading: str  # its title and id, plain: a word found here weighs more


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """A band, a variable or a column of the data."""

    name: str
    title: str = ""
    unit: str = ""
    kind: str = ""  # int16, float32, text …
    note: str = ""  # wavelength, dimensions, scale and offset, no data
