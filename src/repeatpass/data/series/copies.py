"""Copies of cubes in chunks that are long in time, kept for series where the original's layout would make them slow.

They are a cache: neither files of the catalog nor part of a backup; no run reads them, so no passport rests on one. They
can be thrown away at any time.
"""

import hashlib
import json
import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from repeatpass.data.series.fields import Field

log = logging.getLogger(__name__)
SLOW = 64_000_000  # numbers that one point makes unpack, from which on a copy is worth while
SLOW_FAR = 8_000_000  # the same of a file elsewhere, whose chunks come over the network
FAR = "far."  # how the names of copies of files elsewhere begin
FORM = "1"  # of the copies; changes with their layout
MARK = "zarr.json"  # the file of a copy whose age says when it was last used
ABANDONED = 6 * 3600  # seconds after which a half-made copy is nobody's


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A variable of a file that is to be copied."""

    checksum: str
    path: Path | None  # None: the file lies elsewhere
    media_type: str
    variable: str
    elsewhere: Mapping[str, str] = field(default_factory=dict)  # how it is asked for there

    @property
    def name(self) -> str:
        """What the copy is called: the file's content decides, and the variable."""
        far = "" if self.path else FAR
        return f"{far}{self.checksum.partition(':')[2]}-{hashlib.sha256(self.variable.encode()).hexdigest()[:12]}"


def slow(of: Field, *, far: bool = False) -> bool:
    """Say whether a point of *of* makes so much unpack, or come from *far*, that a copy is worth while."""
    long, high, wide = of.chunks
    return -(-len(of.times) // long) * long * high * wide > (SLOW_FAR if far else SLOW)


class Copies:
    """The copies in *folder*, at most *most* bytes of them; 0 for none."""

    def __init__(self, folder: Path, most: int, has: Callable[[str], bool] = lambda _checksum: True) -> None:
        """*has*: says whether the original of a checksum is still kept; its copies go with it."""
        self.folder = folder / FORM
        self.most = most
        self.has = has
        self._wishes: queue.Queue[Wish | None] = queue.Queue()
        self._known: set[str] = set()  # wished for and not made yet, or not to be made
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def found(self, wish: Wish) -> Path | None:
        """Return the folder of a copy, a Zarr store, where there is one; it counts as used now."""
        place = self.folder / wish.name
        try:
            os.utime(place / MARK)
        except OSError:
            return None
        return place

    def ask(self, wish: Wish) -> bool:
        """Have a copy made in the background; asking again changes nothing. Return whether it can be expected."""
        if not self.most:
            return False
        with self._lock:
            if self._closed:
                return False
            if wish.name not in self._known:
                self._known.add(wish.name)
                self._wishes.put(wish)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="series-copies", daemon=True)
                self._thread.start()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to make; return whether that came true."""
        until = time.monotonic() + seconds
        while self._wishes.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.05)
        return not self._wishes.unfinished_tasks

    def close(self) -> None:
        """Stop making copies; a half-made one is thrown away."""
        with self._lock:
            self._closed = True
            thread, process = self._thread, self._process
        self._wishes.put(None)
        if process is not None:
            process.terminate()
        if thread is not None:
            thread.join(10)

    def _work(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clear_parts()
        while (wish := self._wishes.get()) is not None and not self._closed:
            try:
                self._make(wish)
            except Exception:
                log.exception("The copy of %s for series was not made.", wish.variable)
            finally:
                self._wishes.task_done()

    def _make(self, wish: Wish) -> None:
        target = self.folder / wish.name
        if target.exists():
            self._done(wish)
            return
        target.parent.mkdir(parents=True, exist_ok=True)  # gc may have taken the empty folder away
        command = [
            sys.executable,
            "-m",
            "repeatpass.data.series.copying",
            str(wish.path or "-"),
            wish.media_type,
            wish.variable,
        ]
        started = time.monotonic()
        with self._lock:
            if self._closed:
                return
            self._process = subprocess.Popen([*command, str(target)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        _, said = self._process.communicate(json.dumps(dict(wish.elsewhere)).encode())
        if self._process.returncode == 0:
            log.info("Copied %s for series in %.0f s.", wish.variable, time.monotonic() - started)
            self._done(wish)
            self._forget_old(target)
        elif not self._closed:
            log.warning(
                "The copy of %s for series was not made: %s", wish.variable, said.decode(errors="replace")[-500:]
            )

    def _done(self, wish: Wish) -> None:
        """Forget the wish, so that the copy is made again should it be removed; one that failed is not tried again."""
        with self._lock:
            self._known.discard(wish.name)

    def _clear_parts(self) -> None:
        for part in self.folder.glob(".*"):
            if time.time() - part.stat().st_mtime > ABANDONED:
                shutil.rmtree(part) if part.is_dir() else part.unlink()

    def _forget_old(self, newest: Path) -> None:
        """Remove copies of what is kept no longer, then those that were not used for longest until the rest fits."""
        for each in self._every():
            if not each.name.startswith(FAR) and not self.has(f"sha256:{each.name.partition('-')[0]}"):
                shutil.rmtree(each, ignore_errors=True)
        every = sorted(self._every(), key=_age)
        sizes = {each: _size(each) for each in every}
        while sum(sizes.values()) > self.most and len(sizes) > 1:
            old = next(each for each in every if each in sizes and each != newest)
            del sizes[old]
            shutil.rmtree(old, ignore_errors=True)

    def _every(self) -> list[Path]:
        return [each for each in self.folder.iterdir() if not each.name.startswith(".")]


def _age(folder: Path) -> float:
    mark = folder / MARK
    return (mark if mark.exists() else folder).stat().st_mtime


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
