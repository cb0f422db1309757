"""Make the stored home of schema 0001 that upgrades are tested from: ``python tests/data/make_old_home.py``.

It holds one notebook, one indicator with two values, their run, and a repeat, made by real execution. Made once,
when a schema is new; later programs must be able to open it.
"""

import sys
import tarfile
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from rich.console import Console
from tests.houses import indicator, notebook, working_house

from repeatpass.runs.records import Purpose
from repeatpass.storage.upgrading import newest
from repeatpass.upkeep.backup import write_backup

PUBLISH = """
import pandas as pd, repeatpass
table = pd.DataFrame({"place": ["here", "there"], "time": ["2020-05-01"] * 2, "value": [4.5, -0.25]})
repeatpass.publish(table, "values", unit="K")
"""


def main() -> None:
    """Write ``home-<schema>.backup`` beside this file."""
    target = Path(__file__).with_name(f"home-{newest()}.backup")
    with tempfile.TemporaryDirectory() as folder, working_house(Path(folder) / "home") as house:
        house.shelf.add(house.owner, "warmth", notebook(PUBLISH))
        house.indicators.apply(house.owner, indicator())
        asked = house.submitting.submit(house.owner, "warmth", {}, purpose=Purpose.UPDATE, subject="warmth")
        run = house.runs.wait(asked.id, 60)
        repeat = house.repeating.repeat(house.owner, run.id)
        while house.repeats.repeat(repeat.id).verdict is None or not house.indicators.current("warmth"):
            time.sleep(0.1)
        with house.database.write() as connection:  # nothing of the machine that made it
            connection.exec_driver_sql("update environments set prefix = '/opt/repeatpass/environments/earth'")
            connection.exec_driver_sql("update runs set worker = 'worker', machine = '', ticket = ''")
        target.unlink(missing_ok=True)
        write_backup(house, target, Console())
    with tarfile.open(target) as tar:
        sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes, {len(tar.getnames())} members\n")


if __name__ == "__main__":
    main()
