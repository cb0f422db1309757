"""Small records that several sample pages share."""

from datetime import UTC, date, datetime

from repeatpass.web.views import (
    Action,
    Download,
    Fact,
    InputRow,
    Link,
    OutputRow,
    RepeatRow,
    Seal,
)

DIGEST = "sha256:6b1f0c2e9a7d4f3b8c5e1a2d7f9b0c4e6a8d1f3b5c7e9a0b2d4f6a8c0e1b3d5f"
OTHER = "sha256:f3c81a0e5b7d9c2a4e6f8b0d1c3a5e7f9b2d4c6e8a0f1b3d5c7e9a1b3d5f7c9e"
RUN = "01K9ZP4D6TQ8"
MADE = datetime(2026, 11, 21, 4, 0, 12, tzinfo=UTC)
IDENTICAL = Seal(verdict="identical", when=date(2026, 11, 21), href="/repeats/r1")
TOLERANT = Seal(verdict="tolerance", when=date(2026, 11, 20), href="/repeats/r2")
DIFFERENT = Seal(verdict="different", when=date(2026, 11, 18), href="/repeats/r3")
FAILED = Seal(verdict="failed", when=date(2026, 11, 17), href="/repeats/r4")
NEVER = Seal()
HOME = Link(text="Home", href="/")
NINO = Link(text="Niño 3.4 sea-surface temperature", href="/indicators/nino34")
NOTEBOOK = Link(text="nino34", href="/notebooks/nino34")
REPEAT = Action(
    label="Repeat this value",
    href="/values/v1/repeat",
    command="repeatpass repeat nino34/2010-01",
    note="Runs the notebook again with everything pinned and compares every output. About 4 s.",
)
DOWNLOADS = (
    Download(label="CSV", href="/indicators/nino34.csv", note="54 values"),
    Download(label="JSON", href="/indicators/nino34.json"),
    Download(label="PNG", href="/indicators/nino34.png"),
    Download(label="Vega-Lite", href="/indicators/nino34/spec.json"),
)
INPUTS = (
    InputRow(
        collection=Link(text="OSTIA monthly", href="/collections/ostia-monthly"),
        item=Link(text="OSTIA 2006 to 2010", href="/collections/ostia-monthly/items/2006-2010"),
        asset="sst",
        version="1",
        size=1_812_344,
        checksum=DIGEST,
        href="/files/sst",
        cell=3,
    ),
    InputRow(
        collection=Link(text="Niño regions", href="/collections/nino-regions"),
        item=Link(text="Boxes", href="/collections/nino-regions/items/boxes"),
        asset="boxes",
        version="2",
        size=4_210,
        checksum=OTHER,
        href="/files/boxes",
        now="superseded",
        cell=4,
    ),
)
OUTPUTS = (
    OutputRow(
        name="nino34",
        title="Niño 3.4 anomaly",
        kind="values",
        media_type="text/csv",
        size=2_214,
        checksum=DIGEST,
        href="/files/nino34.csv",
        unit="K",
        cell=7,
    ),
    OutputRow(
        name="anomaly",
        title="Anomaly of sea-surface temperature",
        kind="raster",
        media_type="application/x-netcdf",
        size=921_100,
        checksum=OTHER,
        href="/files/anomaly.nc",
        unit="K",
        cell=8,
    ),
    OutputRow(
        name="chart",
        title="The index with its periods",
        kind="figure",
        media_type="image/png",
        size=48_210,
        checksum=OTHER,
        href="/charts/nino.png",
        cell=9,
        preview="/charts/nino.png",
    ),
)
REPEATS = (
    RepeatRow(
        seal=IDENTICAL,
        when=MADE,
        href="/repeats/r1",
        by="the clock",
        sentence="54 of 54 values and 420 768 cells are the same, byte for byte.",
    ),
    RepeatRow(
        seal=TOLERANT,
        when=datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
        href="/repeats/r2",
        by="Ada Okafor",
        sentence="With numpy 2.3 the largest difference is 2.4 × 10⁻⁷ K; the tolerance is 10⁻⁵ K.",
    ),
    RepeatRow(
        seal=DIFFERENT,
        when=datetime(2026, 11, 18, 4, 0, tzinfo=UTC),
        href="/repeats/r3",
        by="Ada Okafor",
        sentence="With inputs=latest two months differ, because the boxes were superseded.",
    ),
)
PASSPORT = (
    Fact(label="Notebook", text="nino34 @ 6b1f0c2e9a7d", href="/notebooks/nino34", mono=True, copy=DIGEST),
    Fact(label="Environment", text="earth f3c81a0e5b7d", href="/environments/f3c8", mono=True, copy=OTHER),
    Fact(label="Inputs", text="2 items, 1.8 MB", href="/values/v1#inputs"),
    Fact(label="Run", text=RUN, href=f"/runs/{RUN}", mono=True, copy=RUN),
    Fact(label="Made", text="21 November 2026, 04:00 UTC", note="in 3.8 s"),
)
