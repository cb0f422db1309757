"""Notebooks with every kind of input and output that WPS can describe."""

import sys
from pathlib import Path

from tests.houses import notebook

from repeatpass.assembly import open_house
from repeatpass.notebooks.shipped import shelve_shipped
from repeatpass.settings import Settings

KINDS = """
text = "mean"    # any text
choice = "mean"  # {mean, median}: how the months are joined
count = 3        # 1..60: months to average over
share = 0.5      # 0.0..1.0: of valid pixels
flag = False     # whether to smooth
steps = [1, 2]   # of the pyramid
options = {"deep": {"er": 1}}  # anything
box = [5.0, 45.0, 10.0, 48.0]  # bbox: the region
where = {"type": "Point", "coordinates": [8.0, 45.5]}  # geometry: the place
day = "2026-01-31"  # date: the first day
"""
TELL = """
import json, pandas as pd, repeatpass
got = {"text": text, "choice": choice, "count": count, "share": share, "flag": flag, "steps": steps, "options": options,
       "box": box, "where": where, "day": day}
repeatpass.output("got.json", title="What came in").write_text(json.dumps(got))
repeatpass.output("bytes.bin").write_bytes(bytes(range(256)) * 16)
repeatpass.output("note.txt").write_bytes("<a> & ü\\r\\nsecond line ]]>\\n".encode())
repeatpass.output("odd.txt").write_bytes(b"\\x00 not text \\xff")
repeatpass.publish(pd.DataFrame({"place": ["here"], "time": ["2026-01-01"], "value": [1.5]}), "values", unit="K")
"""
SLEEP = "import time\ntime.sleep(pause)"
FAIL = "raise ValueError('the sea is <too> warm \\x07')"
ANOMALY = """
import pandas as pd, repeatpass
table = pd.DataFrame({"place": ["sea"], "time": ["2026-01-01"], "value": [months * 0.1 + region[0]]})
repeatpass.publish(table, "values", unit="K")
"""
LARGE = """
import repeatpass
repeatpass.output("large.txt").write_bytes(b"x" * (size_mib * 1024 * 1024))
"""


def wps_home(home: Path) -> Path:
    """Make a house with the notebooks that the tests of WPS execute."""
    house = open_house(Settings(home=home, environment=sys.prefix, demo=False))
    house.environments.install("earth")
    shelve_shipped(house.shelf)
    for name, source, parameters in (
        ("kinds", TELL, KINDS),
        ("sleepy", SLEEP, "pause = 0.0  # 0.0..600.0: seconds"),
        ("failing", FAIL, ""),
        ("large", LARGE, "size_mib = 2"),
        ("sst-anomaly", ANOMALY, "months = 3  # 1..60\nregion = [-170.0, -5.0, -120.0, 5.0]  # bbox"),
    ):
        house.shelf.add(house.owner, name, notebook(source, parameters=parameters))
    house.close()
    return home
