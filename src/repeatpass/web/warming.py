"""Draws ahead of need, so that no visitor waits for a drawing."""

import logging

from repeatpass.core.errors import RepeatpassError
from repeatpass.web.desk import Desk
from repeatpass.web.pages import mapping
from repeatpass.web.pages.home import home_page
from repeatpass.web.pages.indicator import indicator_page
from repeatpass.web.rendering import render
from repeatpass.web.views import Cover

log = logging.getLogger(__name__)


def warm(desk: Desk, id: str) -> None:
    """Draw the charts and the map's frames of an indicator. A drawing that fails is logged, never repeated for it."""
    try:
        series = desk.series(id)
        for place in series.by_place:
            render(indicator_page(desk, id, place), Cover(version=""))
        render(home_page(desk), Cover(version=""))
        output = mapping.raster_of(desk, series)
        for time in mapping.layer_of(desk, series, output).times if output else ():
            mapping.frame_png(desk, series, time)
    except RepeatpassError as error:
        log.info("Nothing drawn ahead for %s: %s", id, error.message)
    except Exception:
        log.exception("Drawing ahead for %s failed", id)


def warm_all(desk: Desk) -> None:
    """Read what every page needs once, and draw what is missing."""
    try:
        desk.house.registry.entries()
        desk.house.usage.examples()
        for series in desk.every():
            warm(desk, series.id)
    except Exception:  # the house may be closing already
        log.info("Not everything was drawn ahead", exc_info=True)
