"""Taking over what the original dashboards have: their series and the configuration of their catalogues."""

from repeatpass.importing.records import Dropped, Fate, Made, Refused, Report, Said, Taken

__all__ = ["Dropped", "Fate", "Made", "Refused", "Report", "Said", "Taken"]
