"""The notebook of a view: it opens the same layers at the same times, and shows them in the same colours and place."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.data.covering import touching
from repeatpass.data.originals import Originals
from repeatpass.data.records import Box, Layer
from repeatpass.data.styles import style_of
from repeatpass.data.times import chosen_times
from repeatpass.web.browsing.asked import Shown, Sight
from repeatpass.web.browsing.code import cells_of
from repeatpass.web.browsing.parts import Part, helper_of
from repeatpass.web.browsing.place_notebook import PlacePart, place_part
from repeatpass.web.browsing.places import Drawn, PlaceLayer, drawn_layer
from repeatpass.web.browsing.projections import projection, suited
from repeatpass.web.browsing.shapes import Shape
from repeatpass.web.browsing.times import said

if TYPE_CHECKING:
    from nbformat import NotebookNode

SCREEN = (1440, 900)  # pixels; how large the map of a view is taken to be


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A notebook made for a view."""

    name: str  # of the shelf, always the same for the same view
    content: bytes  # .ipynb


def notebook_of(house: House, sight: Sight) -> Made:
    """Make the notebook of *sight*; raise Invalid for a view without a visible layer, NotFound, BadStyle as drawing does."""
    seen = [shown for shown in sight.layers if not shown.hidden]
    if not seen:
        raise Invalid("This view shows no layer; choose one with layer=….", field="layer")
    parts = [_part_of(house, sight, shown, number) for number, shown in enumerate(seen, 1)]
    notebook = _written(sight, parts)
    content = _dumped(notebook)
    stem = re.sub(r"[^a-z0-9]+", "-", parts[0].layer.collection.lower()).strip("-")[:50]
    return Made(name=f"view-{stem}-{hashlib.sha256(content).hexdigest()[:8]}", content=content)


def _part_of(house: House, sight: Sight, shown: Shown, number: int) -> Part | PlacePart:
    """Everything that the code of one layer, of cells or of features, needs to know."""
    layer = drawn_layer(house, shown.layer)
    if isinstance(layer, PlaceLayer):
        return place_part(house, layer, shown, number, _where(sight, layer), sight.area is not None)
    return _part(house, sight, shown, number, layer)


def _part(house: House, sight: Sight, shown: Shown, number: int, layer: Layer) -> Part:
    style = house.rendering.completed(layer, style_of(layer, shown.style()))
    times = chosen_times(layer, shown.time)
    within = _where(sight, layer)
    sources = [
        source
        for source in reversed(layer.sources)
        if (not times or set(times) & set(source.times)) and (within is None or touching(source.bbox, within.box))
    ]
    if not sources:
        raise Invalid(f"The area lies outside of {layer.id}.", field="area")
    return Part(
        number=number,
        layer=layer,
        style=style,
        time=times[-1] if times else "",
        sources=tuple(sources[:1] if layer.kind == "cube" else sources[:12]),
        originals=Originals(house.files, house.elsewhere),
        shape=within,
        drawn=sight.area is not None,
        point=sight.point,
        opacity=shown.opacity,
    )


def _where(sight: Sight, layer: Drawn) -> Shape | None:
    """The area of a view: what was drawn, else what is seen; None where that is the whole layer."""
    if sight.area is not None:
        if not touching(layer.bbox, sight.area.box):
            raise Invalid(f"The area lies outside of {layer.id}, which covers {layer.bbox}.", field="area")
        return sight.area
    box = screen(sight, layer)
    if box is None or not touching(layer.bbox, box) or _within(layer.bbox, box):
        return None
    west, east = (max(box[0], layer.bbox[0]), min(box[2], layer.bbox[2])) if layer.bbox[0] < layer.bbox[2] else box[::2]
    south, north = max(box[1], layer.bbox[1]), min(box[3], layer.bbox[3])
    return Shape(text=",".join(f"{side:.6g}" for side in (west, south, east, north)))


def _within(inner: Box, outer: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def screen(sight: Sight, layer: Drawn) -> Box | None:
    """What a screen shows of the Earth at *sight*, in degrees; None where that is not said or everything."""
    if sight.at is None:
        return None
    from pyproj import Transformer

    known = projection(sight.view or suited([layer]))
    lon, lat, zoom = sight.at
    to = Transformer.from_crs(4326, known.crs, always_xy=True)
    x, y = to.transform(lon, lat)
    pixel = known.resolutions[0] / 2**zoom
    half = SCREEN[0] * pixel / 2, SCREEN[1] * pixel / 2
    left, bottom, right, top = known.extent
    corners = max(x - half[0], left), max(y - half[1], bottom), min(x + half[0], right), min(y + half[1], top)
    if corners[0] >= corners[2] or corners[1] >= corners[3]:
        return None
    west, south, east, north = to.transform_bounds(*corners, direction="INVERSE")
    return (west, south, east, north) if west < east and east - west < 359 else None


def _written(sight: Sight, parts: Sequence[Part | PlacePart]) -> "NotebookNode":
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    names = ", ".join(part.layer.title for part in parts)
    when = ", ".join(dict.fromkeys(said(part.time, part.layer.times) for part in parts if part.time))
    about = (
        f"# {names}{f', {when}' if when else ''}\n\nA view of the map browser: the same layers, times, colours and "
        f"place. Change the parameters, or go on from the arrays.\n\n[This view in the browser]({sight.href()})"
    )
    cells = [new_markdown_cell(about)]
    parameters = "\n".join(line for part in parts for line in part.parameters())
    if parameters:
        cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    cells.append(new_code_cell("\n\n\n".join([_imports(parts), *helper_of([p for p in parts if isinstance(p, Part)])])))
    for part in parts:
        if len(parts) > 1:
            cells.append(new_markdown_cell(f"## {part.layer.title}"))
        cells += [new_code_cell(text) for text in (cells_of(part) if isinstance(part, Part) else part.cells())]
    for number, cell in enumerate(cells):
        cell["id"] = f"view-{number}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made: NotebookNode = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    return made


def _imports(parts: Sequence[Part | PlacePart]) -> str:
    """What the cells import: only what their layers need."""
    cells = any(isinstance(part, Part) for part in parts)
    places = any(isinstance(part, PlacePart) for part in parts)
    asked = any(isinstance(part, PlacePart) and not part.files for part in parts)
    wanted = {
        "from pathlib import Path\n": asked,
        "import geopandas as gpd": places,
        "import matplotlib.pyplot as plt": True,
        "import numpy as np": cells,
        "import pandas as pd": True,
        "import rioxarray  # noqa: F401  (gives arrays their coordinate reference system)": cells,
        "import shapely": places,
        "import xarray as xr": cells,
        "from matplotlib.colors import LinearSegmentedColormap": True,
        "\nimport repeatpass": True,
        "from repeatpass.kit.web import download": asked,
        '\nplt.style.use("repeatpass.kit.paper")': True,
    }
    return "\n".join(line for line, needed in wanted.items() if needed)


def _dumped(notebook: "NotebookNode") -> bytes:
    import nbformat

    return str(nbformat.writes(notebook)).encode()
