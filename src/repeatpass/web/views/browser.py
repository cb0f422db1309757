"""The map browser: the layers shown, the settings of the open one, the list to choose from, what can be taken home."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repeatpass.web.views.common import Download, Link, Page
from repeatpass.web.views.figures import MapView


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One option of a field."""

    value: str
    text: str
    selected: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerLink:
    """A layer in the list; pressing it shows it."""

    id: str
    title: str
    href: str  # the present view with this layer on top
    note: str  # when, and how often
    shown: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedCollection:
    """A collection in the list."""

    title: str
    href: str
    sentence: str
    group: str
    layers: tuple[LayerLink, ...]
    provider: Link | None = None  # of what is bought or ordered elsewhere
    reason: str = ""  # why nothing of it is drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupLink:
    """A group of the list, and how many collections it has."""

    name: str
    text: str
    href: str
    count: int
    selected: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownLayer:
    """A layer of the view, in the order of the stack."""

    at: int
    title: str
    when: str
    href: str  # the view with its settings open
    remove: str
    collection: Link
    open: bool = False
    hidden: bool = False
    side: str = ""
    wrong: str = ""  # why it cannot be drawn; empty if it can


@dataclass(frozen=True, kw_only=True, slots=True)
class Dimension:
    """A further dimension of a cube, such as depth, and its values."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerSettings:
    """The form of the open layer. *ending* is what stands behind its fields in the address."""

    ending: str
    keep: tuple[tuple[str, str], ...]  # the rest of the view
    times: tuple[Choice, ...]
    kind: str  # bands, index or expression
    channels: tuple[tuple[str, tuple[Choice, ...]], ...]  # red, green, blue, or only one
    combinations: tuple[Choice, ...]  # of bands that go by a name, such as natural colours
    bands: str
    indices: tuple[tuple[str, tuple[Choice, ...]], ...]  # by domain
    expression: str
    formula: str  # of the chosen index
    names: tuple[str, ...]  # that a formula may use
    dimensions: tuple[Dimension, ...]
    colormaps: tuple[tuple[str, tuple[Choice, ...]], ...]  # by kind; () where colours are bands
    low: str
    high: str
    rescale: str
    mask: str
    opacity: int
    unit: str
    ramp: tuple[str, ...]  # the colours from low to high; () where colours are bands
    label: str  # what the colours stand for: the unit, or the name of an index
    wrong: Mapping[str, str]  # what the layer cannot be drawn with, by the name of the field
    covers: str = ""  # what the time shown covers, where it begins an interval


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """A word of a property, its colour, and how many features have it."""

    value: str
    colour: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceSettings:
    """The form of the open layer where that is of features."""

    ending: str
    keep: tuple[tuple[str, str], ...]
    times: tuple[Choice, ...]
    properties: tuple[tuple[str, tuple[Choice, ...]], ...]  # that colours can stand for: numbers, words
    number: int  # of all features
    matching: int  # of those that the filter and the time leave
    kind: str  # number or category; empty without a property
    colour: str  # of all where there is no property
    categories: tuple[Category, ...]
    others: int
    colormaps: tuple[tuple[str, tuple[Choice, ...]], ...]
    ramp: tuple[str, ...]
    low: str
    high: str
    rescale: str
    label: str
    filter: str  # CQL2 text
    names: tuple[str, ...]  # that a filter may use
    example: str  # a filter
    opacity: int
    wrong: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstFeatures:
    """The first features of the open layer, as the page shows them without scripts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]  # id, cells
    count: int  # features that the view asks for
    all_href: str
    href: str  # of the features; an id behind a slash is one of them


@dataclass(frozen=True, kw_only=True, slots=True)
class BrowserPage(Page):
    """The map browser."""

    q: str
    keep: tuple[tuple[str, str], ...]  # the rest of the view, for the search form
    groups: tuple[GroupLink, ...]
    listed: tuple[ListedCollection, ...]
    total: int
    shown: tuple[ShownLayer, ...]
    settings: LayerSettings | None
    places: PlaceSettings | None  # of an open layer of features
    first: FirstFeatures | None
    still: MapView | None
    said: str  # what the still map shows
    area: bool  # whether one was drawn
    downloads: tuple[Download, ...]  # the part of the open layer, as files
    links: tuple[Download, ...]  # services and machine-readable descriptions of the open layer
    notebook: str  # address; empty without a layer
    open_in: str  # where a form keeps and runs the notebook; empty where one may not
    bases: tuple[Choice, ...]
    views: tuple[Choice, ...]
    compares: tuple[Choice, ...]
    data: Mapping[str, Any]  # what the scripts read
