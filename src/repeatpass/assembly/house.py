"""The house: every room, built once."""

from dataclasses import dataclass, replace
from typing import Self

from repeatpass.access.records import Actor
from repeatpass.access.room import Access
from repeatpass.assembly.places import IndicatorPlaces
from repeatpass.batches.batching import Batching
from repeatpass.batches.merging.afterwards import Afterwards
from repeatpass.batches.merging.room import Merging
from repeatpass.batches.room import Batches
from repeatpass.bringing.keeping import Submissions
from repeatpass.bringing.registering import Ending
from repeatpass.bringing.room import Bringing
from repeatpass.catalog.editing import Editing
from repeatpass.catalog.registry import History, Registry
from repeatpass.catalog.room import Catalog
from repeatpass.catalog.search import Searching
from repeatpass.catalog.sharing import Sharing
from repeatpass.cubes.generator import Cubes
from repeatpass.cubes.registering import Registering
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.layers import Layers
from repeatpass.data.rendering import Rendering
from repeatpass.data.series.room import Series
from repeatpass.entries.adding import Adding
from repeatpass.features import Features
from repeatpass.features.offering import Offering
from repeatpass.indicators.collect import Collecting
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.installed import Environments
from repeatpass.notebooks.room import Shelf
from repeatpass.notices import Notices
from repeatpass.remotes.building import Mounted
from repeatpass.runs.context import Contexts
from repeatpass.runs.copying import Copying
from repeatpass.runs.flavours import Flavours
from repeatpass.runs.folder import Folders
from repeatpass.runs.quotas import Counting
from repeatpass.runs.retention import Retention
from repeatpass.runs.room import Runs
from repeatpass.runs.runner import LocalRunner
from repeatpass.runs.sandbox import require
from repeatpass.runs.submitting import Submitting
from repeatpass.runs.upscaling import Upscaling
from repeatpass.runs.usage import Usage
from repeatpass.runs.worker import Worker
from repeatpass.schedules.building import Scheduling
from repeatpass.settings import Settings
from repeatpass.storage.database import Database
from repeatpass.storage.events import EventLog
from repeatpass.storage.files import FileArea
from repeatpass.verification.exporting import Exporting
from repeatpass.verification.repeating import Repeating
from repeatpass.verification.room import Repeats
from repeatpass.workspaces.quotas import Quotas
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
    features: Features
    offering: Offering
    places: IndicatorPlaces
    registry: Registry
    history: History
    elsewhere: Elsewhere
    layers: Layers
    rendering: Rendering
    series: Series
    adding: Adding
    mounted: Mounted
    shelf: Shelf
    environments: Environments
    contexts: Contexts
    flavours: Flavours
    runs: Runs
    usage: Usage
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
    sharing: Sharing
    submissions: Submissions
    bringing: Bringing
    brought: Ending

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
        self.bringing.start()
        if clock:
            self.scheduling.start()
            self.mounted.harvesting.start()

    def as_seen_by(self, viewer: Actor) -> Self:
        """Return the same house with the catalog, the search in it, the runs and the batches as *viewer* may see them."""
        return replace(
            self,
            catalog=self.catalog.as_seen_by(viewer),
            searching=self.searching.as_seen_by(viewer),
            runs=self.runs.as_seen_by(viewer),
            batches=self.batches.as_seen_by(viewer),
            layers=self.layers.as_seen_by(viewer),
        )

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
        self.mounted.harvesting.stop()
        self.batching.coordinator.stop()
        self.merges.stop()
        self.elsewhere.close()
        self.series.close()
        self.upscaling.stop()
        self.worker.stop()
        self.events.stop()
        self.notices.stop()
        self.runner.close()
        self.database.close()
