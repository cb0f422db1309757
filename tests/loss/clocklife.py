"""Lives of a house that is killed at a step of a tick.

    python clocklife.py HOME LEDGER

reads lines such as “before advancing._keep” and answers each with how the life ended: -9 if it was killed there. A life
first lets what an earlier one left come to rest; then a slot comes due, and it is killed on its way.
"""

import os
import signal
import sys
import threading
from operator import attrgetter
from pathlib import Path
from typing import Any

from tests.loss.clockwork import UPDATE, Clockwork, clockwork, long_ago

from repeatpass.assembly import House, open_house
from repeatpass.schedules.store import schedules

PLACES = {"beginning": "scheduling.ticking.beginning", "advancing": "scheduling.ticking.advancing"}


def main() -> None:
    """Fork a life for every line."""
    work = clockwork(Path(sys.argv[1]), Path(sys.argv[2]))
    for number, line in enumerate(sys.stdin):
        when, point = line.split()
        if (pid := os.fork()) == 0:
            live(work, number, when, point)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


def live(work: Clockwork, number: int, when: str, point: str) -> None:
    """Settle, then work until killed; a life that is not killed ends by itself after a while."""
    house = open_house(work.settings)
    house.start()
    work.settled(number)
    die_at(house, when, point)
    with house.database.write() as connection:
        connection.execute(schedules.update().where(schedules.c.id == UPDATE).values(due=long_ago(number)))
    house.scheduling.clock.wake()
    threading.Event().wait(20)
    os._exit(3)


def die_at(house: House, when: str, point: str) -> None:
    """Have the process killed at the next call of a method, before or after it does its work."""
    room, method = point.split(".")
    kind = type(attrgetter(PLACES.get(room, room))(house))
    original = getattr(kind, method)

    def cut(*given: Any, **named: Any) -> Any:
        if when == "after":
            original(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(kind, method, cut)


if __name__ == "__main__":
    main()
