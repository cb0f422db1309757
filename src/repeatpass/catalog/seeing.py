"""Who may see which collections: one condition, which every reading of the catalog goes through."""

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.access.teams import teams_of
from repeatpass.catalog.records import Visibility
from repeatpass.catalog.store import collections, team_viewers, viewers


def seen_by(viewer: Actor | None) -> sa.ColumnElement[bool]:
    """Return the condition that *viewer* may see a collection, whether withdrawn or not; None is the house itself.

    Public ones everybody sees; others their owner, the people and the members of the teams they are shared with, and
    operators. Editors also see those that were offered to them.
    """
    if viewer is None or viewer.may(Right.OPERATE):
        return sa.true()
    allowed = [collections.c.visibility == Visibility.PUBLIC, collections.c.owner == viewer.id, shared_with(viewer)]
    if viewer.may(Right.CURATE):
        allowed.append(collections.c.offered.is_not(None))
    return sa.or_(*allowed)


def shared_with(viewer: Actor) -> sa.ColumnElement[bool]:
    """Return the condition that a collection is shared with *viewer*: by name, or with a team they are in now."""
    by_name = sa.select(viewers.c.collection).where(viewers.c.user == viewer.id)
    by_team = sa.select(team_viewers.c.collection).where(team_viewers.c.team.in_(teams_of(viewer.id)))
    return sa.and_(collections.c.visibility == Visibility.SHARED, collections.c.id.in_(by_name.union(by_team)))


def open_to(viewer: Actor | None) -> sa.ColumnElement[bool]:
    """Return the condition that *viewer* may see a collection and that it is not withdrawn."""
    return sa.and_(collections.c.withdrawn.is_(None), seen_by(viewer))


def hidden_from(viewer: Actor | None) -> sa.Select[tuple[str]]:
    """Return the query for the ids of collections that *viewer* must not find: few, and found by an index."""
    withdrawn = collections.c.withdrawn.is_not(None)
    if viewer is None or viewer.may(Right.OPERATE):
        return sa.select(collections.c.id).where(withdrawn)
    closed = sa.and_(collections.c.visibility != Visibility.PUBLIC, sa.not_(seen_by(viewer)))
    return sa.select(collections.c.id).where(sa.or_(withdrawn, closed))
