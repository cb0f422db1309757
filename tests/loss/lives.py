"""Lives of a house that can be cut short: a process that forks one life after the other, all imports done.

    python lives.py HOME

reads one JSON object a line: {"seed": 1, "first": 0, "dies_at": "room.method", "when": "before" | "after", "nth": 1}
and answers with the process id of the life. A life opens the house, works, and asks for updates and repeats without
pause, until it is killed, or kills itself at the point that it was told.
"""

import json
import os
import random
import signal
import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

from repeatpass.assembly import House, open_house
from repeatpass.core.errors import RepeatpassError
from repeatpass.runs.records import Purpose, State
from repeatpass.runs.room import Wanted
from repeatpass.settings import Settings

SLOTS = 2


def settings(home: Path) -> Settings:
    """Return the settings of a house whose environment is this interpreter."""
    return Settings(home=home, environment=sys.prefix, demo=False, slots=SLOTS)


def main() -> None:
    """Fork a life for every line until there is none."""
    home = Path(sys.argv[1])
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            live(home, order)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        os.waitpid(pid, 0)
        sys.stdout.write("gone\n")
        sys.stdout.flush()


def live(home: Path, order: dict[str, Any]) -> None:
    """Work until killed."""
    house = open_house(settings(home))
    if order.get("dies_at"):
        die_at(house, order["dies_at"], order["when"], order["nth"])
    house.start()
    (home / "living").touch()
    dice, number = random.Random(order["seed"]), order["first"]
    while True:
        time.sleep(dice.uniform(0.0, 0.1))
        if dice.random() < 0.3:
            repeat_something(house, dice)
        elif house.runs.counts()[State.QUEUED] < 3:
            ask(house, number)
            number += 1


def ask(house: House, number: int) -> None:
    """Ask for an update that brings the one value *number*."""
    given, purpose = {"number": number}, Purpose.UPDATE
    house.submitting.submit(house.owner, "warmth", given, purpose=purpose, subject="warmth", id=f"u{number}")


def repeat_something(house: House, dice: random.Random) -> None:
    """Repeat some run that succeeded, if there is one."""
    done, _ = house.runs.page(Wanted(states=(State.SUCCEEDED,), purpose=Purpose.UPDATE))
    if done and len([repeat for repeat in house.repeats.recent() if repeat.verdict is None]) < 2:
        try:
            house.repeating.repeat(house.owner, dice.choice(done).id)
        except RepeatpassError as error:
            sys.stderr.write(error.message)


def die_at(house: House, point: str, when: str, nth: int) -> None:
    """Have the process killed at the *nth* call of a method of a room, before or after it does its work."""
    name, method = point.split(".")
    kind = type(getattr(house, name))
    original, calls = getattr(kind, method), count(1)

    def cut(*given: Any, **named: Any) -> Any:
        call = next(calls)
        if call == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = original(*given, **named)
        if call == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(kind, method, cut)


if __name__ == "__main__":
    main()
