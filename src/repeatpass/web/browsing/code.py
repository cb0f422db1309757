"""The code cells of a view's notebook: plain xarray and matplotlib, as a person would write it."""

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from repeatpass.data.colours import ramp
from repeatpass.data.expressions import names_in
from repeatpass.data.facts import axes_of, opened
from repeatpass.data.reading import layer_names
from repeatpass.data.records import Layer, Source, Style
from repeatpass.web.browsing.shapes import Shape

COLOURS = 33  # of a colour map that matplotlib does not have by name
CALLS = {"where": "xr.where", "arcsin": "np.arcsin", "arccos": "np.arccos", "arctan": "np.arctan"}
CUBE = '''def laid_out(field, y, x, crs, turned):
    """North up and west to east, longitudes from −180 to 180 where *turned*, with its reference system."""
    field = field.rename({y: "y", x: "x"}).transpose("y", "x").sortby("y", ascending=False)
    if turned:
        field = field.assign_coords(x=(field.x + 180) % 360 - 180)
    return field.sortby("x").rio.set_spatial_dims("x", "y").rio.write_crs(crs)'''


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One layer of a view, and everything that its code needs to know."""

    number: int  # from 1
    layer: Layer
    style: Style  # completed
    time: str
    sources: tuple[Source, ...]  # the uppermost first
    path: Path  # of the first
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
            yield self._area_line(self.shape)
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

    def _area_line(self, shape: Shape) -> str:
        if self.area.startswith("area"):
            return f"{self.area} = {json.dumps(shape.geojson())}  # geometry: the area, longitude first"
        sides = ", ".join(f"{side:.8g}" for side in shape.box)
        return f"{self.area} = [{sides}]  # bbox: west, south, east, north in degrees"


def helper_of(parts: Sequence[Part]) -> list[str]:
    """Functions that the cells call."""
    return [CUBE] if any(part.layer.kind == "cube" for part in parts) else []


def cells_of(part: Part) -> Iterator[str]:
    """The code of one layer: open, choose, draw, measure."""
    yield "\n".join([*(_cube(part) if part.layer.kind == "cube" else _raster(part)), "", *_shown(part)])
    yield "\n".join(_drawn(part))
    yield "\n".join(_measured(part))


def _opening(part: Part, source: Source) -> str:
    item = f', "{source.item}"' if source.item else ""
    return f'repeatpass.open("{part.layer.collection}"{item}, asset="{source.asset}")'


def _cube(part: Part) -> Iterator[str]:
    source, cube = part.sources[0], part.name("cube")
    with opened(part.path, source.media_type) as dataset:
        array = dataset[part.layer.name]
        y, x = axes_of(array) or ("y", "x")
        time = next((str(dim) for dim in array.dims if array[dim].dtype.kind == "M"), "")
        chosen = {str(dim): _place(part, dataset, str(dim)) for dim in array.dims if str(dim) not in (y, x, time)}
    turned = part.geographic and part.layer.bbox[0] < part.layer.bbox[2]
    yield f"{cube} = {_opening(part, source)}"
    yield f"{part.name('crs')} = {part.layer.crs!r}"
    selected = f'.sel({{"{time}": np.datetime64({part.name("time")})}}, method="nearest")' if time else ""
    selected += "".join(f'.isel({{"{dim}": {place}}})' for dim, place in chosen.items())
    for name in _names(part):
        yield f'{name} = {cube}["{name}"]{selected}'
        yield f'{name} = laid_out({name}, "{y}", "{x}", {part.name("crs")}, turned={turned})'
        yield from _without_nodata(part, name)


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
    for name in _names(part):
        yield f"{name} = {scene}.sel(band={places[name]}, drop=True).rio.write_crs({scene}.rio.crs)"
        yield from _without_nodata(part, name)


def _without_nodata(part: Part, name: str) -> Iterator[str]:
    if part.style.nodata is not None:
        yield f"{name} = {name}.where({name} != {part.style.nodata!r})"


def _names(part: Part) -> tuple[str, ...]:
    """The bands or variables that are read."""
    style, known = part.style, layer_names(part.layer)
    used = names_in(style.mask, known) if style.mask else ()
    if style.expression:
        return tuple(dict.fromkeys((*names_in(style.expression, known), *used)))
    shown = style.bands or ((style.variable or part.layer.name,) if part.layer.kind == "cube" else known[:1])
    return tuple(dict.fromkeys((*shown, *used)))


def _shown(part: Part) -> Iterator[str]:
    """What is shown: one array, or three as red, green and blue."""
    shown, style = part.name("shown"), part.style
    names = style.bands or ((style.variable or part.layer.name,) if part.layer.kind == "cube" else _names(part)[:1])
    if style.expression:
        first = names_in(style.expression, layer_names(part.layer))[0]
        yield f"{shown} = ({python_of(style.expression)}).rio.write_crs({first}.rio.crs)"
        yield f"{shown} = {shown}.where(np.isfinite({shown}))"
    elif len(names) == 3:
        yield f'{shown} = xr.concat([{", ".join(names)}], dim="band").rio.write_crs({names[0]}.rio.crs)'
    else:
        yield f"{shown} = {names[0]}"
    if style.mask:
        yield f"{shown} = {shown}.where({python_of(style.mask)})"
    if part.shape is not None:
        clip = (
            f"clip([{part.area}], "
            if part.area.startswith("area")
            else f"clip_box(*{part.area}, allow_one_dimensional_raster=True, "
        )
        yield f'{shown} = {shown}.rio.{clip}crs="EPSG:4326")'
    yield shown


def python_of(expression: str) -> str:
    """A formula of the browser as Python over arrays: its functions are numpy's."""
    tree = ast.parse(expression.strip(), mode="eval")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            node.func.id = CALLS.get(node.func.id, f"np.{node.func.id}")
    return ast.unparse(tree)


def _drawn(part: Part) -> Iterator[str]:
    shown, style = part.name("shown"), part.style
    yield 'figure, axes = plt.subplots(figsize=(9, 5.5), layout="constrained")'
    if len(style.bands) == 3 and not style.expression:
        pairs = list(style.rescale) * (3 if len(style.rescale) == 1 else 1)
        yield f"ends = np.array({[list(pair) for pair in pairs]}).T[:, :, None, None]  # of red, green, blue"
        yield f"stretched = (({shown} - ends[0]) / (ends[1] - ends[0])).clip(0, 1)"
        yield 'stretched.plot.imshow(ax=axes, rgb="band", vmin=0, vmax=1)'
    else:
        low, high = part.name("low"), part.name("high")
        label = json.dumps(_label(part), ensure_ascii=False)
        yield from _colours(part)
        yield f'{shown}.plot.imshow(ax=axes, vmin={low}, vmax={high}, cmap=colours, cbar_kwargs={{"label": {label}}})'
    if part.point is not None:
        yield _point_line(part)
    yield f"axes.set_title({json.dumps(part.layer.title, ensure_ascii=False)})"
    yield 'axes.set_aspect("equal")'
    yield "plt.show()"


def _point_line(part: Part) -> str:
    lon, lat = part.point or (0.0, 0.0)
    where = f"[{lon!r}], [{lat!r}]"
    if part.geographic:
        return f'axes.plot({where}, "o", mfc="none", mec="black")'
    return (
        f"from rasterio.warp import transform\n\n"
        f'axes.plot(*transform("EPSG:4326", {part.name("shown")}.rio.crs, {where}), "o", mfc="none", mec="black")'
    )


def _label(part: Part) -> str:
    if part.style.expression:
        return part.style.index or part.style.expression
    name = part.style.bands[0] if part.style.bands else part.layer.name
    return f"{name}, {part.layer.unit}" if part.layer.unit not in ("", "1") else name


def _colours(part: Part) -> Iterator[str]:
    """The colour map by matplotlib's name of it, else by its colours."""
    import matplotlib

    wanted = part.style.colormap or "viridis"
    known = next((name for name in matplotlib.colormaps if name.lower() == wanted.lower()), "")
    if known:
        yield f'colours = plt.get_cmap("{known}")'
        return
    table = ramp(wanted)[:, :3]
    steps = [round(step * 255 / (COLOURS - 1)) for step in range(COLOURS)]
    words = " ".join("".join(f"{value:02x}" for value in table[step]) for step in steps)
    yield f'colours = "{words}".split()'
    yield f'colours = LinearSegmentedColormap.from_list("{wanted}", [f"#{{colour}}" for colour in colours])'


def _measured(part: Part) -> Iterator[str]:
    shown = part.name("shown")
    style = part.style
    three = len(style.bands) == 3 and not style.expression
    names = list(style.bands) if three else [_label(part)]
    yield f"cells = {shown}.values.reshape({len(names)}, -1).T  # each counts once"
    yield f"numbers = pd.DataFrame(cells, columns={json.dumps(names, ensure_ascii=False)}).describe()"
    yield 'numbers.loc[["count", "min", "mean", "max", "std"]]'
