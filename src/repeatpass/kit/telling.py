"""Makes compiled readers tell Python's audit hooks which file they open.

GDAL, HDF5 and Arrow open files in C, where no audit event is raised. Their few Python doors are wrapped
here, in the fork server, so that the watcher hears of every path that goes through one of them.
"""

import functools
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

EVENT = "repeatpass.reads"
DRAWING = "repeatpass.draws"

# module, name of the function that takes a path first (or by one of KEYWORDS)
DOORS = (
    ("rasterio", "open"),
    ("h5py.h5f", "open"),
    ("pyogrio.raw", "ogr_read"),
    ("pyogrio.raw", "ogr_open_arrow"),
    ("pyogrio.core", "ogr_read_info"),
    ("pyarrow.parquet", "read_table"),
    ("pyarrow.parquet.core", "read_table"),
    ("pyarrow.dataset", "dataset"),
    ("pyarrow.feather", "read_table"),
    ("pyarrow", "memory_map"),
)
KEYWORDS = ("fp", "name", "source", "path_or_buffer", "path")


def wrap_doors() -> None:
    """Wrap every door whose module is loaded; call it once, after the imports."""
    for module, name in DOORS:
        with suppress(Exception):  # a door that is not there any more is not worth failing for
            if module in sys.modules:
                setattr(sys.modules[module], name, _telling(getattr(sys.modules[module], name)))


def wrap_drawing() -> None:
    """Have every drawing of a figure told, too: it reads fonts over and over, through files that stay open."""
    agg = sys.modules.get("matplotlib.backends.backend_agg")
    if agg is not None:
        with suppress(AttributeError):
            for name in ("draw_text", "get_text_width_height_descent"):
                setattr(agg.RendererAgg, name, _said(getattr(agg.RendererAgg, name)))


def _said(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def told(*args: Any, **kwargs: Any) -> Any:
        sys.audit(DRAWING)
        return function(*args, **kwargs)

    return told


def _telling(function: Callable[..., Any]) -> Callable[..., Any]:
    """*function*, announcing its path before it is called."""

    @functools.wraps(function)
    def told(*args: Any, **kwargs: Any) -> Any:
        path = args[0] if args else next((kwargs[key] for key in KEYWORDS if key in kwargs), None)
        sys.audit(EVENT, path)
        return function(*args, **kwargs)

    return told
