"""Blocks of files elsewhere in memory: each is asked for once, however many threads want it at the same moment."""

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Generic, TypeVar

from repeatpass.kit.memory import Remembered

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

TOGETHER = 64  # blocks that are asked for in one request at most: 16 MB
ASIDE = 4  # requests that one reader has on their way at the same time
_files = count()

Fetch = Callable[[int, int], Sequence[bytes]]


class Once(Generic[K, V]):
    """Has a value made by the first who wants it; who wants it meanwhile gets the same value, or the same error."""

    def __init__(self) -> None:
        self._coming: dict[K, Future[V]] = {}
        self._lock = threading.Lock()

    def claim(self, keys: Iterable[K]) -> tuple[dict[K, "Future[V]"], dict[K, "Future[V]"]]:
        """Return those of *keys* that the caller must now `give` or `fail`, and those to wait for."""
        with self._lock:
            wanted = list(keys)
            others = {key: self._coming[key] for key in wanted if key in self._coming}
            mine: dict[K, Future[V]] = {key: Future() for key in wanted if key not in others}
            self._coming |= mine
        return mine, others

    def give(self, key: K, future: "Future[V]", value: V) -> None:
        """Hand over what was made of a claimed key."""
        with self._lock:
            del self._coming[key]
        future.set_result(value)

    def fail(self, mine: Mapping[K, "Future[V]"], error: BaseException) -> None:
        """Tell whoever waits for what was claimed and not given that it cannot be had."""
        heard = error if isinstance(error, Exception) else OSError("The reading was interrupted.")
        for key, future in mine.items():
            if not future.done():
                with self._lock:
                    del self._coming[key]
                future.set_exception(heard)

    def of(self, key: K, make: Callable[[], V]) -> V:
        """Return what *make* gives, called here or, at this moment, by another; raise what it raises."""
        mine, others = self.claim([key])
        if not mine:
            return others[key].result()
        try:
            self.give(key, mine[key], make())
        except BaseException as error:
            self.fail(mine, error)
            raise
        return mine[key].result()


class Blocks:
    """The blocks of one file, by their numbers; *room* may be shared with other files. Safe to use from many threads."""

    def __init__(self, fetch: Fetch, room: Remembered[bytes]) -> None:
        """*fetch*: asks for the blocks from a first to a last number in one request."""
        self._fetch, self._room, self._own = fetch, room, next(_files)
        self._once: Once[int, bytes] = Once()

    def get(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """Return blocks; those that are not in memory are asked for, neighbours together."""
        wanted = sorted(set(numbers))
        found = self._held(wanted)
        if len(found) == len(wanted):
            return found
        mine, others = self._once.claim(number for number in wanted if number not in found)
        try:
            known = self._held(mine)  # what came between looking and claiming
            for number, block in known.items():
                self._once.give(number, mine[number], block)
            found |= known | self._brought(mine, runs_of([number for number in mine if number not in known]))
        except BaseException as error:
            self._once.fail(mine, error)
            raise
        return found | {number: each.result() for number, each in others.items()}

    def _held(self, numbers: Iterable[int]) -> dict[int, bytes]:
        looked = {number: self._room.get((self._own, number)) for number in numbers}
        return {number: block for number, block in looked.items() if block is not None}

    def _brought(self, mine: Mapping[int, "Future[bytes]"], runs: Sequence[range]) -> dict[int, bytes]:
        """Ask for runs of blocks, several at the same time."""

        def bring(run: range) -> dict[int, bytes]:
            found = dict(zip(run, self._fetch(run.start, run.stop - 1), strict=True))
            for number, block in found.items():
                self._room.put((self._own, number), block)
                self._once.give(number, mine[number], block)
            return found

        if len(runs) < 2:
            return bring(runs[0]) if runs else {}
        with ThreadPoolExecutor(min(ASIDE, len(runs)), "blocks") as aside:
            return {number: block for each in aside.map(bring, runs) for number, block in each.items()}


def runs_of(numbers: Sequence[int]) -> list[range]:
    """Return rising *numbers* as runs without gaps, each as long as one request may be."""
    runs: list[range] = []
    for number in numbers:
        if runs and number == runs[-1].stop and len(runs[-1]) < TOGETHER:
            runs[-1] = range(runs[-1].start, number + 1)
        else:
            runs.append(range(number, number + 1))
    return runs
