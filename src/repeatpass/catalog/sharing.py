"""Who may see a collection, changed by its owner: shared, offered to editors, made public, withdrawn."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.access.records import Team
from repeatpass.access.teams import Teams
from repeatpass.catalog.records import Collection, Visibility
from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search.indexing import forget_items
from repeatpass.catalog.seeing import open_to, shared_with
from repeatpass.catalog.store import collections, team_viewers, viewers
from repeatpass.core.errors import Conflict, Invalid
from repeatpass.core.times import now
from repeatpass.storage import events

MOST = 500  # people or teams with whom one collection is shared
REASON = 2000  # letters


class Sharing:
    """Changes who may see collections. Each change is an event that names who made it."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.database = catalog.database
        self.teams = Teams(catalog.database)

    def viewers(self, id: str) -> list[str]:
        """Return with whom a collection is shared, by user id."""
        query = sa.select(viewers.c.user).where(viewers.c.collection == id).order_by(viewers.c.user)
        with self.database.read() as connection:
            return list(connection.execute(query).scalars())

    def teams_of(self, id: str) -> list[Team]:
        """Return with which teams a collection is shared, by name; those that have ended are none."""
        query = sa.select(team_viewers.c.team).where(team_viewers.c.collection == id)
        with self.database.read() as connection:
            found = list(connection.execute(query).scalars())
        return self.teams.some(found)

    def shared_with(self, viewer: Actor) -> list[Collection]:
        """Return what others share with *viewer*, by name or through a team they are in now, by title."""
        where = (shared_with(viewer), open_to(viewer), collections.c.owner != viewer.id)
        query = sa.select(collections).where(*where).order_by(collections.c.title)
        with self.database.read() as connection:
            return [Collection(**row) for row in connection.execute(query).mappings()]

    def shared_through(self, viewer: Actor, team: str) -> list[Collection]:
        """Return what is shared with one team and *viewer* may see, by title."""
        of_team = sa.select(team_viewers.c.collection).where(team_viewers.c.team == team)
        query = sa.select(collections).where(collections.c.id.in_(of_team), open_to(viewer))
        with self.database.read() as connection:
            found = connection.execute(query.order_by(collections.c.title)).mappings()
            return [Collection(**row) for row in found]

    def share(self, actor: Actor, id: str, users: Iterable[str], teams: Iterable[str] = ()) -> Collection:
        """Let *users*, and the members of *teams* as they are whenever they look, see a collection besides its owner.

        They stand in place of those that saw it before; nobody at all makes it private. Raise NotFound for a
        collection that *actor* may not see, Forbidden for another's, Invalid for a team that *actor* is not in (unless
        it is shared with it already), Conflict for a public one: what others may rest on is withdrawn, with a reason,
        and not hidden.
        """
        known = self._own(actor, id)
        names = sorted(set(users) - {known.owner, ""})
        groups = self._require_teams(actor, id, teams)
        if known.visibility == Visibility.PUBLIC:
            raise Conflict(f"“{id}” is public, so everybody sees it already; it can be withdrawn.", collection=id)
        if many := [f"{len(some)} {of}" for some, of in ((names, "people"), (groups, "teams")) if len(some) > MOST]:
            raise Invalid(f"{many[0]} are too many; share it with {MOST} at most, or offer it for review.")
        visibility = Visibility.SHARED if names or groups else Visibility.PRIVATE
        with self.database.write() as connection:
            self._change(connection, id, visibility=visibility)
            _forget(connection, id)
            if names:
                connection.execute(viewers.insert(), [{"collection": id, "user": name} for name in names])
            if groups:
                connection.execute(team_viewers.insert(), [{"collection": id, "team": team} for team in groups])
            events.record(connection, "collection.shared", id, by=actor.id, users=names, teams=groups)
        return self.catalog.collection(id)

    def _require_teams(self, actor: Actor, id: str, teams: Iterable[str]) -> list[str]:
        asked = sorted(set(teams) - {""})
        may = {each.id for each in (*self.teams.mine(actor), *self.teams_of(id))} if asked else set()
        if actor.may(Right.OPERATE):
            may |= {each.id for each in self.teams.some(asked)}
        if unknown := [each for each in asked if each not in may]:
            raise Invalid(
                f"There is no team “{unknown[0][:80]}” that you are in. Right would be: ids of your teams, which the page "
                "“Teams” lists.",
                field="teams",
            )
        return asked

    def offer(self, actor: Actor, id: str) -> Collection:
        """Offer a collection for the public registry: editors see it from now on, and decide. Raise Conflict if it is public."""
        known = self._own(actor, id)
        if known.visibility == Visibility.PUBLIC:
            raise Conflict(f"“{id}” is public already.", collection=id)
        if known.offered is not None:
            return known
        with self.database.write() as connection:
            self._change(connection, id, offered=now())
            events.record(connection, "collection.offered", id, by=actor.id)
        return self.catalog.collection(id)

    def offered(self, actor: Actor) -> list[Collection]:
        """Return what waits for an editor, what was offered first first; raise Forbidden for who is none."""
        actor.require(Right.CURATE)
        query = sa.select(collections).where(collections.c.offered.is_not(None), collections.c.withdrawn.is_(None))
        with self.database.read() as connection:
            return [Collection(**row) for row in connection.execute(query.order_by(collections.c.offered)).mappings()]

    def accept(self, actor: Actor, id: str) -> Collection:
        """Make an offered collection public. Raise Forbidden for who is no editor, Conflict if it was not offered.

        Owners do not decide on their own data unless they are operators, as in a house of one person.
        """
        self._require_editor(actor, id)
        with self.database.write() as connection:
            self._change(connection, id, visibility=Visibility.PUBLIC, offered=None)
            _forget(connection, id)
            events.record(connection, "collection.accepted", id, by=actor.id)
        return self.catalog.collection(id)

    def decline(self, actor: Actor, id: str, reason: str) -> Collection:
        """Give an offered collection back to its owner, with a *reason*; it stays as private as it was."""
        self._require_editor(actor, id)
        said = _reason(reason, "Say why, so that its owner can mend it.")
        with self.database.write() as connection:
            self._change(connection, id, offered=None)
            events.record(connection, "collection.declined", id, by=actor.id, reason=said)
        return self.catalog.collection(id)

    def withdraw(self, actor: Actor, id: str, reason: str) -> Collection:
        """Take a collection back: it is neither listed nor found nor opened any more, and a tombstone says why.

        Its record, its items and its files are kept, so that passports that rest on it stand and can be repeated.
        """
        known = self.catalog.as_seen_by(actor).collection(id)
        actor.require_own(known.owner, Right.CURATE if known.visibility == Visibility.PUBLIC else Right.OPERATE)
        said = _reason(reason, "Say why: it stands where the collection was.")
        with self.database.write() as connection:
            self._change(connection, id, withdrawn=now(), withdrawn_reason=said, offered=None)
            forget_items(connection, id)
            events.record(connection, "collection.withdrawn", id, by=actor.id, reason=said)
        return self.catalog.kept(id)

    def withdrawn(self, viewer: Actor) -> Sequence[Collection]:
        """Return the withdrawn collections of *viewer*, newest first."""
        where = (collections.c.owner == viewer.id, collections.c.withdrawn.is_not(None))
        query = sa.select(collections).where(*where).order_by(collections.c.withdrawn.desc())
        with self.database.read() as connection:
            return [Collection(**row) for row in connection.execute(query).mappings()]

    def _own(self, actor: Actor, id: str) -> Collection:
        known = self.catalog.as_seen_by(actor).collection(id)
        actor.require_own(known.owner)
        return known

    def _require_editor(self, actor: Actor, id: str) -> None:
        known = self.catalog.as_seen_by(actor).collection(id)
        actor.require(Right.CURATE)
        if known.offered is None:
            raise Conflict(f"“{id}” was not offered for review, or was decided on already.", collection=id)
        if known.owner == actor.id and not actor.may(Right.OPERATE):
            raise Conflict(f"“{id}” is your own; another editor decides on it.", collection=id)

    def _change(self, connection: sa.Connection, id: str, **values: Any) -> None:
        # The time of the change is what contexts and lists are made anew by.
        connection.execute(collections.update().where(collections.c.id == id).values(updated=now(), **values))


def _forget(connection: sa.Connection, id: str) -> None:
    for shared in (viewers, team_viewers):
        connection.execute(shared.delete().where(shared.c.collection == id))


def _reason(text: str, why: str) -> str:
    said = " ".join(text.split())
    if not said:
        raise Invalid(f"“reason” is empty. {why}", field="reason")
    if len(said) > REASON:
        raise Invalid(f"“reason” has {len(said):,} letters; {REASON:,} are enough.", field="reason")
    return said
