"""The room of files elsewhere: what is known of them at once, and their cells where they are asked for."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from repeatpass.catalog.records import Collection, Head
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import NotFound, RepeatpassError, Unavailable
from repeatpass.core.times import now
from repeatpass.data.elsewhere import records
from repeatpass.data.elsewhere.asking import Asking
from repeatpass.data.elsewhere.looking import look_at, said, stamp_of, troubled
from repeatpass.data.elsewhere.passing import told_of
from repeatpass.data.elsewhere.reading import Held, cube, same
from repeatpass.data.elsewhere.records import FarFile, Look, Survey
from repeatpass.data.surveys import GridFacts
from repeatpass.kit.errors import AlteredData, KitError

log = logging.getLogger(__name__)
AGAIN_S = 6 * 3600.0  # after which files are looked at again when their layers are asked for
SOON_S = 120.0  # the same, where some could not be read
QUIET_S = 20.0  # in which nobody waits again for a file that did not come
EASE_S = 60.0  # from the start on, in which nothing is looked at but what somebody asks for
SUFFIX = ".json"


class Elsewhere:
    """Knows and reads the files that lie elsewhere. Safe to use from many threads."""

    def __init__(self, catalog: Catalog, folder: Path, asking: Asking, now: Callable[[], datetime] = now) -> None:
        """*folder*: where what is known may be kept; it can be thrown away."""
        self.catalog, self.folder, self.asking, self.now = catalog, folder, asking, now
        self.held = Held(asking)
        self._surveys: dict[str, tuple[int, Survey]] = {}  # by collection, with the age of its file
        self._looks: dict[str, Look] = {}  # by what stands in place of a checksum
        self._quiet: dict[str, tuple[float, str]] = {}  # by file: until when, and why
        self._wishes: queue.Queue[str | None] = queue.Queue()
        self._wished: set[str] = set()
        self._lock = threading.RLock()
        self._thread: threading.Thread | None = None
        self._begun = time.monotonic()
        self._later: set[str] = set()
        self._timer: threading.Timer | None = None
        self._closed = False
        self._read = False  # whether what is in the folder was read

    def survey(self, collection: Collection | Head, *, asked: bool = True) -> Survey | None:
        """Return what is known, at once; None where nothing is yet. What is new or old is looked at in the background.

        *asked*: whether somebody wants this very collection; one among many can wait until the server has settled.
        """
        known = self.known(collection.id)
        if known is None or known.stamp != stamp_of(collection):
            self.look(collection.id) if asked else self.later(collection.id)
        elif known.looks and time.time() - known.looked > (SOON_S if known.troubled else AGAIN_S):
            self.later(collection.id)
        return known

    def known(self, collection: str) -> Survey | None:
        """Return what is known of a collection, be it old or not."""
        place = self._place(collection)
        try:
            age = place.stat().st_mtime_ns
            with self._lock:
                kept = self._surveys.get(collection)
            return kept[1] if kept and kept[0] == age else self._loaded(collection, place, age)
        except (OSError, ValueError, KeyError, TypeError):  # not there, or of another form: it is looked at again
            return None

    def draws(self, collection: str) -> bool:
        """Say whether there are layers of files elsewhere of a collection, without looking at any."""
        if not self._read:
            for place in self.folder.glob(f"*{SUFFIX}"):
                self.known(place.name.removesuffix(SUFFIX))
            self._read = True
        with self._lock:
            kept = self._surveys.get(collection)
        return kept is not None and any(look.facts for look in kept[1].looks)

    def facts(self, checksum: str) -> tuple[GridFacts, ...]:
        """Return the facts of a file by what stands in place of its checksum; none if they are not known."""
        found = self._looks.get(checksum)
        return found.facts if found else ()

    def trouble(self, checksum: str) -> str:
        """Return the sentence on why a file cannot be read; empty where it can, and for files that are kept here."""
        found = self._looks.get(checksum)
        return found.sentence if found else ""

    def file(self, checksum: str) -> FarFile:
        """Return where a file lies; raise NotFound."""
        return self._look(checksum).file

    @contextmanager
    def raster(self, checksum: str) -> Iterator[Any]:
        """Open a raster with rasterio; raise Unavailable where it cannot be read, meanwhile, too."""
        look = self._look(checksum)
        with self._telling(look) as troubles, self.held.raster(same(self.held, look), troubles.append) as dataset:
            yield dataset

    @contextmanager
    def cube(self, checksum: str) -> Iterator[Any]:
        """Open a cube with xarray; raise Unavailable where it cannot be read, meanwhile, too."""
        look = self._look(checksum)
        with (
            self._telling(look) as troubles,
            cube(same(self.held, look), look.file.media_type, troubles.append) as dataset,
        ):
            yield dataset

    def described(self, checksum: str) -> dict[str, str]:
        """Return what another process needs to open a file."""
        return told_of(self._look(checksum).file, self.asking)

    def look(self, collection: str) -> None:
        """Have a collection looked at in the background."""
        with self._lock:
            if self._closed or collection in self._wished:
                return
            self._wished.add(collection)
            self._wishes.put(collection)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="elsewhere", daemon=True)
                self._thread.start()

    def later(self, collection: str) -> None:
        """Have a collection looked at as `look` does, but not while the server starts."""
        left = self._begun + EASE_S - time.monotonic()
        if left <= 0:
            self.look(collection)
            return
        with self._lock:
            self._later.add(collection)
            if self._timer is None and not self._closed:
                self._timer = threading.Timer(left, self._settled)
                self._timer.daemon = True
                self._timer.start()

    def _settled(self) -> None:
        with self._lock:
            some, self._later, self._timer = sorted(self._later), set(), None
        for each in some:
            self.look(each)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to be looked at; return whether that came true."""
        until = time.monotonic() + seconds
        while self._wishes.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.02)
        return not self._wishes.unfinished_tasks

    def close(self) -> None:
        """Look at nothing any more."""
        with self._lock:
            self._closed = True
            thread, timer = self._thread, self._timer
        if timer is not None:
            timer.cancel()
        self._wishes.put(None)
        if thread is not None:
            thread.join(10)
        self.held.close()

    def _work(self) -> None:
        while (id := self._wishes.get()) is not None:
            try:
                if not self._closed:
                    self._look_at(id)
            except Exception:
                log.exception("The files of %s elsewhere were not looked at.", id)
            finally:
                with self._lock:
                    self._wished.discard(id)
                self._wishes.task_done()

    def _look_at(self, id: str) -> None:
        try:
            collection = self.catalog.collection(id)
        except NotFound:  # withdrawn or deleted meanwhile
            with self._lock:
                self._forget(id)
            return
        made = look_at(collection, self.catalog, self.held, self.known(id), self.now())
        with self._lock:
            for each in made.looks:
                if not each.trouble:
                    self._quiet.pop(each.file.id, None)
            self._keep(made)  # also that there is nothing, so that the next start need not look

    def _forget(self, id: str) -> None:
        self._place(id).unlink(missing_ok=True)
        _, old = self._surveys.pop(id, (0, None))
        for each in old.looks if old else ():
            self._looks.pop(each.checksum, None)

    def _keep(self, survey: Survey) -> None:
        place = self._place(survey.collection)
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(f".{threading.get_ident()}.part")
        beside.write_bytes(records.dump(survey))
        beside.replace(place)
        self._remember(survey, place.stat().st_mtime_ns)

    def _loaded(self, collection: str, place: Path, age: int) -> Survey:
        found = records.load(place.read_bytes())
        with self._lock:
            self._remember(found, age)
        return found

    def _remember(self, survey: Survey, age: int) -> None:
        _, old = self._surveys.get(survey.collection, (0, survey))
        self._surveys[survey.collection] = (age, survey)
        for each in old.looks:
            self._looks.pop(each.checksum, None)
        self._looks |= {each.checksum: each for each in survey.looks}

    def _place(self, collection: str) -> Path:
        return self.folder / f"{collection}{SUFFIX}"

    def _look(self, checksum: str) -> Look:
        found = self._looks.get(checksum)
        if found is None:
            raise NotFound("This file elsewhere is not known here any more; ask for its layer again.")
        return found

    @contextmanager
    def _telling(self, look: Look) -> Iterator[list[KitError]]:
        """Say in a sentence what the libraries say in many kinds of errors, and remember it for a moment."""
        until, why = self._quiet.get(look.file.id, (0.0, ""))
        if time.monotonic() < until:
            raise Unavailable(why, address=look.file.address)
        troubles: list[KitError] = []
        try:
            yield troubles
        except RepeatpassError as error:
            if isinstance(error, Unavailable):
                self._note(look, error)
            raise
        except Exception as error:  # GDAL, HDF5, zarr and their codecs raise whatever they like
            if not troubles and not _of_reading(error):
                raise
            raise self._note(look, troubles[-1] if troubles else error) from None
        else:
            if look.trouble:
                self._change(look, replace(look, trouble="", since=""))

    def _note(self, look: Look, error: Exception) -> Unavailable:
        """Remember that a file cannot be read; one that was changed is looked at again."""
        if isinstance(error, AlteredData):
            self.held.forget(look.file)
            self.look(look.file.collection)
            return Unavailable(f"{said(error)} It is being looked at again; ask once more in a moment.")
        found = troubled(look, error, self.now())
        self._change(look, found)
        with self._lock:
            self._quiet[look.file.id] = (time.monotonic() + QUIET_S, found.sentence)
        self.held.forget(look.file)
        return Unavailable(found.sentence, address=look.file.address)

    def _change(self, before: Look, after: Look) -> None:
        with self._lock:
            known = self.known(before.file.collection)
            if known is None:
                return
            looks = tuple(after if each.file == before.file else each for each in known.looks)
            if looks != known.looks:
                self._keep(replace(known, looks=looks))


def _of_reading(error: Exception) -> bool:
    from rasterio.errors import RasterioError

    return isinstance(error, KitError | RasterioError | OSError | RuntimeError | ValueError | KeyError)
