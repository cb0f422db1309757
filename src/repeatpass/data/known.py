"""The facts of files, read once for each content and kept."""

import logging
import threading
from collections import OrderedDict
from pathlib import Path

from repeatpass.core.errors import NotFound
from repeatpass.data import surveys
from repeatpass.data.elsewhere.records import PREFIX
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.facts import NotOnAMap
from repeatpass.data.surveys import GridFacts
from repeatpass.storage.files import FileArea

log = logging.getLogger(__name__)
MOST = 20_000  # files whose facts are held in memory
FORM = "2"  # changes when the facts do


class Known:
    """Facts of files by checksum: in memory, and in *folder* for the next start."""

    def __init__(self, files: FileArea, folder: Path, elsewhere: Elsewhere | None = None) -> None:
        """*elsewhere*: what is known of files that lie elsewhere."""
        self.files = files
        self.elsewhere = elsewhere
        self.folder = folder / FORM
        self._facts: OrderedDict[str, tuple[GridFacts, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def facts(self, checksum: str, media_type: str) -> tuple[GridFacts, ...]:
        """Return the facts of a file; none if it cannot be shown on a map, or was not looked at yet."""
        if checksum.startswith(PREFIX):
            return self.elsewhere.facts(checksum) if self.elsewhere else ()
        with self._lock:
            if checksum in self._facts:
                self._facts.move_to_end(checksum)
                return self._facts[checksum]
        found = self._kept(checksum)
        if found is None:
            found = self._read(checksum, media_type)
        with self._lock:
            self._facts[checksum] = found
            while len(self._facts) > MOST:
                self._facts.popitem(last=False)
        return found

    def _place(self, checksum: str) -> Path:
        return self.folder / f"{checksum.partition(':')[2]}.json"

    def _kept(self, checksum: str) -> tuple[GridFacts, ...] | None:
        try:
            return surveys.load(self._place(checksum).read_bytes())
        except (OSError, ValueError, TypeError, KeyError):  # not there, or of another form: read it again
            return None

    def _read(self, checksum: str, media_type: str) -> tuple[GridFacts, ...]:
        try:
            found = surveys.read_facts(self.files.path(checksum), media_type)
        except NotFound:  # not on this machine: it may come back, so nothing is kept
            return ()
        except NotOnAMap as error:
            log.info("%s: %s", checksum, error.message)
            found = ()
        place = self._place(checksum)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(f".{threading.get_ident()}.part")
        beside.write_bytes(surveys.dump(found))
        beside.replace(place)
        return found
