"""Opening a house: its rooms in the order in which they need one another, its listeners joined to the events."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from repeatpass.access.room import Access
from repeatpass.assembly.house import House
from repeatpass.assembly.places import NEWS, IndicatorPlaces
from repeatpass.assembly.wishes import batching_of, copies_of, owning_of, wishes_of
from repeatpass.batches.merging.afterwards import Afterwards
from repeatpass.batches.merging.room import Merging
from repeatpass.batches.room import Batches
from repeatpass.bringing.arriving import Arrivals
from repeatpass.bringing.keeping import Submissions
from repeatpass.bringing.notebook import NOTEBOOK as CHECK
from repeatpass.bringing.registering import Ending
from repeatpass.bringing.room import Bringing
from repeatpass.catalog.editing import Editing
from repeatpass.catalog.registry import History, Registry
from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search import Searching
from repeatpass.catalog.sharing import Sharing
from repeatpass.core.errors import Unavailable
from repeatpass.core.times import now
from repeatpass.cubes.generator import NOTEBOOK as CUBES
from repeatpass.cubes.generator import Cubes
from repeatpass.cubes.registering import Registering
from repeatpass.data.elsewhere.asking import Asking, Signed
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.layers import Layers
from repeatpass.data.rendering import Rendering
from repeatpass.data.series.copies import Copies
from repeatpass.data.series.room import Series
from repeatpass.entries.adding import Adding
from repeatpass.features import Features
from repeatpass.features.offering import Offering
from repeatpass.indicators.collect import Collecting
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.installed import Environments
from repeatpass.notebooks.room import Shelf
from repeatpass.notices import Notices
from repeatpass.notices.delivering import Messenger
from repeatpass.notices.signing import Signer
from repeatpass.notices.targets import Targets
from repeatpass.remotes.building import mounted
from repeatpass.runs.capacity import amount, memory_bytes, processors
from repeatpass.runs.context import Contexts
from repeatpass.runs.copying import Copying
from repeatpass.runs.fingerprints import Reusing
from repeatpass.runs.flavours import flavours_in
from repeatpass.runs.folder import Folders
from repeatpass.runs.follow import ENDED
from repeatpass.runs.network import entries_of
from repeatpass.runs.presence import Presence
from repeatpass.runs.records import Purpose
from repeatpass.runs.room import Runs
from repeatpass.runs.runner import LocalRunner
from repeatpass.runs.sandbox import chosen
from repeatpass.runs.submitting import Submitting
from repeatpass.runs.upscaling import Upscaling
from repeatpass.runs.usage import Usage
from repeatpass.runs.worker import Worker
from repeatpass.schedules.building import Below, scheduling
from repeatpass.schedules.clock import every
from repeatpass.settings import Settings
from repeatpass.storage.database import Database
from repeatpass.storage.events import EventLog
from repeatpass.storage.files import FileArea
from repeatpass.storage.upgrading import upgrade
from repeatpass.verification.exporting import Exporting
from repeatpass.verification.repeating import Repeating
from repeatpass.verification.room import Repeats

TOOLS = frozenset({"echo", "generate-cube", CHECK})  # shipped notebooks that take whatever data they are given


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
    features = Features(catalog)
    features.complete_indexes()
    shelf, contexts = Shelf(database, files), Contexts(catalog, files)
    environments = Environments(database, files, home, settings.environment)
    runs, folders = Runs(database), Folders(home / "runs", files, contexts, isolation)
    flavours = flavours_in(
        home, processors(), amount(settings.memory, memory_bytes(), "REPEATPASS_MEMORY"), settings.slots
    )
    submitting = Submitting(runs, shelf, contexts, environments, files, flavours)
    runner = LocalRunner(home)
    worker = Worker(Presence(home / "workers"), runs, runner, folders, environments, settings.slots)
    own = owning_of(runs, home, settings)
    worker.desk = own.desk(flavours.memory_bytes)
    upscaling = Upscaling.of(home, settings.dask, settings.slots, flavours.memory_bytes, worker)
    if not isolation.sandbox:  # a sandbox must not reach the scheduler
        upscaling.share()
    batches = Batches(database)
    batching = batching_of(
        batches, upscaling, shelf, catalog, submitting, Reusing(database, contexts, files), own.secrets
    )
    indicators, repeats = Indicators(database), Repeats(database)
    collecting = Collecting(indicators, runs, files)
    repeating = Repeating(repeats, runs, submitting, environments, contexts, shelf, indicators, files, own.secrets.any)
    notices = Notices(
        database,
        Messenger(Targets.read(settings.private_targets or ("none" if settings.multi_user else "all")), Signer(home)),
    )
    elsewhere = Elsewhere(
        catalog,
        home / "cache" / "elsewhere",
        Asking(
            targets=notices.messenger.targets,
            signed=Signed.read(settings.signed_places or ("none" if settings.multi_user else "all")),
        ),
        now,
    )
    below = Below(
        database=database, access=access, shelf=shelf, contexts=contexts, runs=runs, submitting=submitting,
        indicators=indicators, collecting=collecting, repeats=repeats, repeating=repeating,
        notices=notices,
    )  # fmt: skip
    merging = Merging(batches, runs, shelf, catalog, files, home / "cache" / "merging")
    submissions = Submissions(database)
    arrivals = Arrivals(home / "arrivals", amount(settings.upload_most, what="REPEATPASS_UPLOAD_MOST"))
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
        features=features,
        offering=Offering(features, catalog, files),
        places=IndicatorPlaces(features, catalog, indicators),
        registry=Registry(database),
        history=History(database),
        elsewhere=elsewhere,
        layers=Layers(catalog, files, home / "cache" / "layers", elsewhere),
        rendering=Rendering(files, elsewhere),
        series=Series(catalog, files, Copies(home / "cache" / "series", copies_of(settings), files.has), elsewhere),
        adding=Adding(catalog, files),
        mounted=mounted(catalog, files, access, notices.messenger.targets, home / "cache" / "remotes", now),
        shelf=shelf,
        environments=environments,
        contexts=contexts,
        flavours=flavours,
        runs=runs,
        usage=Usage(database, shelf, TOOLS),
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
        sharing=Sharing(catalog),
        submissions=submissions,
        bringing=Bringing(
            submissions, arrivals, catalog, access, shelf, submitting, files, own.quotas, notices.messenger.targets
        ),
        brought=Ending(submissions, runs, catalog, files, access),
        copying=Copying(runs, files, home / "workspaces"),
        notices=notices,
        scheduling=scheduling(below, wishes_of(settings), [every(3600, own.retention.sweep, now)], now),
    )
    (home / "workspaces" / house.owner.id).mkdir(parents=True, exist_ok=True)
    _join(house)
    return house


def _join(house: House) -> None:
    finished = {"run.succeeded", "run.failed", "run.crashed", "run.cancelled"}
    house.events.join(
        "indicators.collect",
        {"run.succeeded"},
        lambda event: _ignore(house.collecting.collect(event.subject)),
        lambda event: event.body.get("purpose") == Purpose.UPDATE,
    )
    house.events.join(
        "verification.compare",
        finished,
        lambda event: house.repeating.run_finished(event.subject),
        lambda event: event.body.get("purpose") == Purpose.REPEAT,
    )
    house.events.join(
        "cubes.register",
        {"run.succeeded"},
        lambda event: _ignore(house.registering.run_finished(event.subject)),
        lambda event: event.body.get("notebook", CUBES) == CUBES,
    )
    house.events.join("bringing.end", finished, lambda event: _ignore(house.brought.run_finished(event.subject)))
    house.events.join("bringing.open", {"collection.accepted"}, lambda event: house.brought.accepted(event.subject))
    house.events.join(
        "features.offer", {"collection.registered"}, lambda event: house.offering.registered(event.subject)
    )
    house.events.join("features.places", NEWS, lambda _event: house.places.changed())
    house.events.join("features.forget", {"collection.deleted"}, lambda event: house.offering.deleted(event.subject))
    house.events.join(
        "series.prepare", {"collection.registered"}, lambda event: house.series.prepare(house.layers, event.subject)
    )
    house.events.join("elsewhere.look", {"collection.registered"}, lambda event: house.elsewhere.later(event.subject))
    house.events.join("batches.merge", {"batch.finished"}, house.merges.batch_finished)
    house.events.join("runs.copy", {ENDED}, lambda event: house.copying.run_finished(event.subject))
    house.scheduling.join(house.events)
    house.runs.when_queued = house.wake_workers
    house.worker.when_finished = house.wake
    if house.upscaling.worker is not None:
        house.upscaling.worker.when_finished = house.wake


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
