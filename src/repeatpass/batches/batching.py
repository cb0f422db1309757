"""Everything that is done with batches, in one place for every face."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from repeatpass.access import ANYONE, Actor
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
        admit: Callable[[str, Mapping[str, Any]], None] = lambda _owner, _parameters: None,
    ) -> None:
        """*admit* raises Conflict where parts of an owner, with such parameters, must not be sent out."""
        self.room, self.planning, self.feeding, self.cancel_run = room, planning, feeding, cancel_run
        self.admit = admit
        self.coordinator = Coordinator(feeding, ahead)
        room.when_changed = self.coordinator.wake

    def plan(self, specification: Specification, actor: Actor = ANYONE) -> Plan:
        """See `Planning.plan`."""
        return self.planning.plan(specification, actor)

    def start(self, actor: Actor, plan: Plan) -> Batch:
        """Begin what was planned; raise Conflict where its parts must not be sent to where they would go."""
        self.admit(actor.id, plan.parts[0].parameters)
        return self.room.start(actor, plan)

    def pause(self, actor: Actor, id: str) -> Batch:
        """Ask for no more runs; those that were asked for are finished."""
        return self.room.pause(actor, id)

    def resume(self, actor: Actor, id: str) -> Batch:
        """Go on with a batch that was paused or cancelled; nothing that is done is repeated."""
        self._admit_again(id)
        return self.room.resume(actor, id)

    def retry(self, actor: Actor, id: str) -> Batch:
        """Try the parts that failed or were cancelled again; nothing that is done is repeated."""
        self._admit_again(id)
        return self.room.retry(actor, id)

    def _admit_again(self, id: str) -> None:
        """Its owner may have secrets by now, or the scheduler be another one."""
        batch = self.room.batch(id)
        self.admit(batch.actor, self.room.parts(id, limit=1)[0].parameters)

    def cancel(self, actor: Actor, id: str) -> Batch:
        """End a batch with all its runs; what is done stays."""
        batch, under_way = self.room.cancel(actor, id)
        for run in under_way:
            with suppress(Conflict):  # it has ended meanwhile
                self.cancel_run(actor, run)
        self.coordinator.wake()
        return batch
