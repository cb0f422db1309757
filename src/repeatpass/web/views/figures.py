"""What a figure receives: charts drawn on the server, maps with one picture per time."""

from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from repeatpass.web.views.common import NOTHING, Download, Link

Extent = tuple[float, float, float, float]  # west, south, east, north, in the units of the projection


@dataclass(frozen=True, kw_only=True, slots=True)
class ChartView:
    """A chart: the SVG drawn on the server, and the address of the spec that brings it to life."""

    svg: Markup
    spec_href: str  # the Vega-Lite spec with its data, coloured by the page's variables
    alt: str  # the sentence a person hears instead of the picture
    narrow: Markup = NOTHING  # the same drawn for a phone
    caption: str = ""
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One picture of the map, for one time that exists."""

    time: str  # ISO 8601, the value of ?t=
    label: str  # May 2010
    href: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Legend:
    """The colours of the layer: a ramp picture between two numbers, or named classes."""

    title: str
    unit: str
    low: float
    high: float
    digits: int = 0
    ramp: tuple[str, ...] = ()  # hex colours from low to high
    zero: float | None = None  # the named middle of a diverging ramp
    zero_name: str = ""
    below: bool = False  # values below *low* exist and take its colour
    above: bool = False
    no_data: str = "No data"  # empty = the layer has no gaps


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A place of an indicator. *lon*/*lat* in degrees east and north; *box* for an area."""

    id: str
    title: str
    href: str
    lon: float | None = None
    lat: float | None = None
    box: Extent | None = None
    selected: bool = False
    latest: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PoleView:
    """What a map about a pole needs: its projection in words of PROJ, and outlines in metres of it with y turned."""

    proj4: str
    world: Extent  # degrees, what can be shown
    land: str
    coast: str
    outlines: tuple[str, ...] = ()  # of the places


@dataclass(frozen=True, kw_only=True, slots=True)
class MapView:
    """A map: frames in one projection over the base map, places on top, the legend beside.

    World and continental layers use plate carrée (EPSG:4326); layers under forty degrees wide use
    EPSG:3857, whose shapes are true locally; what lies about a pole uses EPSG:3413 or EPSG:3031.
    `framing.framed` decides, the caption says it.
    """

    title: str
    projection: str
    extent: Extent  # of the frames
    view: Extent  # what is shown first
    alt: str
    frames: tuple[Frame, ...] = ()
    current: int = 0  # index of the frame shown first
    legend: Legend | None = None
    places: tuple[Place, ...] = ()
    source: Link | None = None
    attribution: str = ""
    caption: str = ""
    pixelated: bool = True  # show cells as cells; False for photographs
    downloads: tuple[Download, ...] = field(default=())
    pole: PoleView | None = None

    @property
    def wide(self) -> bool:
        """Whether it is a strip, better set above the chart than beside it."""
        west, south, east, north = self.view
        return (east - west) / (north - south) > 2.2

    @property
    def frame(self) -> Frame | None:
        """The frame shown first."""
        return self.frames[self.current] if self.frames else None

    def data(self) -> dict[str, Any]:
        """What `<rp-map>` reads from the page."""
        return {
            "projection": self.projection,
            "extent": self.extent,
            "view": self.view,
            "pixelated": self.pixelated,
            "current": self.current,
            "attribution": self.attribution,
            **({"proj4": self.pole.proj4, "world": self.pole.world} if self.pole else {}),
            "frames": [{"time": f.time, "label": f.label, "href": f.href} for f in self.frames],
            "places": [
                {
                    "id": p.id,
                    "title": p.title,
                    "href": p.href,
                    "lon": p.lon,
                    "lat": p.lat,
                    "box": p.box,
                    "selected": p.selected,
                }
                for p in self.places
            ],
        }
