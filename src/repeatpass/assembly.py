"""The assembly: builds the rooms, joins events to listeners, and does nothing else."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from repeatpass.access.records import Actor
from repeatpass.access.room import Access
from repeatpass.batches.batching import Batching
from repeatpass.batches.feeding import Feeding
from repeatpass.batches.merging.afterwards import Afterwards
from repeatpass.batches.merging.room import Merging
from repeatpass.batches.planning import Planning
from repeatpass.batches.resting import batches_resting_on
from repeatpass.batches.room import Batches
from repeatpass.catalog.editing import Editing
from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search import Searching
from repeatpass.core.durations import parse_duration, seconds_of
from repeatpass.core.errors import Unavailable
from repeatpass.core.times import now
from repeatpass.cubes.generator import Cubes
from repeatpass.cubes.registering import Registering
from repeatpass.indicators.collect import Collecting
from repeatpass.indicators.resting import values_resting_on
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.installed import Environments
from repeatpass.notebooks.room import Shelf
from repeatpass.notices import Notices
from repeatpass.notices.delivering import Messenger
from repeatpass.notices.signing import Signer
from repeatpass.notices.targets import Targets
from repeatpass.runs.capacity import amount, memory_bytes, processors
from repeatpass.runs.context import Contexts
from repeatpass.runs.copying import Copying
from repeatpass.runs.fingerprints import Reusing
from repeatpass.runs.flavours import Flavours, flavours_in
from repeatpass.runs.folder import Folders
from repeatpass.runs.follow import ENDED
from repeatpass.runs.masking import secret_names
from repeatpass.runs.network import entries_of
from repeatpass.runs.owning import Owning, owning
from repeatpass.runs.presence import Presence
from repeatpass.runs.quotas import Counting
from repeatpass.runs.retention import Retention
from repeatpass.runs.room import Runs
from repeatpass.runs.runner import LocalRunner
from repeatpass.runs.sandbox import chosen, require
from repeatpass.runs.submitting import Submitting
from repeatpass.runs.upscaling import Upscaling
from repeatpass.runs.worker import Worker
from repeatpass.schedules.alerts import Reaching
from repeatpass.schedules.building import Below, Scheduling, Wishes, scheduling
from repeatpass.schedules.clock import every
from repeatpass.schedules.letters import MailServer
from repeatpass.settings import Settings
from repeatpass.storage.database import Database
from repeatpass.storage.events import EventLog
from repeatpass.storage.files import FileArea
from repeatpass.storage.upgrading import upgrade
from repeatpass.verification.exporting import Exporting
from repeatpass.verification.repeating import Repeating
from repeatpass.verification.room import Repeats
from repeatpass.workspaces.quotas import Quotas
from repeatpass.workspaces.records import Quota
from repeatpass.workspaces.sealing import key_of
from repeatpass.workspaces.secrets import Secrets


@dataclass(frozen=True, kw_only=True)
class House:
    """Every room, built once."""

    settings: Settings
    database: Database
    files: FileArea
    events: EventLog
    access: Access
    owner: Actor
    catalog: Catalog
    searching: Searching
    editing: Editing
    shelf: Shelf
    environments: Environments
    contexts: Contexts
    flavours: Flavours
    runs: Runs
    submitting: Submitting
    secrets: Secrets
    quotas: Quotas
    counting: Counting
    retention: Retention
    folders: Folders
    worker: Worker
    runner: LocalRunner
    upscaling: Upscaling
    batches: Batches
    batching: Batching
    indicators: Indicators
    collecting: Collecting
    repeats: Repeats
    repeating: Repeating
    exporting: Exporting
    cubes: Cubes
    registering: Registering
    merging: Merging
    merges: Afterwards
    notices: Notices
    scheduling: Scheduling
    copying: Copying

    def start(self, *, clock: bool = True) -> None:
        """Begin to work: deliver events, take up and take on runs; look at the *clock* unless told not to.

        Raise Unavailable where runs are to be kept apart and cannot be.
        """
        require(self.folders.isolation)
        self.events.start()
        self.notices.start()
        self.worker.start()
        self.upscaling.start()
        self.batching.coordinator.start()
        self.merges.start()
        if clock:
            self.scheduling.start()

    def wake(self) -> None:
        """Say that a run has ended."""
        self.events.wake()
        self.batching.coordinator.wake()

    def wake_workers(self) -> None:
        """Say that a run was queued."""
        self.worker.wake()
        self.upscaling.wake()

    def warm(self) -> None:
        """Have kernels made ready and read the environment's files once, so that the first to ask need not wait."""
        digest = self.environments.digest("earth")
        prefix, kit = self.environments.prefix(digest), self.environments.kit_folder(self.environments.kit())
        self.runner.warm(prefix, kit, workspace=self.owner.id if self.folders.isolation.sandbox else "")
        self.environments.altered(digest)

    def close(self) -> None:
        """Stop working; runs under way go on in the executor and are taken up at the next start."""
        self.runs.close()
        self.scheduling.stop()
        self.batching.coordinator.stop()
        self.merges.stop()
        self.upscaling.stop()
        self.worker.stop()
        self.events.stop()
        self.notices.stop()
        self.runner.close()
        self.database.close()


def open_house(settings: Settings, now: Callable[[], datetime] = now) -> House:
    """Build the house at ``settings.home``, making or upgrading its database; raise a sentence if it cannot be.

    *now* is what its clock goes by.
    """
    isolation = chosen(settings.sandbox, multi_user=settings.multi_user, network=entries_of(settings.network_allow))
    home = made_home(settings.home)
    database = Database(settings.database_url)
    upgrade(database, copies=home / "backups")
    files = FileArea(settings.files_root)
    events = EventLog(database)
    access, catalog = Access(database), Catalog(database)
    catalog.complete_index()
    shelf, contexts = Shelf(database, files), Contexts(catalog, files)
    environments = Environments(database, files, home, settings.environment)
    runs, folders = Runs(database), Folders(home / "runs", files, contexts, isolation)
    flavours = flavours_in(
        home, processors(), amount(settings.memory, memory_bytes(), "REPEATPASS_MEMORY"), settings.slots
    )
    submitting = Submitting(runs, shelf, contexts, environments, files, flavours)
    runner = LocalRunner(home)
    worker = Worker(Presence(home / "workers"), runs, runner, folders, environments, settings.slots)
    own = _own(runs, home, settings)
    worker.desk = own.desk(flavours.memory_bytes)
    upscaling = Upscaling.of(home, settings.dask, settings.slots, flavours.memory_bytes, worker)
    if not isolation.sandbox:  # a sandbox must not reach the scheduler
        upscaling.share()
    batches = Batches(database)
    batching = _batching(
        batches, upscaling, shelf, catalog, submitting, Reusing(database, contexts, files), own.secrets
    )
    indicators, repeats = Indicators(database), Repeats(database)
    collecting = Collecting(indicators, runs, files)
    repeating = Repeating(repeats, runs, submitting, environments, contexts, shelf, indicators, files, own.secrets.any)
    notices = Notices(
        database,
        Messenger(Targets.read(settings.private_targets or ("none" if settings.multi_user else "all")), Signer(home)),
    )
    below = Below(
        database=database, access=access, shelf=shelf, contexts=contexts, runs=runs, submitting=submitting,
        indicators=indicators, collecting=collecting, repeats=repeats, repeating=repeating,
        notices=notices,
    )  # fmt: skip
    merging = Merging(batches, runs, shelf, catalog, files, home / "cache" / "merging")
    house = House(
        settings=settings,
        database=database,
        files=files,
        events=events,
        access=access,
        owner=access.owner(),
        catalog=catalog,
        searching=Searching(database),
        editing=Editing(catalog),
        shelf=shelf,
        environments=environments,
        contexts=contexts,
        flavours=flavours,
        runs=runs,
        submitting=submitting,
        secrets=own.secrets,
        quotas=own.quotas,
        counting=own.counting,
        retention=own.retention,
        folders=folders,
        worker=worker,
        runner=runner,
        upscaling=upscaling,
        batches=batches,
        batching=batching,
        indicators=indicators,
        collecting=collecting,
        repeats=repeats,
        repeating=repeating,
        exporting=Exporting(runs, contexts, environments, indicators, files),
        cubes=Cubes(catalog, shelf, submitting),
        registering=Registering(runs, catalog, files, access),
        merging=merging,
        merges=Afterwards(merging, batches, access),
        copying=Copying(runs, files, home / "workspaces"),
        notices=notices,
        scheduling=scheduling(below, _wishes(settings), [every(3600, own.retention.sweep, now)], now),
    )
    (home / "workspaces" / house.owner.id).mkdir(parents=True, exist_ok=True)
    _join(house)
    return house


def _join(house: House) -> None:
    finished = {"run.succeeded", "run.failed", "run.crashed", "run.cancelled"}
    house.events.join(
        "indicators.collect", {"run.succeeded"}, lambda event: _ignore(house.collecting.collect(event.subject))
    )
    house.events.join("verification.compare", finished, lambda event: house.repeating.run_finished(event.subject))
    house.events.join(
        "cubes.register", {"run.succeeded"}, lambda event: _ignore(house.registering.run_finished(event.subject))
    )
    house.events.join("batches.merge", {"batch.finished"}, house.merges.batch_finished)
    house.events.join("runs.copy", {ENDED}, lambda event: house.copying.run_finished(event.subject))
    house.scheduling.join(house.events)
    house.runs.when_queued = house.wake_workers
    house.worker.when_finished = house.wake
    if house.upscaling.worker is not None:
        house.upscaling.worker.when_finished = house.wake


def _batching(
    room: Batches,
    upscaling: Upscaling,
    shelf: Shelf,
    catalog: Catalog,
    submitting: Submitting,
    reusing: Reusing,
    secrets: Secrets,
) -> Batching:
    planning = Planning(room.database, shelf, catalog, submitting, reusing, upscaling.lanes)
    feeding = Feeding(room, submitting.runs, submitting, reusing)

    def admit(owner: str, parameters: Mapping[str, Any]) -> None:
        upscaling.require_private([*secrets.names(owner), *secret_names(parameters)])

    return Batching(room, planning, feeding, upscaling.ahead, upscaling.single.cancel, admit)


def _own(runs: Runs, home: Path, settings: Settings) -> Owning:
    quota = Quota(
        kept_bytes=amount(settings.quota_kept or "0", what="REPEATPASS_QUOTA_KEPT"),
        running=settings.quota_running,
        queued=settings.quota_queued,
        cpu_s=settings.quota_cpu,
    )
    made = owning(runs, key_of(home, settings.secrets_key), quota, settings.retention_days)
    made.retention.rests.append(lambda ids: values_resting_on(runs.database, ids))
    made.retention.rests.append(lambda ids: batches_resting_on(runs.database, ids))
    return made


def _wishes(settings: Settings) -> Wishes:
    """What is set of schedules and alerts."""
    mail = MailServer(
        host=settings.smtp_host, port=settings.smtp_port, user=settings.smtp_user, password=settings.smtp_password,
        sender=settings.smtp_from, starttls=settings.smtp_starttls,
    )  # fmt: skip
    again = timedelta(seconds=seconds_of(settings.alert_again, "REPEATPASS_ALERT_AGAIN"))
    reaching = Reaching(
        webhook=settings.alert_webhook, letters=bool(settings.smtp_host), again=again, address=settings.address
    )
    if settings.repeat != "never":
        parse_duration(settings.repeat, "REPEATPASS_REPEAT")
    return Wishes(repeat=settings.repeat, reaching=reaching, mail=mail if settings.smtp_host else None)


def _ignore(_result: object) -> None:
    """Listeners return nothing."""


def made_home(home: Path) -> Path:
    """Return the folder *home*, making it if need be; raise Unavailable with a sentence if it cannot be used."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The home {home} cannot be made ({error.strerror}). Give another with --home.") from None
    if not os.access(home, os.W_OK):
        raise Unavailable(f"The home {home} cannot be written to. Give another with --home, or change its owner.")
    return home
