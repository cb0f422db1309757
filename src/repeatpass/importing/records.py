"""What an import is told, and what it reports: what was made, what was dropped and why, what could not be read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from repeatpass.entries import Draft


class Kind(StrEnum):
    """What a file is."""

    SERIES = "series"  # CSV, or JSON called <AOI>-<INDICATOR>
    OVERVIEW = "overview"  # JSON: where the places are, and what they are called
    LOCKDOWN = "lockdown"  # JSON: periods of restrictions by country
    CATALOG = "catalog"  # the others: configuration of a v5 catalogue, YAML or JSON
    COLLECTION = "collection"
    INDICATOR = "indicator"
    LAYER = "layer"
    STORY = "story"


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One file of the original, as it lies there."""

    name: str  # what it is called in the report and among the files of a collection
    kind: Kind
    content: bytes = field(repr=False)
    path: str = ""  # where it lies, with slashes: what else the files name by its path is found by it


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What the files do not say and a person adds."""

    licence: str = ""  # SPDX identifier
    provider: str = ""
    contact: str = ""  # a role address
    units: Mapping[str, str] = field(default_factory=dict)  # by indicator code


class Fate(StrEnum):
    """What became of something that a file says, where it was not kept as it stood there."""

    CHANGED = "changed"  # it is here, in another form
    DROPPED = "dropped"  # it is not here


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropped:
    """Something of a file that was not taken over, or not as it stood there."""

    file: str
    field: str  # empty: the file as a whole
    reason: str
    line: int = 0  # from 1; in JSON series the row; 0: not in one place
    fate: Fate = Fate.DROPPED
    todo: str = ""  # what a person can do about it; empty: nothing, or there is no need


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A file of which nothing could be taken."""

    file: str
    reason: str
    line: int = 0
    todo: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What became of one file: what it is here, and how much of it was kept."""

    file: str
    kind: Kind
    became: tuple[str, ...] = ()  # addresses of pages here
    says: str = ""  # how much of it was kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """One thing of this house that comes from the import."""

    kind: str  # collection, notebook, indicator, values, entry
    id: str
    state: str  # new, changed, unchanged; planned in a dry run; failed
    says: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """What would be made of the files of one indicator."""

    code: str  # as the original calls it: E13c
    id: str  # of the indicator here
    name: str  # of its collection and its notebook
    collection: Draft
    notebook: bytes = field(repr=False)
    definition: Mapping[str, object] = field(repr=False)
    says: str  # how many rows, values, duplicates, …


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything that would be done."""

    series: Sequence[Series] = ()
    entries: Sequence[Draft] = ()
    dropped: Sequence[Dropped] = ()
    refused: Sequence[Refused] = ()
    files: Sequence[Taken] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What an import made, what it dropped and why, and which files it could not take."""

    made: Sequence[Made] = ()
    dropped: Sequence[Dropped] = ()
    refused: Sequence[Refused] = ()
    files: Sequence[Taken] = ()

    @property
    def ok(self) -> bool:
        """Whether every file could be taken and every run succeeded."""
        return not self.refused and not any(each.state == "failed" for each in self.made)
