"""The form of an open layer of features: what its colours stand for, which of them are shown, when."""

from collections.abc import Iterator

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.core.times import parse_time
from repeatpass.features import Field
from repeatpass.web import words
from repeatpass.web.browsing.asked import Shown, Sight
from repeatpass.web.browsing.looks import Look
from repeatpass.web.browsing.places import PlaceLayer, colourable, items_query, place_time, wanted_of
from repeatpass.web.browsing.settings import MOST_TIMES, colormaps_of, ending_of, kept_of
from repeatpass.web.browsing.times import said
from repeatpass.web.views.browser import Choice, FirstFeatures, PlaceSettings

FIELDS = ("time", "property", "filter", "rescale", "colormap", "opacity")
ROWS, COLUMNS = 12, 6  # of the table of the first features


def place_settings(house: House, sight: Sight, shown: Shown, layer: PlaceLayer, look: Look) -> PlaceSettings:
    """The form of *shown*, which is drawn from *layer* with *look*; what is wrong stands beside its field."""
    ending, number = ending_of(sight), look.kind == "number"
    return PlaceSettings(
        ending=ending,
        keep=kept_of(sight, ending, FIELDS),
        times=tuple(_times(layer, shown)),
        properties=tuple(_properties(layer, look)),
        number=layer.known.number,
        matching=0 if "filter" in look.wrong else _matching(house, layer, shown),
        kind=look.kind,
        colour=look.colour,
        categories=look.categories,
        others=look.others,
        colormaps=tuple(colormaps_of(look.colormap)) if number else (),
        ramp=look.ramp,
        low=f"{look.low:.5g}" if number else "",
        high=f"{look.high:.5g}" if number else "",
        rescale=shown.rescale,
        label=look.unit,
        filter=shown.filter,
        names=tuple(each.name for each in layer.known.fields),
        example=_example(layer),
        opacity=shown.opacity,
        wrong=look.wrong,
    )


def _matching(house: House, layer: PlaceLayer, shown: Shown) -> int:
    return house.features.measuring.measure(layer.known, wanted_of(layer, shown)).count


def _times(layer: PlaceLayer, shown: Shown) -> Iterator[Choice]:
    if not layer.times:
        return
    now = place_time(layer, shown.time)
    yield Choice(value="", text="All dates", selected=not now)
    for time in layer.times[-MOST_TIMES:]:
        yield Choice(value=time, text=said(time, layer.times), selected=time == now)


def _properties(layer: PlaceLayer, look: Look) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    kinds = colourable(layer.known)
    for kind, title in (("number", "Numbers"), ("category", "Words")):
        names = [each for each in layer.known.fields if kinds.get(each.name) == kind]
        if names:
            yield (
                title,
                tuple(
                    Choice(value=each.name, text=each.title or each.name, selected=each.name == look.property)
                    for each in names
                ),
            )


def _example(layer: PlaceLayer) -> str:
    """A filter that could be asked of this layer."""
    for each in layer.known.fields:
        name = each.name if each.name.isidentifier() else f'"{each.name}"'
        if each.kind in ("integer", "number"):
            return f"{name} > 10"
        if each.kind == "text":
            return f"{name} LIKE 'A%'"
    return "id = '1'"


def first_features(house: House, sight: Sight, shown: Shown, layer: PlaceLayer) -> FirstFeatures | None:
    """The first features of a view as a table; None where its filter is none."""
    try:
        wanted = wanted_of(layer, shown, sight.area, limit=ROWS, geometry=False)
        found = house.features.search(layer.known, wanted)
    except Invalid:
        return None
    fields = layer.known.fields[:COLUMNS]
    rows = tuple(
        (each.id, tuple(_cell(each.properties.get(one.name), one) for one in fields)) for each in found.features
    )
    query = items_query(layer, shown, sight.area, f="html")
    return FirstFeatures(
        columns=tuple(each.title or each.name for each in fields),
        rows=rows,
        count=found.matched or 0,
        all_href=f"{layer.items}?{query}",
        href=layer.items,
    )


def _cell(value: object, field: Field) -> str:
    if value is None:
        return ""
    if field.kind == "moment":
        moment = parse_time(str(value))
        return f"{words.day(moment)}, {moment:%H:%M} UTC"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:.6g}" if isinstance(value, float) else str(value)[:120]
