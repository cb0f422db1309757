"""The code cells of a view's notebook: plain xarray and matplotlib, as a person would write it."""

import ast
import json
from collections.abc import Iterator

from repeatpass.data.colours import hexes
from repeatpass.data.expressions import names_in
from repeatpass.data.reading import layer_names
from repeatpass.web.browsing.parts import Part, local, names_of, opening_of

COLOURS = 33  # of a colour map that matplotlib does not have by name
CALLS = {"where": "xr.where"}  # numexpr's functions that numpy has not under the same name


def cells_of(part: Part) -> Iterator[str]:
    """The code of one layer: open, choose, draw, measure."""
    yield "\n".join([*opening_of(part), "", *_shown(part)])
    yield "\n".join(_drawn(part))
    yield "\n".join(_measured(part))


def _shown(part: Part) -> Iterator[str]:
    """What is shown: one array, or three as red, green and blue."""
    shown, style = part.name("shown"), part.style
    names = style.bands or ((style.variable or part.layer.name,) if part.layer.kind == "cube" else names_of(part)[:1])
    if style.expression:
        first = local(names_in(style.expression, layer_names(part.layer))[0])
        yield f"{shown} = ({python_of(style.expression)}).rio.write_crs({first}.rio.crs)"
        yield f"{shown} = {shown}.where(np.isfinite({shown}))"
    elif len(names) == 3:
        yield f'{shown} = xr.concat([{", ".join(map(local, names))}], dim="band").rio.write_crs({local(names[0])}.rio.crs)'
    else:
        yield f"{shown} = {local(names[0])}"
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
        if isinstance(node, ast.Name):
            node.id = local(node.id)
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
        yield from colours_by(part.style.colormap)
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


def colours_by(name: str) -> Iterator[str]:
    """The lines that make a colour map: by matplotlib's name of it, else by its colours."""
    import matplotlib

    wanted = name or "viridis"
    known = next((name for name in matplotlib.colormaps if name.lower() == wanted.lower()), "")
    if known:
        yield f'colours = plt.get_cmap("{known}")'
        return
    words = " ".join(colour.removeprefix("#") for colour in hexes(wanted, COLOURS))
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
