"""Climate: what is known about its collections."""

from repeatpass.demo.facts.makers import CROWN, IRIS, MET_OFFICE, OGL, OGL_TITLE
from repeatpass.demo.records import Facts, Provider

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
