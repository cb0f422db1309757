# ruff: noqa: E501
"""Sample records: home, indicators, one indicator, each with real series."""

from datetime import date

import sample_data as data
from markupsafe import Markup
from sample_common import (
    DIFFERENT,
    DOWNLOADS,
    HOME,
    IDENTICAL,
    NEVER,
    NOTEBOOK,
    PASSPORT,
    REPEAT,
    REPEATS,
    TOLERANT,
)

from repeatpass.web import frames, words
from repeatpass.web.charts import SeriesChart, chart_view, sparkline
from repeatpass.web.views import (
    Cell,
    Column,
    Facet,
    FacetValue,
    Fact,
    Frame,
    HomePage,
    IndicatorCard,
    IndicatorPage,
    IndicatorsPage,
    Link,
    MapView,
    Period,
    Person,
    Place,
    Reading,
    Seal,
    Search,
    StoryCard,
    Table,
    Theme,
    TimeControl,
    TrustSummary,
)

NINO_FINDING = "The central equatorial Pacific warmed by three kelvin between La Niña of 2008 and El Niño of 2010."
KEELING_FINDING = "Carbon dioxide at Mauna Loa rose from 316 to 371 ppm in forty-three years, and faster each decade."


def reading(at: int = -1) -> Reading:
    """A value of the Niño 3.4 sample."""
    ocean = data.ocean()
    when = ocean.times[at]
    return Reading(
        value=float(ocean.index[at]),
        unit="K",
        digits=1,
        time=data.iso(when),
        label=words.month(when),
        href="/values/v1",
    )


def card(
    title: str, finding: str, latest: Reading, spark: Markup, seal: Seal, where: str, span: str, theme: str
) -> IndicatorCard:
    """One card."""
    return IndicatorCard(
        href="/indicators/nino34",
        title=title,
        finding=finding,
        themes=(theme,),
        kind="Time series",
        where=where,
        latest=latest,
        seal=seal,
        sparkline=spark,
        span=span,
        status="Closed record",
    )


def cards() -> tuple[IndicatorCard, ...]:
    """Six cards from two real series."""
    index = [float(v) for v in data.ocean().index]
    co2 = [v for _, v in data.carbon()]
    keeling = Reading(value=co2[-1], unit="ppm", digits=1, time="2001-12-01", label="December 2001", href="/values/v2")
    yearly = [co2[i] - co2[i - 12] for i in range(12, len(co2))]
    growth = Reading(value=yearly[-1], unit="ppm a⁻¹", digits=1, time="2001-12-01", label="December 2001")
    line, bars = sparkline(co2), sparkline(index, zero=True)
    return (
        card(
            "Niño 3.4 sea-surface temperature",
            NINO_FINDING,
            reading(),
            bars,
            IDENTICAL,
            "Pacific Ocean",
            "2006 to 2010",
            "Ocean",
        ),
        card(
            "Carbon dioxide, Mauna Loa",
            KEELING_FINDING,
            keeling,
            line,
            IDENTICAL,
            "Hawaii",
            "1958 to 2001",
            "Air",
        ),
        card(
            "Growth of carbon dioxide",
            "The yearly rise of CO₂ doubled between the 1960s and the 1990s.",
            growth,
            sparkline(yearly),
            TOLERANT,
            "Hawaii",
            "1959 to 2001",
            "Air",
        ),
        card(
            "Warmest month of the equatorial Pacific",
            "No month of the record was warmer than December 2009.",
            reading(44),
            bars,
            DIFFERENT,
            "Pacific Ocean",
            "2006 to 2010",
            "Ocean",
        ),
        card(
            "Seasonal swing of carbon dioxide",
            "Northern forests draw six ppm out of the air each summer.",
            keeling,
            sparkline(co2[-72:]),
            NEVER,
            "Hawaii",
            "1996 to 2001",
            "Air",
        ),
    )


def home() -> HomePage:
    """The front page."""
    every = cards()
    return HomePage(
        title="Repeatpass",
        path="/",
        json_href="/home.json",
        description="Earth-observation indicators whose every value can be made again.",
        lead=every[0],
        lead_chart=chart_view(
            data.nino(),
            "/charts/nino.json",
            "Bars of the monthly anomaly: below zero in 2007 and 2008, above zero in 2009 and 2010.",
            caption="Monthly anomaly of sea-surface temperature, 5° S to 5° N, 170° W to 120° W, against the mean of each month 2006 to 2010. OSTIA, Met Office.",
        ),
        lead_passport=PASSPORT[:4],
        findings=every[1:],
        themes=tuple(
            Theme(title=t, href=f"/indicators?theme={t}", count=n)
            for t, n in (("Ocean", 3), ("Air", 3), ("Land", 2), ("Water quality", 1), ("Cryosphere", 0))
        ),
        stories=(
            StoryCard(
                title="The year the trade winds stopped",
                href="/stories/el-nino",
                note="6 minutes, 4 indicators",
                sentence="How the El Niño of 2009 looks from orbit, month by month.",
            ),
        ),
        trust=TrustSummary(
            values=1284,
            identical=1190,
            tolerance=61,
            different=2,
            failed=0,
            never=31,
            last=date(2026, 11, 21),
        ),
    )


def facets() -> tuple[Facet, ...]:
    """Facets with counts."""

    def facet(title: str, *values: tuple[str, int]) -> Facet:
        return Facet(
            title=title,
            values=tuple(
                FacetValue(text=t, count=n, href=f"/indicators?{title.lower()}={t}", selected=t == "Ocean")
                for t, n in values
            ),
        )

    return (
        facet("Theme", ("Ocean", 3), ("Air", 3), ("Land", 2), ("Water quality", 1)),
        facet("Agency", ("Met Office", 2), ("NOAA", 3), ("ESA", 2), ("USGS", 1)),
        facet("Verdict", ("Identical", 6), ("Within tolerance", 1), ("Not repeated yet", 2)),
    )


def indicators() -> IndicatorsPage:
    """The list."""
    return IndicatorsPage(
        title="Indicators",
        path="/indicators",
        json_href="/indicators.json",
        description="Each is a finding, a series in place and time, and the notebook that makes it.",
        search=Search(action="/indicators", label="Search indicators", keep=(("theme", "Ocean"),)),
        facets=facets(),
        cards=cards(),
        total=5,
        chosen=(Link(text="Ocean", href="/indicators"),),
    )


def map_view(current: int) -> MapView:
    """The strip of the equator, month by month."""
    times = data.ocean().times
    pictures = tuple(Frame(time=data.iso(t), label=words.month(t), href=f"/frames/{data.iso(t)}.png") for t in times)
    return MapView(
        title="Anomaly of sea-surface temperature",
        projection=frames.WORLD,
        extent=(-0.4167, -5.2778, 359.5833, 4.7222),
        view=(110, -24, 290, 24),
        alt=f"Map of the equatorial Pacific, {words.month(times[current])}",
        frames=pictures,
        current=current,
        legend=frames.legend(data.LOOK, "Sea-surface temperature anomaly", "K", no_data="Land or outside the record"),
        places=(
            Place(
                id="nino34",
                title="Niño 3.4",
                href="/indicators/nino34?place=nino34",
                box=(-170, -5, -120, 5),
                selected=True,
            ),
            Place(id="darwin", title="Darwin", href="/indicators/nino34?place=darwin", lon=130.8, lat=-12.5),
            Place(id="tahiti", title="Tahiti", href="/indicators/nino34?place=tahiti", lon=-149.4, lat=-17.6),
        ),
        caption="Plate carrée (EPSG:4326), cells of 0.83° by 0.56°.",
        source=Link(text="OSTIA monthly", href="/collections/ostia-monthly"),
        attribution="Crown copyright, Met Office. Base map: Natural Earth.",
    )


def values_table(chart: SeriesChart) -> Table:
    """All values, newest first."""
    rows = tuple(
        (
            Cell(text=p.label, sort=p.time, href="/values/v1"),
            Cell(text=words.signed(p.value, 2), sort=str(p.value)),
            Cell(text="Released"),
            Cell(text="Identical" if i < 50 else "—", seal=IDENTICAL if i < 3 else None),
        )
        for i, p in enumerate(reversed(chart.points))
    )
    columns = (
        Column(title="Month"),
        Column(title="Anomaly", numeric=True, note="K"),
        Column(title="State"),
        Column(title="Repeat"),
    )
    return Table(caption="Niño 3.4", columns=columns, rows=rows, downloads=DOWNLOADS[:2])


def indicator(time: str = "") -> IndicatorPage:
    """One indicator at one time."""
    times = [data.iso(t) for t in data.ocean().times]
    at = times.index(time) if time in times else len(times) - 1
    page = "/indicators/nino34"
    steps = tuple(
        Frame(time=t, label=words.month(w), href=f"{page}?t={t}")
        for t, w in zip(times, data.ocean().times, strict=True)
    )
    chart = data.nino(cursor=times[at])
    return IndicatorPage(
        title="Niño 3.4 sea-surface temperature",
        path=page,
        json_href=f"{page}.json",
        description=NINO_FINDING,
        crumbs=(HOME, Link(text="Indicators", href="/indicators"), Link(text="Niño 3.4")),
        id="nino34",
        finding=NINO_FINDING,
        latest=reading(),
        shown=reading(at),
        seal=IDENTICAL,
        status="Closed record, 2006 to 2010",
        kind="Map and time series",
        chart=chart_view(
            chart,
            "/charts/nino.json",
            "Monthly anomaly in kelvin.",
            full=True,
            caption="Monthly anomaly against the mean of each month 2006 to 2010. Choose a bar and the map follows.",
        ),
        map=map_view(at),
        time=TimeControl(
            frames=steps,
            current=at,
            earlier=steps[at - 1].href if at else "",
            later=steps[at + 1].href if at + 1 < len(steps) else "",
            latest=page,
        ),
        places=(
            Place(id="nino34", title="Niño 3.4", href=page, selected=True, latest="−1.4 K"),
            Place(id="nino4", title="Niño 4", href=page),
        ),
        periods=(
            Period(
                title="La Niña",
                start="2007-07-01",
                end="2008-06-01",
                label="July 2007 to June 2008",
                kind="cool",
                note="below −0.5 K in each of five seasons",
            ),
            Period(
                title="El Niño",
                start="2009-06-01",
                end="2010-04-01",
                label="June 2009 to April 2010",
                kind="warm",
            ),
        ),
        passport=PASSPORT,
        passport_href="/values/v1",
        repeat=REPEAT,
        repeats=REPEATS,
        values=values_table(chart),
        downloads=DOWNLOADS,
        permalink=f"{page}?t={times[at]}&place=nino34",
        about=Markup(
            "<p>The Niño 3.4 region spans the central equatorial Pacific. When its surface is more than half a kelvin warmer than usual for five months, an El Niño is under way; when it is as much colder, a La Niña.</p>"
        ),
        method=Markup(
            "<p>The mean of all cells between 5° S and 5° N, 170° W and 120° W, weighted by the cosine of latitude, less the mean of the same calendar month (Trenberth 1997).</p>"
        ),
        limitations=(
            "The record is five years long; a climatology of thirty years is usual.",
            "OSTIA is an analysis: satellite and in-situ measurements blended.",
        ),
        facts=(
            Fact(label="Satellites", text="Envisat, MetOp-A, MSG, Aqua"),
            Fact(label="Sensors", text="AATSR, AVHRR, SEVIRI, AMSR-E"),
            Fact(label="Agency", text="Met Office"),
            Fact(label="Cadence", text="Monthly"),
            Fact(label="Licence", text="Open Government Licence", href="/collections/ostia-monthly"),
        ),
        people=(Person(name="Ada Okafor", role="author", href="mailto:ada@example.org"),),
        citation="Okafor, A. (2026). Niño 3.4 sea-surface temperature, release 3. Repeatpass.",
        notebook=NOTEBOOK,
    )
