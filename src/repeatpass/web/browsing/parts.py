"""What the code of a view's notebook needs to know of each layer, and the lines that open it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword

from repeatpass.data.elsewhere.records import FarFile
from repeatpass.data.expressions import names_in
from repeatpass.data.facts import COUNTED, axes_of, time_of
from repeatpass.data.originals import Originals, is_far
from repeatpass.data.reading import layer_names
from repeatpass.data.records import Layer, Source, Style
from repeatpass.kit.connectors.places import clean
from repeatpass.web.browsing.shapes import Shape

CUBE = '''def laid_out(field, y, x, crs, turned):
    """North up and west to east, longitudes from −180 to 180 where *turned*, with its reference system."""
    field = field.rename({y: "y", x: "x"}).transpose("y", "x").sortby("y", ascending=False)
    if turned:
        field = field.assign_coords(x=(field.x + 180) % 360 - 180)
    return field.sortby("x").rio.set_spatial_dims("x", "y").rio.write_crs(crs)'''

OWN = (
    "time box area low high crs cube scene scenes shown numbers cells colours ends stretched figure axes field "
    "places table first last address query gpd shapely Path download "
    "np pd plt xr rioxarray repeatpass laid_out transform merge_arrays LinearSegmentedColormap"
)  # names that the notebook uses itself
TAKEN = frozenset(OWN.split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One layer of a view, and everything that its code needs to know."""

    number: int  # from 1
    layer: Layer
    style: Style  # completed
    time: str
    sources: tuple[Source, ...]  # the uppermost first
    originals: Originals
    shape: Shape | None  # the area; None: the whole layer
    drawn: bool  # whether a person drew the area, which then is that of all layers; else it is what was seen
    point: tuple[float, float] | None
    opacity: int

    @property
    def geographic(self) -> bool:
        """Whether the layer lies in degrees."""
        from rasterio.crs import CRS

        return bool(CRS.from_user_input(self.layer.crs).is_geographic)

    def name(self, word: str) -> str:
        """*word*, told apart from that of the other layers."""
        return word if self.number == 1 else f"{word}_{self.number}"

    def parameters(self) -> Iterator[str]:
        """The lines of the parameters cell."""
        if self.layer.kind == "cube" and self.time:
            yield f'{self.name("time")} = "{self.time.removesuffix("Z")}"  # which map: the nearest in time'
        if self.shape is not None and (self.number == 1 or not self.drawn):
            yield area_line(self.area, self.shape)
        if len(self.style.rescale) == 1:
            low, high = self.style.rescale[0]
            yield f"{self.name('low')} = {low:.8g}  # value at the lower end of the colours"
            yield f"{self.name('high')} = {high:.8g}  # value at the upper end of the colours"

    @property
    def area(self) -> str:
        """The name of the parameter that holds the area."""
        if self.shape is None:
            return ""
        west, _, east, _ = self.shape.box
        word = "box" if not self.shape.text[0].isalpha() and west < east else "area"
        return word if self.drawn else self.name(word)


def area_line(name: str, shape: Shape) -> str:
    """The line of the parameters cell that holds an area."""
    if name.startswith("area"):
        return f"{name} = {json.dumps(shape.geojson())}  # geometry: the area, longitude first"
    sides = ", ".join(f"{side:.8g}" for side in shape.box)
    return f"{name} = [{sides}]  # bbox: west, south, east, north in degrees"


def helper_of(parts: Sequence[Part]) -> list[str]:
    """Functions that the cells call."""
    return [CUBE] if any(part.layer.kind == "cube" for part in parts) else []


def local(name: str) -> str:
    """What a band or variable is called in the notebook: its own name, unless that means something there."""
    return f"{name}_" if name in TAKEN or iskeyword(name) else name


def names_of(part: Part) -> tuple[str, ...]:
    """The bands or variables that are read."""
    style, known = part.style, layer_names(part.layer)
    used = names_in(style.mask, known) if style.mask else ()
    if style.expression:
        return tuple(dict.fromkeys((*names_in(style.expression, known), *used)))
    shown = style.bands or ((style.variable or part.layer.name,) if part.layer.kind == "cube" else known[:1])
    return tuple(dict.fromkeys((*shown, *used)))


def opening_of(part: Part) -> Iterator[str]:
    """The lines that open what a layer shows."""
    return _cube(part) if part.layer.kind == "cube" else _raster(part)


def _opening(part: Part, source: Source) -> str:
    if is_far(source.checksum):
        return _opening_elsewhere(part.originals.elsewhere.file(source.checksum))
    item = f', "{source.item}"' if source.item else ""
    return f'repeatpass.open("{part.layer.collection}"{item}, asset="{source.asset}")'


def _opening_elsewhere(file: FarFile) -> str:
    """A file elsewhere is opened where it is, with the secrets of whoever runs the notebook."""
    facts = {"media_type": file.media_type, "endpoint": file.endpoint, "region": file.region}
    said = "".join(f", {name}={json.dumps(value)}" for name, value in facts.items() if value)
    return f"repeatpass.open({json.dumps(clean(file.address))}{said})"


def _cube(part: Part) -> Iterator[str]:
    source, cube = part.sources[0], part.name("cube")
    with part.originals.cube(source.checksum, source.media_type) as dataset:
        array = dataset[part.layer.name]
        y, x = axes_of(array) or ("y", "x")
        time = time_of(array)
        chosen = {str(dim): _place(part, dataset, str(dim)) for dim in array.dims if str(dim) not in (y, x, time)}
    turned = part.geographic and part.layer.bbox[0] < part.layer.bbox[2]
    yield f"{cube} = {_opening(part, source)}"
    yield f"{part.name('crs')} = {part.layer.crs!r}"
    moment = _moment(part.name("time"), COUNTED in array[time].attrs) if time else ""
    selected = f'.sel({{"{time}": {moment}}}, method="nearest")' if time else ""
    selected += "".join(f'.isel({{"{dim}": {place}}})' for dim, place in chosen.items())
    for name in names_of(part):
        yield f'{local(name)} = {cube}["{name}"]{selected}'
        yield f'{local(name)} = laid_out({local(name)}, "{y}", "{x}", {part.name("crs")}, turned={turned})'
        yield from _without_nodata(part, name)


def _moment(parameter: str, counted: bool) -> str:
    """The chosen time as the file has it: `repeatpass.open` leaves whole years the numbers that they are."""
    return f"int({parameter}[:4])" if counted else f"np.datetime64({parameter})"


def _place(part: Part, dataset: object, dim: str) -> int:
    """Where the chosen value of a further dimension stands."""
    wanted = part.style.dimensions.get(dim, "")
    known = part.layer.dimensions.get(dim, ())
    return known.index(wanted) if wanted in known else 0


def _raster(part: Part) -> Iterator[str]:
    scene = part.name("scene")
    if len(part.sources) == 1:
        yield f"{scene} = {_opening(part, part.sources[0])}  # band, y, x; missing cells are NaN"
    else:
        yield "from rioxarray.merge import merge_arrays\n"
        opened_all = ",\n    ".join(_opening(part, source) for source in part.sources)
        yield f"scenes = [\n    {opened_all},\n]"
        yield f"{scene} = merge_arrays([each.rio.reproject(scenes[0].rio.crs) for each in scenes])  # the newest on top"
    if part.layer.scale != 1 or part.layer.offset != 0:
        yield f"{scene} = {scene} * {part.layer.scale!r} + {part.layer.offset!r}"
    places = {band.name: band.index for band in part.layer.bands}
    for name in names_of(part):
        yield f"{local(name)} = {scene}.sel(band={places[name]}, drop=True).rio.write_crs({scene}.rio.crs)"
        yield from _without_nodata(part, name)


def _without_nodata(part: Part, name: str) -> Iterator[str]:
    if part.style.nodata is not None:
        yield f"{local(name)} = {local(name)}.where({local(name)} != {part.style.nodata!r})"
