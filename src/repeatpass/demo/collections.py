"""The collections of the demonstration: what each is, and what converts it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from repeatpass.demo.conversions import air, climate, land, ocean
from repeatpass.demo.facts import air as about_air
from repeatpass.demo.facts import climate as about_climate
from repeatpass.demo.facts import land as about_land
from repeatpass.demo.facts import ocean as about_ocean
from repeatpass.demo.records import Converted, Facts


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """A collection's facts and the function that converts its files into a folder."""

    facts: Facts
    convert: Callable[[Path], Converted]


RECIPES = (
    Recipe(facts=about_ocean.OSTIA, convert=ocean.ostia),
    Recipe(facts=about_climate.SOI, convert=climate.soi),
    Recipe(facts=about_ocean.NINO12, convert=ocean.nino12),
    Recipe(facts=about_air.CO2, convert=air.co2),
    Recipe(facts=about_land.LANDSAT, convert=land.landsat),
    Recipe(facts=about_land.SENTINEL2, convert=land.sentinel2_chip),
    Recipe(facts=about_air.TURBIDITY, convert=air.turbidity),
    Recipe(facts=about_land.RELIEF, convert=land.relief),
    Recipe(facts=about_climate.A1B, convert=climate.a1b),
)
