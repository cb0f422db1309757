"""Which runs values rest on, so that what those left is never deleted."""

from collections.abc import Collection

import sqlalchemy as sa

from repeatpass.indicators.store import values
from repeatpass.storage.database import Database

MANY = 500  # runs in one statement


def values_resting_on(database: Database, runs: Collection[str]) -> dict[str, str]:
    """Return, for those of *runs* that brought values, current, older or held, which indicator that is."""
    asked, found = list(runs), dict[str, str]()
    for at in range(0, len(asked), MANY):
        query = sa.select(values.c.run, values.c.indicator).where(values.c.run.in_(asked[at : at + MANY])).distinct()
        with database.read() as connection:
            found |= {row.run: f"a value of the indicator “{row.indicator}”" for row in connection.execute(query)}
    return found
