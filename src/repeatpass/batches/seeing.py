"""Who may see which batches: those that look into closed collections are shown to those who may see these."""

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.batches.store import batches
from repeatpass.catalog.seeing import seen_by
from repeatpass.catalog.store import collections
from repeatpass.runs.seeing import run_seen_by
from repeatpass.runs.store import runs


def batch_seen_by(viewer: Actor | None) -> sa.ColumnElement[bool]:
    """Return the condition that *viewer* may see a batch; None is the house itself.

    Whoever may see the collection that its areas are items of, and all of its runs, may see it; so may who began it,
    and operators.
    """
    if viewer is None or viewer.may(Right.OPERATE):
        return sa.true()
    named = batches.c.specification[("areas", "collection")].as_string()
    mine = sa.select(collections.c.id).where(seen_by(viewer))
    hidden = sa.select(runs.c.id).where(runs.c.batch == batches.c.id, runs.c.closed, sa.not_(run_seen_by(viewer)))
    open_to_all = sa.and_(sa.or_(named.is_(None), named.in_(mine)), ~hidden.exists())
    return sa.or_(batches.c.actor == viewer.id, open_to_all)
