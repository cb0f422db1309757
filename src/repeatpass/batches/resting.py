"""Which runs batches rest on, so that what those left is not deleted before the batch is given up."""

from collections.abc import Collection

import sqlalchemy as sa

from repeatpass.batches.records import BatchState
from repeatpass.batches.store import batches, parts
from repeatpass.storage.database import Database

MANY = 500  # runs in one statement


def batches_resting_on(database: Database, runs: Collection[str]) -> dict[str, str]:
    """Return, for those of *runs* that are parts of a batch that was not cancelled, which batch that is."""
    asked, found = list(runs), dict[str, str]()
    joined = sa.select(parts.c.run, batches.c.id).join(batches, batches.c.id == parts.c.batch)
    for at in range(0, len(asked), MANY):
        where = (parts.c.run.in_(asked[at : at + MANY]), batches.c.state != BatchState.CANCELLED)
        with database.read() as connection:
            found |= {row.run: f"the batch {row.id}" for row in connection.execute(joined.where(*where))}
    return found
