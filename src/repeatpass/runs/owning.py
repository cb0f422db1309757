"""What belongs to people, brought together for their runs: secrets, quotas, and how long results are kept."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from repeatpass.access import SYSTEM
from repeatpass.runs.claiming import Capacity
from repeatpass.runs.folder import Kept
from repeatpass.runs.quotas import Counting
from repeatpass.runs.records import Run, State
from repeatpass.runs.retention import Retention
from repeatpass.runs.room import Runs
from repeatpass.runs.worker import Desk
from repeatpass.workspaces.quotas import Quotas
from repeatpass.workspaces.records import Quota
from repeatpass.workspaces.sealing import Sealer
from repeatpass.workspaces.secrets import Secrets


@dataclass(frozen=True, kw_only=True, slots=True)
class Owning:
    """The rooms about what is somebody's own."""

    secrets: Secrets
    quotas: Quotas
    counting: Counting
    retention: Retention

    def secrets_for(self, run: Run) -> dict[str, str]:
        """Return the variables that the notebook of *run* is told: those of whoever asked, in their own workspace.

        A repeat of somebody else's run is told none, neither theirs nor one's own: it is their notebook.
        """
        own = run.actor == run.workspace and run.actor != SYSTEM.id
        return self.secrets.opened(run.actor) if own else {}

    def count(self, connection: sa.Connection, run: Run, kept: Kept) -> None:
        """Count what a finished run left; raise Exhausted where what a successful one left is over the quota."""
        self.counting.enter(connection, run, dict(kept.sizes), within=run.state is State.SUCCEEDED)

    def desk(self, memory_bytes: int) -> Desk:
        """Return what the workers of a machine with so much memory for runs ask."""
        capacity = Capacity(memory_bytes=memory_bytes, busy=self.counting.busy)
        return Desk(capacity=capacity, secrets=self.secrets_for, count=self.count, until=self.retention.until)


def owning(runs: Runs, key: bytes, quota: Quota, after_days: float) -> Owning:
    """Build the rooms; *after_days* 0 keeps what trials leave for ever."""
    quotas = Quotas(runs.database, quota)
    made = Owning(
        secrets=Secrets(runs.database, Sealer(key)),
        quotas=quotas,
        counting=Counting(runs.database, quotas),
        retention=Retention(runs, timedelta(days=after_days) if after_days else None),
    )
    runs.require_room = made.counting.require_room
    return made
