"""News of the end of those few runs that something follows: a callback, or copies in the workspace.

A batch ends thousands of runs that nothing follows; a listener that heard of each would cost more than the look here.
"""

import sqlalchemy as sa

from repeatpass.runs.callbacks import run_callbacks
from repeatpass.runs.copies import run_copies
from repeatpass.storage import events

ENDED = "run.followed"


def record_end(connection: sa.Connection, run: str) -> None:
    """Record that *run* has ended, in the transaction that ends it, if something follows."""
    followed = sa.union_all(
        sa.select(run_callbacks.c.run).where(run_callbacks.c.run == run),
        sa.select(run_copies.c.run).where(run_copies.c.run == run),
    )
    if connection.execute(followed).first() is not None:
        events.record(connection, ENDED, run)
