"""What each person's runs use now, and whether there is room for another within their quota.

A run counts for whoever asked for it. The house's own runs have no quota.
"""

from datetime import timedelta

import sqlalchemy as sa

from repeatpass.core.errors import Exhausted
from repeatpass.core.times import now
from repeatpass.runs.records import Run, State
from repeatpass.runs.store import runs
from repeatpass.storage.database import Database
from repeatpass.workspaces import ledger
from repeatpass.workspaces.quotas import Quotas
from repeatpass.workspaces.records import Quota, Used

DAY = timedelta(hours=24)


class Counting:
    """Counts with a few indexed queries and the ledger, so that it takes as long with many runs as with few."""

    def __init__(self, database: Database, quotas: Quotas) -> None:
        self.database = database
        self.quotas = quotas

    def used(self, owner: str) -> Used:
        """Return what is used of the quota of *owner*."""
        with self.database.read() as connection:
            return Used(
                kept_bytes=ledger.total(connection, owner),
                running=_number(connection, owner, State.RUNNING),
                queued=_number(connection, owner, State.QUEUED),
                cpu_s=_cpu(connection, owner),
            )

    def require_room(self, connection: sa.Connection, run: Run) -> None:
        """Raise Exhausted if *run*, which the transaction of *connection* has just queued, is over the quota.

        The transaction must have recorded an event before, which keeps two submitters from both being the last.
        """
        quota = self.quotas.within(connection, run.actor)
        if quota == Quota():
            return
        if quota.queued and (number := _number(connection, run.actor, State.QUEUED)) > quota.queued:
            raise _over(
                f"{number - 1} runs of {quota.queued} that may wait at once are waiting",
                "Wait until some have begun, or cancel one",
                run,
            )
        if quota.kept_bytes and (kept := ledger.total(connection, run.actor)) >= quota.kept_bytes:
            raise _over(f"{_mb(kept)} of {_mb(quota.kept_bytes)} for kept results are used", FREE, run)
        if quota.cpu_s and (cpu := _cpu(connection, run.actor)) >= quota.cpu_s:
            raise _over(f"{cpu:.0f} of {quota.cpu_s:.0f} CPU seconds in 24 hours are used", "Wait some hours", run)

    def enter(self, connection: sa.Connection, run: Run, files: dict[str, int], *, within: bool = True) -> None:
        """Count what *run* has left, checksum to bytes; with *within*, raise Exhausted where that is over the quota."""
        quota = self.quotas.within(connection, run.actor)
        kept = ledger.add(connection, run.actor, files)
        if within and quota.kept_bytes and kept > quota.kept_bytes:
            new = sum(files.values())
            raise _over(
                f"its results ({_mb(new)}) do not fit into the {_mb(quota.kept_bytes)} for kept results, of which "
                f"{_mb(max(0, kept - new))} are used",
                f"{FREE}, then run it again",
                run,
            )

    def busy(self, connection: sa.Connection) -> set[str]:
        """Return who has as many runs under way as they may have at the same time."""
        own, usual = self.quotas.running_limits(connection), self.quotas.defaults.running
        if not usual and not any(own.values()):
            return set()
        query = sa.select(runs.c.actor, sa.func.count()).where(runs.c.state == State.RUNNING).group_by(runs.c.actor)
        limits = {actor: (own.get(actor, usual), number) for actor, number in connection.execute(query)}
        return {
            actor for actor, (limit, number) in limits.items() if limit and number >= limit and actor != "repeatpass"
        }


FREE = "Delete results that are no longer needed (the page “Workspace” lists them by size)"


def _number(connection: sa.Connection, owner: str, state: State) -> int:
    query = sa.select(sa.func.count()).select_from(runs).where(runs.c.actor == owner, runs.c.state == state)
    return connection.execute(query).scalar_one()


def _cpu(connection: sa.Connection, owner: str) -> float:
    query = sa.select(sa.func.coalesce(sa.func.sum(runs.c.cpu_s), 0.0))
    where = (runs.c.actor == owner, runs.c.finished >= now() - DAY)
    return float(connection.execute(query.where(*where)).scalar_one())


def _over(used: str, todo: str, run: Run) -> Exhausted:
    words = (
        f"The quota of {run.actor} is used up: {used}. {todo}, or ask the operator for more (repeatpass quotas set)."
    )
    return Exhausted(words, owner=run.actor)


def _mb(count: int) -> str:
    return f"{count / 1e6:.3g} MB" if count < 1e9 else f"{count / 1e9:.3g} GB"
