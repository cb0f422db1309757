"""Who may see which runs: what a run read is not shown to those who may not see that, nor what it made of it."""

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.catalog.seeing import seen_by
from repeatpass.catalog.store import collections
from repeatpass.runs.records import State
from repeatpass.runs.store import run_inputs, runs

FINAL = [state for state in State if state.final]


def run_seen_by(viewer: Actor | None) -> sa.ColumnElement[bool]:
    """Return the condition that *viewer* may see a run; None is the house itself.

    Everybody sees the runs that could open nothing but public collections. Others are seen by who asked for them, by
    operators, and, once they have ended, by those who may see all that they read.
    """
    if viewer is None or viewer.may(Right.OPERATE):
        return sa.true()
    mine = sa.select(collections.c.id).where(seen_by(viewer))
    read = run_inputs.alias()  # a name of its own: the query around it may look at what was read, too
    hidden = sa.select(read.c.id).where(read.c.run == runs.c.id, read.c.collection.not_in(mine))
    ended = sa.and_(runs.c.state.in_(FINAL), ~hidden.exists())
    return sa.or_(sa.not_(runs.c.closed), runs.c.actor == viewer.id, ended)
