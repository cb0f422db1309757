"""From settings to what the rooms take: quotas, letters, alerts, who may send a batch where."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from repeatpass.batches.batching import Batching
from repeatpass.batches.feeding import Feeding
from repeatpass.batches.planning import Planning
from repeatpass.batches.resting import batches_resting_on
from repeatpass.batches.room import Batches
from repeatpass.catalog.room import Catalog
from repeatpass.core.durations import parse_duration, seconds_of
from repeatpass.indicators.resting import values_resting_on
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.capacity import amount
from repeatpass.runs.fingerprints import Reusing
from repeatpass.runs.masking import secret_names
from repeatpass.runs.owning import Owning, owning
from repeatpass.runs.room import Runs
from repeatpass.runs.submitting import Submitting
from repeatpass.runs.upscaling import Upscaling
from repeatpass.schedules.alerts import Reaching
from repeatpass.schedules.building import Wishes
from repeatpass.schedules.letters import MailServer
from repeatpass.settings import Settings
from repeatpass.workspaces.records import Quota
from repeatpass.workspaces.sealing import key_of
from repeatpass.workspaces.secrets import Secrets


def batching_of(
    room: Batches,
    upscaling: Upscaling,
    shelf: Shelf,
    catalog: Catalog,
    submitting: Submitting,
    reusing: Reusing,
    secrets: Secrets,
) -> Batching:
    """Build what plans, feeds and admits batches."""
    planning = Planning(room.database, shelf, catalog, submitting, reusing, upscaling.lanes)
    feeding = Feeding(room, submitting.runs, submitting, reusing)

    def admit(owner: str, parameters: Mapping[str, Any]) -> None:
        upscaling.require_private([*secrets.names(owner), *secret_names(parameters)])

    return Batching(room, planning, feeding, upscaling.ahead, upscaling.single.cancel, admit)


def owning_of(runs: Runs, home: Path, settings: Settings) -> Owning:
    """Build what belongs to people: secrets, quotas, how long results are kept."""
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


def copies_of(settings: Settings) -> int:
    """Return how many bytes the copies for series may take."""
    return amount(settings.series_copies, what="REPEATPASS_SERIES_COPIES")


def wishes_of(settings: Settings) -> Wishes:
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
