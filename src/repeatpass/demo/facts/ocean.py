"""Ocean: what is known about its collections."""

from repeatpass.demo.facts.makers import CROWN, IRIS, MET_OFFICE, NOAA, OGL, OGL_TITLE, STATSMODELS
from repeatpass.demo.records import Facts

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
