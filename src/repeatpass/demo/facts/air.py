"""Air: what is known about its collections."""

from repeatpass.demo.facts.makers import PVLIB, STATSMODELS
from repeatpass.demo.records import Facts, Provider

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
