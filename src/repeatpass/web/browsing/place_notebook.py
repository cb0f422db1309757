"""The code cells of a layer of features: opened from its files, or asked of the platform; narrowed, drawn, measured."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from repeatpass.assembly import House
from repeatpass.catalog.records import CollectionAsset
from repeatpass.core.times import iso
from repeatpass.features.filters import read_filter
from repeatpass.features.importing import columns_of, degrees_of, is_geoparquet
from repeatpass.features.schema import RESERVED
from repeatpass.web.browsing.asked import Shown
from repeatpass.web.browsing.code import colours_by
from repeatpass.web.browsing.looks import OTHER, Look, look_of
from repeatpass.web.browsing.parts import area_line
from repeatpass.web.browsing.place_filters import Pandas, Untold
from repeatpass.web.browsing.places import PlaceLayer, items_query, place_time, span_of
from repeatpass.web.browsing.shapes import Shape

TABLES = ("text/csv", "application/vnd.apache.parquet", "application/x-parquet")
READ = (*TABLES, "application/geo+json", "application/flatgeobuf", "application/vnd.flatgeobuf",
        "application/geopackage+sqlite3")  # fmt: skip
MOST = 12  # files that are opened one by one


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A file of the collection, and the columns in which its places stand; empty: it has geometries."""

    asset: CollectionAsset
    degrees: tuple[str, str] | tuple[()] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacePart:
    """One layer of features of a view, and everything that its code needs to know."""

    number: int  # from 1
    layer: PlaceLayer
    shown: Shown
    look: Look
    shape: Shape | None  # the area; None: everywhere
    drawn: bool  # whether a person drew the area, which then is that of all layers
    files: tuple[Opened, ...]  # empty: the platform is asked
    condition: str  # the filter in Python; empty without one, or where the platform is asked

    @property
    def time(self) -> str:
        """The time that is shown; empty: all."""
        return place_time(self.layer, self.shown.time)

    def name(self, word: str) -> str:
        """*word*, told apart from that of the other layers."""
        return word if self.number == 1 else f"{word}_{self.number}"

    @property
    def area(self) -> str:
        """The name of the parameter that holds the area."""
        assert self.shape is not None
        west, _, east, _ = self.shape.box
        word = "box" if not self.shape.text[0].isalpha() and west < east else "area"
        return word if self.drawn else self.name(word)

    def parameters(self) -> Iterator[str]:
        """The lines of the parameters cell."""
        if self.time and self.files:
            start, end = span_of(self.time, self.layer.when.step)
            yield f'{self.name("first")} = "{iso(start)}"  # the earliest moment of a feature'
            yield f'{self.name("last")} = "{iso(end)}"  # the latest'
        if self.shape is not None and self.files and (self.number == 1 or not self.drawn):
            yield area_line(self.area, self.shape)
        if self.look.kind == "number":
            yield f"{self.name('low')} = {self.look.low:.8g}  # value at the lower end of the colours"
            yield f"{self.name('high')} = {self.look.high:.8g}  # value at the upper end of the colours"

    def cells(self) -> Iterator[str]:
        """The code: open, choose, draw, measure."""
        yield "\n".join([*(_from_files(self) if self.files else _from_platform(self)), self.name("shown")])
        yield "\n".join(_drawn(self))
        yield "\n".join(_measured(self))


def place_part(
    house: House, layer: PlaceLayer, shown: Shown, number: int, shape: Shape | None, drawn: bool
) -> PlacePart:
    """Everything that the code of one layer needs to know; raise Invalid for a filter that is none."""
    asked = read_filter(shown.filter, "cql2-text") if shown.filter else None
    files, condition = _files(house, layer), ""
    if files and asked is not None:
        try:
            condition = Pandas(layer.known, "places" if number == 1 else f"places_{number}").condition(asked)
        except Untold:
            files = ()
    return PlacePart(
        number=number, layer=layer, shown=shown, look=look_of(house, layer, shown, number - 1), shape=shape,
        drawn=drawn, files=files, condition=condition,
    )  # fmt: skip


def _files(house: House, layer: PlaceLayer) -> tuple[Opened, ...]:
    """The files that the features were read from, where a notebook would find the same in them; else none."""
    sources = set(layer.known.source.split())
    assets = {each.checksum: each for each in house.catalog.assets(layer.collection) if each.checksum in sources}
    renamed = any(each.name.endswith("_") and each.name[:-1] in RESERVED for each in layer.known.fields)
    if not sources or set(assets) != sources or len(assets) > MOST or renamed:
        return ()
    found = [_opened(house, each) for each in assets.values()]
    return tuple(each for each in found if each is not None) if all(found) else ()


def _opened(house: House, asset: CollectionAsset) -> Opened | None:
    kind = asset.media_type.partition(";")[0].strip().lower()
    if kind not in READ:
        return None
    if kind not in TABLES:
        return Opened(asset=asset)
    with house.files.open(asset.checksum) as file:
        if kind != "text/csv" and is_geoparquet(file):
            return Opened(asset=asset)
        file.seek(0)
        degrees = degrees_of(columns_of(file, kind))
    return Opened(asset=asset, degrees=degrees) if degrees else None


def _from_files(part: PlacePart) -> Iterator[str]:
    places = part.name("places")
    opened = [_opening(part, each) for each in part.files]
    if len(opened) == 1 and part.files[0].degrees:
        table = part.name("table")
        yield f"{table} = {opened[0]}"
        yield f"{places} = {_placed(table, part.files[0])}"
    elif len(opened) == 1:
        yield f'{places} = {opened[0]}.to_crs("OGC:CRS84")'
    else:
        tables = [_placed(f"({each})", file) if file.degrees else f'{each}.to_crs("OGC:CRS84")'
                  for each, file in zip(opened, part.files, strict=True)]  # fmt: skip
        yield (
            f"{places} = pd.concat(\n    [\n        "
            + ",\n        ".join(tables)
            + ",\n    ],\n    ignore_index=True,\n)"
        )
    conditions = [f"({each})" if each.startswith("~") else each for each in _conditions(part)]
    chosen = "[\n    " + "\n    & ".join(conditions) + "\n]" if conditions else ""
    yield f"{part.name('shown')} = {places}{chosen}"


def _opening(part: PlacePart, file: Opened) -> str:
    item = f', "{file.asset.item}"' if file.asset.item else ""
    return f'repeatpass.open("{part.layer.collection}"{item}, asset="{file.asset.key}")'


def _placed(table: str, file: Opened) -> str:
    east, north = (json.dumps(each, ensure_ascii=False) for each in file.degrees)
    points = f"gpd.points_from_xy({table}[{east}], {table}[{north}])"
    return f'gpd.GeoDataFrame({table}, geometry={points}, crs="OGC:CRS84")'


def _conditions(part: PlacePart) -> Iterator[str]:
    """What narrows the features: the area, the time, the filter."""
    places = part.name("places")
    if part.shape is not None:
        shape = f"shapely.box(*{part.area})" if part.area.startswith("box") else f"shapely.geometry.shape({part.area})"
        yield f"{places}.intersects({shape})"
    if part.time:
        yield from _when(part, [f'{places}["{name}"]' for name in part.layer.known.time])
    if part.condition:
        yield part.condition


def _when(part: PlacePart, columns: Sequence[str]) -> Iterator[str]:
    """Features whose time meets what is shown; those that say no time are always among them."""
    begins, ends = (f'pd.to_datetime({each}, utc=True, format="ISO8601")' for each in (columns[0], columns[-1]))
    last, first = (f"pd.Timestamp({part.name(word)})" for word in ("last", "first"))
    yield f"~({begins} > {last})"
    yield f"~({ends} < {first})"


def _from_platform(part: PlacePart) -> Iterator[str]:
    query = items_query(part.layer, part.shown, part.shape, f="parquet")
    name = part.name("shown")
    yield "# These features are asked of the platform: they stand in no file, or the filter is more than a line of pandas."
    yield f'address = repeatpass.Client().url + "{part.layer.items}"'
    yield f"query = {json.dumps(query, ensure_ascii=False)}"
    yield f'{name} = gpd.read_parquet(download(f"{{address}}?{{query}}", Path("{name}.parquet")))'


def _drawn(part: PlacePart) -> Iterator[str]:
    shown, look = part.name("shown"), part.look
    yield 'figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")'
    column = f"{shown}[{json.dumps(look.property, ensure_ascii=False)}]"
    if look.kind == "number":
        label = json.dumps(f"{look.property}, {look.unit}" if look.unit else look.property, ensure_ascii=False)
        yield from colours_by(look.colormap)
        yield "if len(" + shown + "):"
        ends = f"vmin={part.name('low')}, vmax={part.name('high')}, cmap=colours"
        yield f'    {shown}.plot({column}, ax=axes, {ends}, markersize=16, legend=True, legend_kwds={{"label": {label}}})'
    elif look.kind == "category":
        words = {_key(part, each.value): each.colour for each in look.categories}
        yield f"colours = {words!r}"
        yield f"if len({shown}):"
        yield f'    {shown}.plot(ax=axes, color={column}.map(colours).astype(object).fillna("{OTHER}"), markersize=16)'
        yield 'axes.legend(handles=[plt.Line2D([], [], marker="o", ls="", c=c, label=str(v)) for v, c in colours.items()])'
    else:
        yield f"if len({shown}):"
        yield f'    {shown}.plot(ax=axes, color="{look.colour}", markersize=16)'
    yield f"axes.set_title({json.dumps(part.layer.title, ensure_ascii=False)})"
    yield "plt.show()"


def _key(part: PlacePart, value: str) -> str | bool:
    field = part.layer.known.field(part.look.property)
    return value == "true" if field is not None and field.kind == "boolean" else value


def _measured(part: PlacePart) -> Iterator[str]:
    column = f"{part.name('shown')}[{json.dumps(part.look.property, ensure_ascii=False)}]"
    if part.look.kind:
        yield f"{column}.describe()" if part.look.kind == "number" else f"{column}.value_counts()"
    else:
        yield f"len({part.name('shown')})  # features"
