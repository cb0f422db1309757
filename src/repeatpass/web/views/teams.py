"""Teams: the list, one of them."""

from dataclasses import dataclass
from datetime import datetime

from repeatpass.web.views.common import Action, Link, Page


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamRow:
    """One team in a list."""

    name: Link
    id: str
    part: str  # what whoever asks is in it, in words
    members: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamsPage(Page):
    """The teams that one person is in, and the form that makes one."""

    rows: tuple[TeamRow, ...]
    may_make: bool
    id: str = ""  # as typed
    name: str = ""
    refused: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberRow:
    """One person in a team, and what can be done with them."""

    user: str
    name: str
    part: str
    since: datetime
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamPage(Page):
    """One team: who is in it, what is shared with it."""

    team: str  # its id
    part: str  # what whoever asks is in it, in words
    members: tuple[MemberRow, ...]
    shared: tuple[Link, ...]
    may_add: bool
    may_name: bool  # managers, the team itself
    leave: Action | None = None
    end: Action | None = None
    refused: str = ""
    user: str = ""  # as typed
