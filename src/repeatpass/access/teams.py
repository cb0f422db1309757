"""Teams: people who see what is shared with all of them. Whoever leaves a team sees it no longer."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from repeatpass.access.records import Actor, Member, Part, Right, Team
from repeatpass.access.room import users
from repeatpass.core.errors import Conflict, Exhausted, Forbidden, Invalid, NotFound
from repeatpass.core.ids import check_name
from repeatpass.core.times import now
from repeatpass.storage import events
from repeatpass.storage.database import Database
from repeatpass.storage.schema import Moment, metadata

teams = sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
)

members = sa.Table(
    "team_members",
    metadata,
    sa.Column("team", sa.String(80), sa.ForeignKey("teams.id"), primary_key=True),
    sa.Column("user", sa.String(80), sa.ForeignKey("users.id"), primary_key=True, index=True),
    sa.Column("part", sa.String(20), nullable=False),
    sa.Column("since", Moment, nullable=False),
)

MOST = 200  # members of one team
OWNED = 50  # teams of one person
NAME = 200  # letters
ORDER = (Part.OWNER, Part.MANAGER, Part.MEMBER)


def teams_of(user: str) -> sa.Select[tuple[str]]:
    """Return the query for the ids of the teams that *user* is in now."""
    joined = members.join(teams, teams.c.id == members.c.team)
    return sa.select(members.c.team).select_from(joined).where(members.c.user == user, teams.c.active)


class Teams:
    """Makes and changes teams. Each change is an event that names who made it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def make(self, actor: Actor, id: str, name: str = "") -> Team:
        """Make a team of *actor*'s, with nobody else in it yet; raise Conflict if the id is or was taken."""
        actor.require(Right.CONTRIBUTE)
        row = {"id": check_name(id, "a team"), "name": _name(name or id), "created": now(), "active": True}
        if sum(each.owner == actor.id for each in self.mine(actor)) >= OWNED:
            raise Exhausted(f"{OWNED} teams are yours; end one that is not needed.")
        try:
            with self.database.write() as connection:
                events.record(connection, "team.made", id, by=actor.id)
                connection.execute(teams.insert().values(**row))
                self._put(connection, id, actor.id, Part.OWNER)
        except sa.exc.IntegrityError:
            raise Conflict(f"There is or was a team “{id}”; choose another id.", field="id") from None
        return self.team(actor, id)

    def team(self, actor: Actor, id: str) -> Team:
        """Return a team; raise NotFound for one that *actor* is not in, unless they are an operator."""
        found = self._list(teams.c.id == id)
        if not found or (found[0].part_of(actor.id) is None and not actor.may(Right.OPERATE)):
            raise NotFound(f"There is no team “{id[:80]}” that you are in.", team=id[:80])
        return found[0]

    def mine(self, actor: Actor) -> list[Team]:
        """Return the teams that *actor* is in, by name."""
        return self._list(teams.c.id.in_(teams_of(actor.id)))

    def some(self, ids: Sequence[str]) -> list[Team]:
        """Return those of *ids* that there are, by name."""
        return self._list(teams.c.id.in_(list(ids)))

    def put(self, actor: Actor, id: str, user: str, part: Part = Part.MEMBER) -> Team:
        """Take somebody in, or change what they are; its owner alone names managers.

        Raise NotFound for a team or a user that there is not, Conflict for its owner, Exhausted where it is full.
        """
        team = self._managed(actor, id, Part.OWNER if part is not Part.MEMBER else Part.MANAGER)
        if part is Part.OWNER:
            raise Invalid("A team has one owner, who hands it over.", field="part")
        known = team.part_of(user)
        self._require_changeable(actor, team, known)
        with self.database.write() as connection:
            events.record(connection, "team.joined", id, by=actor.id, user=user, part=part)
            there = sa.select(users.c.id).where(users.c.id == user, users.c.active)
            if connection.execute(there).first() is None:
                raise Invalid(f"There is no active user “{user[:60]}”.", field="user")
            count = sa.select(sa.func.count()).select_from(members).where(members.c.team == id)
            if known is None and connection.execute(count).scalar_one() >= MOST:
                raise Exhausted(f"“{team.name}” has {MOST} members, the most that a team may have.")
            self._put(connection, id, user, part)
        return self.team(actor, id)

    def remove(self, actor: Actor, id: str, user: str) -> None:
        """Take somebody out, or leave oneself. What is shared with the team they see no longer, from this moment on."""
        team = self.team(actor, id) if user == actor.id else self._managed(actor, id, Part.MANAGER)
        part = team.part_of(user)
        if part is None:
            raise NotFound(f"“{user[:60]}” is not in “{team.name}”.", user=user[:60])
        if part is Part.OWNER:
            raise Conflict(f"“{team.name}” is {user}’s; hand it over or end it.", team=id)
        if user != actor.id:
            self._require_changeable(actor, team, part)
        with self.database.write() as connection:
            events.record(connection, "team.left", id, by=actor.id, user=user)
            connection.execute(members.delete().where(members.c.team == id, members.c.user == user))

    def hand_over(self, actor: Actor, id: str, user: str) -> Team:
        """Make a member the owner; whoever was it stays as a manager."""
        team = self._managed(actor, id, Part.OWNER)
        if team.part_of(user) is None:
            raise Invalid(f"“{user[:60]}” is not in “{team.name}”; take them in first.", field="user")
        with self.database.write() as connection:
            events.record(connection, "team.handed-over", id, by=actor.id, user=user)
            before = members.update().where(members.c.team == id, members.c.part == Part.OWNER)
            connection.execute(before.values(part=Part.MANAGER))
            self._put(connection, id, user, Part.OWNER)
        return self.team(actor, id)

    def rename(self, actor: Actor, id: str, name: str) -> Team:
        """Give a team another name; its id stays."""
        self._managed(actor, id, Part.OWNER)
        with self.database.write() as connection:
            events.record(connection, "team.renamed", id, by=actor.id, name=_name(name))
            connection.execute(teams.update().where(teams.c.id == id).values(name=_name(name)))
        return self.team(actor, id)

    def end(self, actor: Actor, id: str) -> None:
        """End a team: nobody sees anything through it any longer. Its id stays taken, or others would inherit what it saw."""
        self._managed(actor, id, Part.OWNER)
        with self.database.write() as connection:
            events.record(connection, "team.ended", id, by=actor.id)
            connection.execute(teams.update().where(teams.c.id == id).values(active=False))

    def _managed(self, actor: Actor, id: str, least: Part) -> Team:
        team = self.team(actor, id)
        part = team.part_of(actor.id)
        if not actor.may(Right.OPERATE) and (part is None or ORDER.index(part) > ORDER.index(least)):
            who = "its owner" if least is Part.OWNER else "its owner or a manager"
            raise Forbidden(f"Of “{team.name}”, only {who} may change this.", team=id)
        return team

    def _require_changeable(self, actor: Actor, team: Team, known: Part | None) -> None:
        if known is Part.OWNER:
            raise Conflict(f"“{team.name}” is theirs; hand it over first.", team=team.id)
        if known is Part.MANAGER and team.part_of(actor.id) is not Part.OWNER and not actor.may(Right.OPERATE):
            raise Forbidden(f"Of “{team.name}”, only its owner may change managers.", team=team.id)

    def _put(self, connection: sa.Connection, team: str, user: str, part: Part) -> None:
        where = (members.c.team == team, members.c.user == user)
        if not connection.execute(members.update().where(*where).values(part=part)).rowcount:
            connection.execute(members.insert().values(team=team, user=user, part=part, since=now()))

    def _list(self, *where: sa.ColumnElement[bool]) -> list[Team]:
        query = sa.select(teams).where(teams.c.active, *where).order_by(teams.c.name, teams.c.id)
        with self.database.read() as connection:
            found = connection.execute(query).mappings().all()
            joined = members.join(users, users.c.id == members.c.user)
            inside = sa.select(members, users.c.name).select_from(joined).where(users.c.active)
            rows = connection.execute(inside.where(members.c.team.in_([each["id"] for each in found]))).mappings().all()
        return [_team(each, [row for row in rows if row["team"] == each["id"]]) for each in found]


def _team(row: Any, rows: Sequence[Any]) -> Team:
    found = [
        Member(user=each["user"], name=each["name"], part=Part(each["part"]), since=each["since"]) for each in rows
    ]
    ordered = sorted(found, key=lambda each: (ORDER.index(each.part), each.name))
    return Team(id=row["id"], name=row["name"], created=row["created"], members=tuple(ordered))


def _name(text: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > NAME or not said.isprintable():
        raise Invalid(
            f"“name” is “{said[:40]}”. Right would be: 1 to {NAME} letters, such as Coastal group.", field="name"
        )
    return said
