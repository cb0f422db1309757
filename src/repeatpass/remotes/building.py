"""Building what has to do with catalogues elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from repeatpass.access import SYSTEM, Actor
from repeatpass.access.room import Access
from repeatpass.catalog.room import Catalog
from repeatpass.core.times import now
from repeatpass.notices.targets import Targets
from repeatpass.remotes.browsing import Browsing
from repeatpass.remotes.fetching import Fetching
from repeatpass.remotes.harvesting import Harvesting
from repeatpass.remotes.remembering import Remembering
from repeatpass.remotes.room import Remotes
from repeatpass.storage.files import FileArea


@dataclass(frozen=True, kw_only=True, slots=True)
class Mounted:
    """The catalogues elsewhere: which there are, what is in them, and taking it from there."""

    remotes: Remotes
    browsing: Browsing
    harvesting: Harvesting
    fetching: Fetching


def mounted(
    catalog: Catalog, files: FileArea, access: Access, targets: Targets, folder: Path, now: Callable[[], datetime] = now
) -> Mounted:
    """Build it; *targets*: which addresses may be asked, *folder*: where what was read is remembered."""
    browsing = Browsing(Remembering(targets, folder, now))
    remotes = Remotes(catalog.database, browsing, now)

    def actor(id: str) -> Actor:
        return SYSTEM if id == SYSTEM.id else access.user(id)

    harvesting = Harvesting(remotes, catalog, actor, now)
    return Mounted(
        remotes=remotes, browsing=browsing, harvesting=harvesting, fetching=Fetching(remotes, catalog, files)
    )
