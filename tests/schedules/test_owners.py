"""What the clock runs is run for the indicator's owner, and as the indicator says."""

from repeatpass.access.records import Role
from repeatpass.runs.room import Wanted
from repeatpass.schedules.records import TickState
from tests.houses import indicator, notebook
from tests.schedules.clocks import Timed

CELLS = """
import os, pandas as pd, repeatpass
long = float(len(os.environ.get("A_TOKEN", "")))
print("token", os.environ.get("A_TOKEN"))
repeatpass.publish(pd.DataFrame({"place": ["here"], "time": ["2020-01-01"], "value": [long]}), "values", unit="K")
"""


def test_a_schedule_runs_as_the_owner_of_the_indicator_with_their_secrets_and_the_indicators_flavour(
    timed: Timed,
) -> None:
    house = timed.house
    house.access.add_user(house.owner, "erin", "Erin", Role.EDITOR)
    erin = house.access.user("erin")
    house.secrets.set(house.owner, "A_TOKEN", "of-the-owner-of-the-house")
    house.secrets.set(erin, "A_TOKEN", "of-erin")
    house.shelf.add(erin, timed.id, notebook(CELLS))
    house.indicators.apply(erin, indicator(timed.id, timed.id, schedule="0 13 * * *", flavour="small"))
    house.scheduling.schedules.follow(timed.id)
    assert house.scheduling.schedules.schedule(timed.update).owner == "erin"
    timed.time.forward(hours=1)
    tick = timed.settled()
    assert (tick.state, tick.summary) == (TickState.DONE, "1 run: 1 new, 0 unchanged, 0 held.")
    (run,) = house.runs.page(Wanted(subject=timed.id))[0]
    assert (run.actor, run.flavour) == ("erin", "small")
    assert dict(run.limits)["memory_bytes"] == house.flavours.of("small").memory_bytes
    assert timed.values() == {("here", "2020-01-01"): float(len("of-erin"))}
    log = house.files.read(run.log).decode()
    assert "token" in log
    assert "of-erin" not in log
