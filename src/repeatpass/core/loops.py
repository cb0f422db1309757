"""A thread that does one step again and again: when it is time, or when it is told that something happened."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)
LONGEST_S = 30.0  # a machine that slept, or whose time was set, notices after this long at most
TROUBLE_S = 2.0  # after a step that failed, such as while the database is away
LEAVE_S = 15.0  # for the step that is under way


class Loop:
    """Calls a step again and again. The step says after how many seconds it wants to be called next.

    *least*: seconds between two steps, however often it is woken.
    """

    def __init__(self, name: str, step: Callable[[], float], least: float = 0.05) -> None:
        self.name = name
        self.step = step
        self.least = least
        self._news, self._stopping = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have the step called at once."""
        self._news.set()

    def stop(self) -> None:
        """End after the step that it is at."""
        self._stopping.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(LEAVE_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._news.clear()
            try:
                pause = self.step()
            except Exception:
                log.exception("The %s stumbled", self.name)
                pause = TROUBLE_S
            self._news.wait(max(0.0, min(pause, LONGEST_S)))
            self._stopping.wait(self.least)  # news that come together are taken in together
