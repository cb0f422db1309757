"""Makers, carriers and licences that several collections share."""

from repeatpass.demo.records import Provider

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
