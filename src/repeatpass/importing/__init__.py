"""Taking over what the original dashboards have: their series and the configuration of their catalogues."""

from repeatpass.importing.records import Dropped, Made, Refused, Report, Said

__all__ = ["Dropped", "Made", "Refused", "Report", "Said"]
