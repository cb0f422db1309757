"""Everything that is done with batches, in one place for every face."""

from collections.abc import Callable
from contextlib import suppress

from repeatpass.access import Actor
from repeatpass.batches.coordinating import Coordinator
from repeatpass.batches.feeding import Feeding
from repeatpass.batches.planning import Planning
from repeatpass.batches.records import Batch, Plan, Specification
from repeatpass.batches.room import Batches
from repeatpass.core.errors import Conflict


class Batching:
    """Plans, begins and steers batches; its coordinator carries them on while it is started."""

    def __init__(
        self,
        room: Batches,
        planning: Planning,
        feeding: Feeding,
        ahead: Callable[[], int],
        cancel_run: Callable[[Actor, str], object],
    ) -> None:
        self.room, self.planning, self.feeding, self.cancel_run = room, planning, feeding, cancel_run
        self.coordinator = Coordinator(feeding, ahead)
        room.when_changed = self.coordinator.wake

    def plan(self, specification: Specification) -> Plan:
        """See `Planning.plan`."""
        return self.planning.plan(specification)

    def start(self, actor: Actor, plan: Plan) -> Batch:
        """Begin what was planned."""
        return self.room.start(actor, plan)

    def pause(self, actor: Actor, id: str) -> Batch:
        """Ask for no more runs; those that were asked for are finished."""
        return self.room.pause(actor, id)

    def resume(self, actor: Actor, id: str) -> Batch:
        """Go on with a batch that was paused or cancelled; nothing that is done is repeated."""
        return self.room.resume(actor, id)

    def retry(self, actor: Actor, id: str) -> Batch:
        """Try the parts that failed or were cancelled again; nothing that is done is repeated."""
        return self.room.retry(actor, id)

    def cancel(self, actor: Actor, id: str) -> Batch:
        """End a batch with all its runs; what is done stays."""
        batch, under_way = self.room.cancel(actor, id)
        for run in under_way:
            with suppress(Conflict):  # it has ended meanwhile
                self.cancel_run(actor, run)
        self.coordinator.wake()
        return batch
