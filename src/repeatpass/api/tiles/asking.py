"""What an address asks of a layer."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from starlette.requests import Request

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.data.records import Layer, Style
from repeatpass.data.styles import WORDS, style_of

FRESH = 2.0  # seconds
MOST = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A layer, how to draw it, and when."""

    layer: Layer
    style: Style
    time: str  # as it was asked for
    public: bool  # whether everybody may see the layer


class Recent:
    """What was asked for and allowed a moment ago, by who asked and the words: the many tiles of one map ask the same.

    Who may no longer see a collection still gets what is drawn already for `FRESH` seconds.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[float, Asked]] = {}

    def get(self, request: Request) -> Asked | None:
        """Return what the same words meant to the same person a moment ago."""
        since, asked = self._known.get(_key(request), (0.0, None))
        return asked if monotonic() - since < FRESH else None

    def put(self, request: Request, asked: Asked) -> None:
        """Keep what the words of a request mean."""
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[_key(request)] = (monotonic(), asked)


def _key(request: Request) -> tuple[str, str, str]:
    return request.state.actor.id, request.path_params["layer"], request.url.query


def asked_of(house: House, request: Request, id: str, *more: str) -> Asked:
    """Read the layer *id* and its style from the address; *more* are the further words that it may have.

    Raise NotFound for a layer that the asker may not see, Invalid for a word that is not known here.
    """
    layers = house.layers.as_seen_by(request.state.actor)
    collection = layers.catalog.collection(id.partition(":")[0])
    layer = layers.layer_of(collection, id)
    words = request.query_params
    require_known(words.keys(), (*WORDS, "time", *layer.dimensions, *more))
    return Asked(
        layer=layer,
        style=style_of(layer, words),
        time=words.get("time", ""),
        public=collection.visibility == "public",
    )


def require_known(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise Invalid, naming them, for words that are not known."""
    allowed = list(known)
    if unknown := sorted(set(given) - set(allowed)):
        raise Invalid(f"Unknown parameter {', '.join(unknown)}; there is: {', '.join(allowed)}.", field=unknown[0])


def number_of(request: Request, name: str, low: float, high: float, default: float | None = None) -> float:
    """Read a number of the address; raise Invalid where it is missing, none, or outside *low* to *high*."""
    text = request.query_params.get(name, "")
    if not text and default is not None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise Invalid(f"{name} is “{text[:40]}”; it must be a number from {low:g} to {high:g}.", field=name)
    return value


def whole_of(text: str, name: str) -> int:
    """Read a whole number of a path; raise Invalid."""
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Invalid(f"{name} is “{text[:40]}”; it must be a whole number.", field=name)
    return int(text)
