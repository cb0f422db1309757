"""Submit: from a name and parameters to a run in the queue, everything checked before anything starts."""

import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import sqlalchemy as sa

from repeatpass.access import Actor, Right
from repeatpass.core.errors import Invalid
from repeatpass.core.ids import new_id
from repeatpass.core.times import now
from repeatpass.notebooks.parameters import checked_parameters, parameters_schema
from repeatpass.notebooks.records import Revision
from repeatpass.notebooks.room import Shelf
from repeatpass.notebooks.source import about, read_notebook, revision_of
from repeatpass.runs.capacity import memory_bytes, processors
from repeatpass.runs.context import Contexts
from repeatpass.runs.execution import MEBIBYTE, Limits
from repeatpass.runs.fingerprints import fingerprint_of
from repeatpass.runs.flavours import Flavours, built_in
from repeatpass.runs.records import Legs, Purpose, Run
from repeatpass.runs.room import Runs
from repeatpass.storage.files import FileArea

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
LEAST = 512 * MEBIBYTE  # of memory, for a part
BEHIND = -10  # priority of the parts of batches: behind whatever a person waits for


@dataclass(frozen=True, kw_only=True, slots=True)
class _Order:
    """What is put into the queue: parameters that were checked, on legs that were found."""

    legs: Legs
    parameters: Mapping[str, Any]
    limits: Limits
    flavour: str = ""  # its name; empty where limits were asked for alone
    workspace: str = ""  # empty: the actor's
    purpose: Purpose = Purpose.EXECUTE
    subject: str = ""
    id: str = ""  # empty: a new one


class Environments(Protocol):
    """Where runs find environments and the kit: by name when they are submitted, by digest when repeated."""

    def digest(self, name: str) -> str:
        """Return the digest of the present environment called *name*; raise NotFound or Unavailable."""

    def kit(self) -> str:
        """Return the digest of the kit that notebooks import now."""


class Submitting:
    """Puts runs into the queue."""

    def __init__(
        self,
        runs: Runs,
        shelf: Shelf,
        contexts: Contexts,
        environments: Environments,
        files: FileArea,
        flavours: Flavours | None = None,
    ) -> None:
        self.runs = runs
        self.shelf = shelf
        self.contexts = contexts
        self.environments = environments
        self.files = files
        self.flavours = flavours or built_in(processors(), memory_bytes())

    def submit(
        self,
        actor: Actor,
        notebook: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        workspace: str = "",
        purpose: Purpose = Purpose.EXECUTE,
        subject: str = "",
        limits: Limits | None = None,
        environment: str = "",
        flavour: str = "",
        id: str = "",
        context: str = "",
        also: Callable[[sa.Connection], None] = lambda _: None,
    ) -> Run:
        """Queue *notebook* (``name`` or ``name@revision``) with *parameters*; *also* is done in the same transaction.

        Without *flavour* and *limits* the run gets the flavour that the notebook wishes for, or the usual one;
        *limits* besides a flavour narrow it. *context* is the checksum of what it can open, in place of what the actor's
        runs can. Raise NotFound for an unknown notebook or environment, Invalid for
        parameters that the notebook does not declare or that are out of their range, for an unknown flavour and
        for limits that this machine can never give, Forbidden if *actor* may not run, Exhausted where their quota
        is used up.
        """
        actor.require(Right.RUN)
        revision = self.shelf.offered(notebook)
        legs = self._legs(
            revision.notebook, revision.revision, revision.file, environment or revision.environment, actor.id
        )
        legs = replace(legs, context=context) if context else legs
        checked = checked_parameters(revision.schema, parameters or {})
        flavour, limits = self._resources(flavour, limits, revision.about.flavour)
        order = _Order(
            legs=legs, parameters=checked, limits=limits, flavour=flavour, workspace=workspace, purpose=purpose,
            subject=subject, id=id,
        )  # fmt: skip
        return self._queue(actor, order, also)

    def submit_file(
        self,
        actor: Actor,
        name: str,
        content: bytes,
        parameters: Mapping[str, Any],
        *,
        environment: str = "earth",
        limits: Limits | None = None,
        flavour: str = "",
        id: str = "",
        also: Callable[[sa.Connection], None] = lambda _: None,
    ) -> Run:
        """Queue a notebook that is a file in the actor's workspace and not on the shelf."""
        actor.require(Right.RUN)
        notebook = read_notebook(content, name)
        source = self.files.put_bytes(content).checksum
        legs = self._legs(f"workspace/{name}", revision_of(notebook), source, environment, actor.id)
        checked = checked_parameters(parameters_schema(notebook), parameters)
        flavour, limits = self._resources(flavour, limits, about(notebook, name).flavour)
        return self._queue(actor, _Order(legs=legs, parameters=checked, limits=limits, flavour=flavour, id=id), also)

    def repeat(
        self,
        actor: Actor,
        original: Run,
        legs: Legs,
        parameters: Mapping[str, Any],
        *,
        id: str = "",
        also: Callable[[sa.Connection], None] = lambda _: None,
    ) -> Run:
        """Queue *original* again on *legs*: its own ones, or with one of them swapped; with its flavour and limits.

        *also* is done in the same transaction.
        """
        order = _Order(
            legs=replace(legs, machine=machine()), parameters=parameters, limits=Limits(**original.limits),
            flavour=original.flavour, workspace=original.workspace, purpose=Purpose.REPEAT, subject=original.id, id=id,
        )  # fmt: skip
        return self._queue(actor, order, also)

    def part(
        self, actor: Actor, legs: Legs, parameters: Mapping[str, Any], *, id: str, batch: str, flavour: str = ""
    ) -> Run:
        """Put a run of a batch together, its parameters checked before; the batch queues many at once."""
        flavour, limits = self._resources(flavour, None, "") if flavour else ("", self._share())
        run = self._run(actor, _Order(legs=legs, parameters=parameters, limits=limits, flavour=flavour, id=id))
        return replace(run, batch=batch, priority=BEHIND)

    def _share(self) -> Limits:
        """What a part may use whose batch names no flavour: one processor, and memory so that others have room, too."""
        usual, cpus = self.flavours.of("").limits(), processors()
        most = self.flavours.memory_bytes / (2 * cpus) if self.flavours.memory_bytes else usual.memory_bytes
        return replace(usual, cpus=min(1.0, usual.cpus), memory_bytes=int(min(usual.memory_bytes, max(most, LEAST))))

    def legs(self, revision: Revision, environment: str = "", owner: str = "") -> Legs:
        """Return what a run of *revision* would stand on now, with the collections that *owner*'s runs can open."""
        environment = environment or revision.environment
        return self._legs(revision.notebook, revision.revision, revision.file, environment, owner)

    def _resources(self, flavour: str, limits: Limits | None, wish: str) -> tuple[str, Limits]:
        """Return the flavour's name and the limits of a run; of limits that were asked for alone, no name."""
        if limits is not None and not flavour:
            return "", limits
        chosen = self.flavours.of(flavour or wish)
        return chosen.name, chosen.limits(limits)

    def _legs(self, notebook: str, revision: str, source: str, environment: str, owner: str) -> Legs:
        return Legs(
            notebook=notebook,
            revision=revision,
            source=source,
            environment=self.environments.digest(environment),
            environment_name=environment,
            kit=self.environments.kit(),
            context=self.contexts.current(owner),
            machine=machine(),
        )

    def _queue(self, actor: Actor, order: _Order, also: Callable[[sa.Connection], None]) -> Run:
        if order.id and not RUN_ID.fullmatch(order.id):
            raise Invalid(f"“{order.id}” cannot be a run's id: use up to 40 letters (a to z), digits and hyphens.")
        return self.runs.enqueue(actor, self._run(actor, order), also)

    def _run(self, actor: Actor, order: _Order) -> Run:
        self.flavours.require_room(order.limits)
        return Run(
            id=order.id or new_id(),
            legs=order.legs,
            parameters=order.parameters,
            workspace=order.workspace or actor.id,
            actor=actor.id,
            purpose=order.purpose,
            subject=order.subject,
            limits=asdict(order.limits),
            created=now(),
            flavour=order.flavour,
            fingerprint=fingerprint_of(order.legs, order.parameters),
            closed=self.contexts.closed(order.legs.context),
        )


def machine() -> str:
    """Name the system and processor, which may matter to the last digits and cannot be pinned."""
    return f"{platform.system()} {platform.release()} {platform.machine()}"
