# ruff: noqa: E501
"""Sample records: passport, repeat, run, runs, trust, errors."""

from dataclasses import replace
from datetime import UTC, datetime

import sample_data as data
from markupsafe import Markup
from sample_common import (
    DIFFERENT,
    DIGEST,
    FAILED,
    HOME,
    IDENTICAL,
    INPUTS,
    MADE,
    NEVER,
    NINO,
    NOTEBOOK,
    OTHER,
    OUTPUTS,
    PASSPORT,
    REPEAT,
    REPEATS,
    RUN,
    TOLERANT,
)
from sample_indicators import home, reading
from sample_notebooks import executed

from repeatpass.web.views import (
    Action,
    Cell,
    CellStep,
    Column,
    Download,
    ErrorPage,
    Facet,
    FacetValue,
    Fact,
    Failure,
    Leg,
    Link,
    LogLine,
    OutputComparison,
    Person,
    RepeatPage,
    RunPage,
    RunRow,
    RunsPage,
    Table,
    TrustPage,
    ValuePage,
)

STRIP = (
    Fact(
        label="place",
        text="nino34 · Niño 3.4 · 5° S–5° N 170°–120° W",
        href="/indicators/nino34?place=nino34",
    ),
    Fact(label="time", text="2010-01-01/2010-02-01", href="/indicators/nino34?t=2010-01-01"),
    Fact(label="value", text="1.69 K ± 0.05", copy="1.69"),
    Fact(label="notebook", text=f"nino34@{DIGEST[7:]}", href="/notebooks/nino34", copy=DIGEST),
    Fact(label="environment", text=OTHER, href="/environments/f3c8", copy=OTHER),
    Fact(label="inputs", text="2 items, 1.8 MB", href="#inputs"),
    Fact(label="run", text=RUN, href=f"/runs/{RUN}", copy=RUN),
    Fact(label="asked by", text="the clock"),
)
COST = (
    Fact(label="Wall time", text="3.8 s"),
    Fact(label="CPU time", text="3.1 s"),
    Fact(label="Peak memory", text="214 MB"),
    Fact(label="Read", text="1.8 MB"),
    Fact(label="Written", text="1.0 MB"),
)
SOURCE = (
    'index = anomaly.sel(longitude=slice(190, 240)).weighted(weights).mean(("latitude", "longitude"))\n'
    'repeatpass.publish(index, "nino34", unit="K", place="nino34")'
)


def value() -> ValuePage:
    """The passport of January 2010."""
    columns = (
        Column(title="Revision"),
        Column(title="Value", numeric=True, note="K"),
        Column(title="Reason"),
    )
    rows = (
        (Cell(text="2, released"), Cell(text="1.69"), Cell(text="Boxes corrected")),
        (Cell(text="1, superseded", state="superseded"), Cell(text="1.65"), Cell(text="First release")),
    )
    return ValuePage(
        title="Niño 3.4, January 2010",
        path="/values/v1",
        json_href="/values/v1.json",
        id="v1",
        indicator=NINO,
        crumbs=(HOME, NINO, Link(text="January 2010")),
        place=Link(text="Niño 3.4", href="/indicators/nino34"),
        reading=reading(45),
        seal=replace(IDENTICAL, caveat="inputs not fully known"),
        strip=STRIP,
        run=Link(text=RUN, href=f"/runs/{RUN}"),
        made=MADE,
        notebook=(
            Fact(label="Name", text="nino34", href="/notebooks/nino34"),
            Fact(label="Revision", text=DIGEST, mono=True, copy=DIGEST),
            Fact(label="Licence", text="Apache-2.0"),
            Fact(label="Author", text="Ada Okafor"),
        ),
        parameters=(
            Fact(label="west", text="190.0", mono=True, note="degrees east"),
            Fact(label="east", text="240.0", mono=True),
        ),
        environment=(
            Fact(label="Name", text="earth, 142 packages", href="/environments/f3c8"),
            Fact(label="Digest", text=OTHER, mono=True, copy=OTHER),
            Fact(label="Python", text="3.11.2 on Linux, x86_64"),
        ),
        inputs=INPUTS,
        inputs_known=False,
        unrecorded=("/etc/localtime",),
        output=OUTPUTS[0],
        cell=7,
        cell_source=SOURCE,
        cost=COST,
        people=(Person(name="Ada Okafor", role="author"), Person(name="The clock", role="asked by")),
        repeats=REPEATS,
        repeat=REPEAT,
        revisions=Table(caption="Revisions", columns=columns, rows=rows),
        earlier=Link(text="← December 2009", href="/values/v0"),
        later=Link(text="February 2010 →", href="/values/v2"),
        downloads=(
            Download(label="Passport as JSON", href="/values/v1.json"),
            Download(
                label="Research crate",
                href="/values/v1.crate.zip",
                note="2.9 MB, repeats without the platform",
            ),
        ),
        permalink="/values/v1",
    )


def repeat() -> RepeatPage:
    """A repeat with newer inputs, which differed."""
    legs = (
        Leg(
            name="Code",
            then="nino34@6b1f0c2e9a7d",
            now="nino34@6b1f0c2e9a7d",
            same=True,
            then_href="/notebooks/nino34",
        ),
        Leg(name="Parameters", then="3 values", now="3 values", same=True),
        Leg(name="Environment", then="earth f3c81a0e5b7d", now="earth f3c81a0e5b7d", same=True),
        Leg(
            name="Inputs",
            then="nino-regions 1",
            now="nino-regions 2",
            same=False,
            note="boxes.geojson was superseded on 17 November 2026",
        ),
        Leg(name="Randomness", then="none seen", now="none seen", same=None),
    )
    outputs = (
        OutputComparison(
            name="nino34",
            kind="values",
            seal=DIFFERENT,
            bytes_equal=False,
            max_absolute="0.04 K",
            max_relative="2.6 × 10⁻²",
            share="3.7 %",
            where="January 2010",
            tolerance="10⁻⁵ K",
            href="/files/diff.csv",
            sentence="2 of 54 rows differ.",
        ),
        OutputComparison(
            name="anomaly",
            kind="raster",
            seal=IDENTICAL,
            bytes_equal=True,
            max_absolute="0 K",
            max_relative="0",
            share="0 %",
            sentence="",
        ),
    )
    return RepeatPage(
        title="Repeat of Niño 3.4",
        path="/repeats/r3",
        json_href="/repeats/r3.json",
        of=Link(text="Niño 3.4, January 2010", href="/values/v1"),
        crumbs=(HOME, Link(text="Trust", href="/trust"), Link(text="Repeat")),
        seal=DIFFERENT,
        state="succeeded",
        sentence="Two of fifty-four months differ by up to 0.04 K, because an input was superseded.",
        when=MADE,
        legs=legs,
        outputs=outputs,
        cause="input",
        original=Link(text=RUN, href=f"/runs/{RUN}"),
        repeated=Link(text="01K9ZQ", href="/runs/01K9ZQ"),
        facts=COST[:2],
        again=Action(label="Repeat again", href="/repeats/r3/again"),
        history=REPEATS,
    )


def run(state: str = "succeeded") -> RunPage:
    """A run: succeeded, running or failed."""
    lines = (
        "queued",
        "kernel ready in 0.1 s",
        "cell 1 of 9",
        "cell 2 of 9",
        "Reading 54 months",
        "cell 3 of 9",
        "published nino34, 54 values",
        "succeeded in 3.8 s",
    )
    kinds = ("state", "state", "cell", "cell", "stream", "cell", "stream", "state")
    log = tuple(
        LogLine(number=i + 1, time=f"04:00:{12 + i}", kind=k, text=t)
        for i, (t, k) in enumerate(zip(lines, kinds, strict=True))
    )
    names = (
        "import numpy as np",
        "sst = repeatpass.open('ostia-monthly')",
        "months = sst.groupby('time.month')",
        "index.plot()",
        "repeatpass.publish(index, 'nino34')",
    )
    steps = tuple(
        CellStep(index=i + 1, title=n, seconds=0.3 * (i + 1), state="succeeded", share=12.0 * i)
        for i, n in enumerate(names)
    )
    failure = Failure(
        cell=4,
        source="index.plt()",
        error="AttributeError: 'DataArray' object has no attribute 'plt'",
        traceback="Traceback (most recent call last)\n  cell 4, line 1\nAttributeError: 'DataArray' object has no attribute 'plt'",
    )
    sentences = {
        "succeeded": "Updated Niño 3.4 with 54 values in 3.8 seconds.",
        "running": "Updating Niño 3.4.",
        "failed": "Cell 4 stopped with AttributeError; the outputs of cells 1 to 3 are kept.",
    }
    ended = state != "running"
    return RunPage(
        title=f"Run {RUN}",
        path=f"/runs/{RUN}",
        json_href=f"/runs/{RUN}.json",
        crumbs=(HOME, Link(text="Runs", href="/runs"), Link(text=RUN)),
        id=RUN,
        state=state,
        message=sentences[state],
        notebook=NOTEBOOK,
        revision=DIGEST,
        done=3,
        cells=9,
        steps=steps,
        log=log,
        log_total=len(log),
        facts=(
            Fact(label="Purpose", text="Update of Niño 3.4", href="/indicators/nino34"),
            Fact(label="Asked by", text="the clock"),
            *PASSPORT[1:3],
        ),
        log_href=f"/runs/{RUN}/log.txt",
        events_href="" if ended else f"/runs/{RUN}/events",
        parameters=(Fact(label="west", text="190.0", mono=True),),
        inputs=INPUTS,
        outputs=OUTPUTS if ended else (),
        resources=COST if ended else (),
        failure=failure if state == "failed" else None,
        seal=IDENTICAL if state == "succeeded" else None,
        cancel=None if ended else Action(label="Cancel", href="/runs/x/cancel"),
        again=Action(label="Run again", href="/runs/x/again") if ended else None,
        repeat=Action(label="Repeat", href="/runs/x/repeat") if state == "succeeded" else None,
        notebook_html=executed() if ended else Markup(""),
    )


def runs() -> RunsPage:
    """The list of runs."""
    states = ("running", "queued", "succeeded", "succeeded", "failed", "crashed", "cancelled")
    notes = ("", "", "", "", "Cell 4 stopped with KeyError.", "The machine was restarted.", "")
    rows = tuple(
        RunRow(
            id=f"{RUN[:-1]}{i}",
            href=f"/runs/{RUN}",
            state=s,
            notebook=NOTEBOOK,
            purpose="Update of Niño 3.4" if i % 2 else "Repeat of CO₂, December 2001",
            by="the clock" if i % 2 else "Ada Okafor",
            created=datetime(2026, 11, 21, 4, i, tzinfo=UTC),
            seconds=3.8 + 41 * i if i > 1 else None,
            message=n,
        )
        for i, (s, n) in enumerate(zip(states, notes, strict=True))
    )
    facet = Facet(
        title="State",
        values=tuple(
            FacetValue(text=s.capitalize(), count=3 + i, href=f"/runs?state={s}")
            for i, s in enumerate(("running", "queued", "succeeded", "failed"))
        ),
    )
    return RunsPage(
        title="Runs",
        path="/runs",
        json_href="/runs.json",
        description="Everything that was executed here, with its log, its inputs and its outputs.",
        rows=rows,
        facets=(facet,),
        queue=(
            Fact(label="Waiting", text="1"),
            Fact(label="Running", text="1"),
            Fact(label="Kernels ready", text="3"),
        ),
    )


def trust() -> TrustPage:
    """The ledger."""
    columns = (
        Column(title="Indicator"),
        Column(title="Values", numeric=True),
        Column(title="Repeated", numeric=True),
        Column(title="Newest verdict"),
    )
    rows = tuple(
        (
            Cell(text=t, href="/indicators/nino34"),
            Cell(text=str(n)),
            Cell(text=str(n - 2)),
            Cell(text=s.word, seal=s),
        )
        for t, n, s in (
            ("Niño 3.4", 54, IDENTICAL),
            ("Carbon dioxide, Mauna Loa", 523, TOLERANT),
            ("NDVI of a Landsat scene", 3, DIFFERENT),
            ("Turbidity", 84, FAILED),
            ("Southern Oscillation", 620, NEVER),
        )
    )
    summary = home().trust
    assert summary is not None
    return TrustPage(
        title="Trust",
        path="/trust",
        json_href="/trust.json",
        summary=summary,
        indicators=Table(caption="By indicator", columns=columns, rows=rows),
        latest=REPEATS,
        open_cases=REPEATS[2:],
        house=(
            Fact(label="Version", text="0.1.0"),
            Fact(label="Database", text="SQLite, intact"),
            Fact(label="Values", text=str(len(data.carbon()))),
        ),
    )


def error() -> ErrorPage:
    """An address without a page."""
    return ErrorPage(
        title="Not found",
        path="/nowhere",
        status=404,
        happened="There is no indicator called nino35.",
        kept="Nothing was changed.",
        todo="The nearest name is nino34.",
        links=(NINO, Link(text="All indicators", href="/indicators")),
        request="01K9ZQ7M",
    )
