"""What a client of the WMS wants, once it is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from repeatpass.api.maps.composing import Colour
from repeatpass.api.maps.systems import System
from repeatpass.data.records import Box

Version = Literal["1.3.0", "1.1.1"]
V130: Version = "1.3.0"
V111: Version = "1.1.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class GetCapabilities:
    """Ask what there is."""

    version: Version
    update_sequence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """Which part of the world, and how large in pixels."""

    system: System
    bounds: Box  # x before y
    width: int
    height: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GetMap:
    """Ask for a picture."""

    version: Version
    layers: tuple[str, ...]
    styles: tuple[str, ...]  # one for each layer; empty: the default
    frame: Frame
    media_type: str
    background: Colour | None  # None: transparent
    time: str = ""
    words: Mapping[str, str] = field(default_factory=dict)  # every parameter: some of our own say how to draw


@dataclass(frozen=True, kw_only=True, slots=True)
class GetFeatureInfo:
    """Ask for the values under a pixel of a picture."""

    shown: GetMap
    layers: tuple[str, ...]
    media_type: str
    column: int
    row: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GetLegendGraphic:
    """Ask for the legend of a layer."""

    layer: str
    name: str  # of the style
    media_type: str
    words: Mapping[str, str] = field(default_factory=dict)


Asked = GetCapabilities | GetMap | GetFeatureInfo | GetLegendGraphic
