"""Actors, roles and rights."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from repeatpass.core.errors import Forbidden


class Right(StrEnum):
    """Something that an actor may be allowed to do."""

    READ = "read"  # read what is public
    RUN = "run"  # execute notebooks, repeat values
    CONTRIBUTE = "contribute"  # add notebooks of one's own
    CURATE = "curate"  # publish indicators and collections, release held values
    OPERATE = "operate"  # users, backups, everybody's things


class Role(StrEnum):
    """What somebody is to the house; each role has the rights of those before it."""

    READER = "reader"
    SCIENTIST = "scientist"
    EDITOR = "editor"
    OPERATOR = "operator"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.READER: frozenset({Right.READ}),
    Role.SCIENTIST: frozenset({Right.READ, Right.RUN, Right.CONTRIBUTE}),
    Role.EDITOR: frozenset({Right.READ, Right.RUN, Right.CONTRIBUTE, Right.CURATE}),
    Role.OPERATOR: frozenset(Right),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Whoever asks: a person, a token's owner, the house itself. Every verb takes one."""

    id: str
    name: str
    role: Role

    def may(self, right: Right) -> bool:
        """Say whether this actor has *right*."""
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise Forbidden unless this actor has *right*."""
        if not self.may(right):
            who = "You are not signed in and" if self.id == "anyone" else f"{self.name}, as {self.role},"
            raise Forbidden(
                f"{who} may not do this: it needs the right to {right}. Sign in, or send a token "
                "(repeatpass token prints one).",
                right=right,
            )

    def require_own(self, owner: str, right: Right = Right.OPERATE) -> None:
        """Raise Forbidden unless this actor is *owner* or has *right* over everybody's things."""
        if self.id != owner and not self.may(right):
            raise Forbidden(f"This belongs to {owner}; only its owner or an operator may do this.", owner=owner)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A secret that stands for its user, known here by its checksum only."""

    id: str
    user: str
    label: str
    created: datetime
    expires: datetime | None = None
    secret: str = field(default="", repr=False)  # known only in the moment of its making


class Part(StrEnum):
    """What somebody is in a team; each may do what those before it may."""

    MEMBER = "member"  # sees what is shared with the team, may leave
    MANAGER = "manager"  # adds and removes members
    OWNER = "owner"  # names managers, renames the team, hands it over, ends it; there is one


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody in a team."""

    user: str
    name: str
    part: Part
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """People who see what is shared with all of them."""

    id: str
    name: str
    created: datetime
    members: Sequence[Member]  # its owner first, then managers, then members, by name

    @property
    def owner(self) -> str:
        """The id of its owner; empty where their account was closed."""
        return next((each.user for each in self.members if each.part is Part.OWNER), "")

    def part_of(self, user: str) -> Part | None:
        """Return what *user* is in the team; None if nothing."""
        return next((each.part for each in self.members if each.user == user), None)


ANYONE = Actor(id="anyone", name="Anyone", role=Role.READER)
SYSTEM = Actor(id="repeatpass", name="Repeatpass", role=Role.OPERATOR)
