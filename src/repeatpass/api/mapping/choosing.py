"""Which layer of a collection, in which style and at which time, an address means."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import Request

from repeatpass.api.mapping.subsets import subset_of
from repeatpass.api.maps.moments import Moment, moment
from repeatpass.api.maps.naming import DEFAULT, named, styles_of
from repeatpass.api.maps.offering import Found, Offering
from repeatpass.api.maps.refusing import Beyond, Nothing, Refused
from repeatpass.assembly import House
from repeatpass.core.errors import Invalid, NotFound
from repeatpass.data.records import Layer, Style
from repeatpass.data.rendering import OutsideTheGrid

MISSING = {"LayerNotDefined", "StyleNotDefined", "TileOutOfRange"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What is drawn."""

    layer: Layer
    public: bool
    style: Style
    shown: Moment


@contextmanager
def as_problems() -> Iterator[None]:
    """Say what the map services refuse in the errors of the rooms, which the OGC APIs answer as problem details.

    A time of which there is nothing is no error there: it becomes Nothing.
    """
    try:
        yield
    except Beyond as error:
        raise Nothing(error.text) from None
    except Refused as error:
        family = NotFound if error.code in MISSING else Invalid
        raise family(error.text, field=error.locator) from None
    except OutsideTheGrid as error:
        raise NotFound(error.message) from None


def style_names(layers: Sequence[Layer]) -> list[tuple[str, str, Layer]]:
    """Return id and title of each style of a collection, with the layer that it shows."""
    found = [(DEFAULT, layers[0].title, layers[0])]
    for layer in layers:
        for style in styles_of(layer):
            plain = style.name == DEFAULT
            id = layer.name if plain else f"{layer.name}:{style.name}"
            found.append((id, layer.title if plain else f"{layer.title}, {style.title.lower()}", layer))
    return found


def chosen(house: House, request: Request, collection: str, style: str, words: Mapping[str, str]) -> Chosen:
    """Return what an address means; raise NotFound for a collection without maps or a style that it has not."""
    layers = layers_for(house, request, collection)
    layer, name = _layer(layers, style)
    found = Offering(house).layer(request.state.actor, layer.id)
    return _told(found, name, words)


def _told(found: Found, name: str, words: Mapping[str, str]) -> Chosen:
    style = named(found.layer, name, words)
    asked = words.get("datetime", "") or words.get("time", "") or subset_of(words.get("subset", "")).time
    shown = moment(found.layer, asked)
    return Chosen(layer=found.layer, public=found.public, style=style, shown=shown)


def layers_for(house: House, request: Request, collection: str) -> tuple[Layer, ...]:
    """Return the layers of a collection that the asker may see; raise NotFound if it has none."""
    found = Offering(house).of(request.state.actor, collection)
    if not found:
        raise NotFound(f"Nothing of the collection “{collection}” can be drawn on a map.", collection=collection)
    return found


def _layer(layers: Sequence[Layer], style: str) -> tuple[Layer, str]:
    by_name = {layer.name: layer for layer in layers}
    if style in by_name:
        return by_name[style], DEFAULT
    name, _, colours = style.rpartition(":")
    return (by_name[name], colours) if name in by_name else (layers[0], style)
