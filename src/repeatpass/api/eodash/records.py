"""What the catalogue lists, whatever it was here: an indicator, one of its places, a collection, a process."""

from collections.abc import Sequence
from dataclasses import dataclass

from repeatpass.data.records import Box, Layer, Style


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A layer and how it is drawn."""

    layer: Layer
    style: Style
    tiles: str  # address of a tile, with {z}, {x}, {y} and without a time


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A place of an indicator, as a point on the map that opens a collection of its own."""

    id: str
    name: str
    lon: float  # degrees
    lat: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing that the client lists and opens. Addresses are absolute."""

    kind: str  # indicators, collections, processes: a part of its address
    id: str
    title: str
    subtitle: str
    description: str
    page: str
    bbox: Box  # degrees
    interval: tuple[str, str]  # ISO 8601; empty: open
    licence: str
    themes: Sequence[str] = ()
    tags: Sequence[str] = ()
    agencies: Sequence[str] = ()
    satellites: Sequence[str] = ()
    sensors: Sequence[str] = ()
    citation: str = ""
    thumbnail: str = ""
    notebook: str = ""
    chart: str = ""  # a Vega-Lite specification with its data inside
    values: str = ""  # of an indicator: as JSON
    form: str = ""  # JSON Schema of a form
    process: str = ""  # address of an execution; needs a form and a body
    body: str = ""  # Mustache template of what is sent
    result: str = ""  # media type of what comes back
    styles: Sequence[tuple[str, str]] = ()  # of the GeoTIFFs that come back: name, and address of the style
    shown: Shown | None = None
    spots: Sequence[Spot] = ()
