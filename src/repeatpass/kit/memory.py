"""A store in memory that forgets what was not used for longest."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class Remembered(Generic[V]):
    """Values by key, at most *most* bytes of them by what *size* says. Safe to use from many threads."""

    def __init__(self, most: int, size: Callable[[V], int]) -> None:
        self.most = most
        self.size = size
        self._held: OrderedDict[Hashable, V] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> V | None:
        """Return what is held under *key*."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: Hashable, value: V) -> None:
        """Hold *value*; one that alone is larger than a quarter of all is not held."""
        size = self.size(value)
        if size > self.most // 4:
            return
        with self._lock:
            old = self._held.pop(key, None)
            self._bytes += size - (self.size(old) if old is not None else 0)
            self._held[key] = value
            while self._bytes > self.most:
                _, gone = self._held.popitem(last=False)
                self._bytes -= self.size(gone)
