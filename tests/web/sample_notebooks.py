# ruff: noqa: E501
"""Sample records: notebooks with a rendered one, collections."""

import base64
from functools import cache
from typing import Any

import sample_data as data
from markupsafe import Markup
from sample_common import DIGEST, DOWNLOADS, HOME, IDENTICAL, NINO, NOTEBOOK, RUN, TOLERANT

from repeatpass.web import frames, words
from repeatpass.web.charts import draw_png, series_spec
from repeatpass.web.notebook_html import contents, notebook_html
from repeatpass.web.views import (
    Action,
    Cell,
    CollectionPage,
    CollectionRow,
    CollectionsPage,
    Column,
    Download,
    Facet,
    FacetValue,
    Fact,
    Frame,
    Link,
    MapView,
    NotebookCard,
    NotebookPage,
    NotebooksPage,
    ParameterField,
    Person,
    Place,
    Search,
    Table,
)

OSTIA = Link(text="OSTIA monthly", href="/collections/ostia-monthly")
SUMMARY = "The mean anomaly of sea-surface temperature over 5° S to 5° N, 170° W to 120° W, month by month."


def code(count: int, source: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    """A code cell."""
    return {
        "cell_type": "code",
        "execution_count": count,
        "source": source,
        "metadata": {},
        "outputs": list(outputs),
    }


def display(**data: str) -> dict[str, Any]:
    """A display output; underscores stand for slashes."""
    return {
        "output_type": "display_data",
        "data": {k.replace("_", "/"): v for k, v in data.items()},
        "metadata": {},
    }


@cache
def executed() -> Markup:
    """A short notebook with text, code, a table, a figure and printed lines."""
    figure = base64.b64encode(draw_png(series_spec(data.nino()))).decode()
    table = "<table class='dataframe'><thead><tr><th></th><th>value</th></tr></thead><tbody><tr><th>2009-12</th><td>1.59</td></tr><tr><th>2010-01</th><td>1.69</td></tr></tbody></table>"
    text = "# Niño 3.4 from OSTIA\n\nThe region spans the *central equatorial Pacific*. The index is the mean anomaly against the month's own mean, after [Trenberth (1997)](https://doi.org/10.1175/1520-0477(1997)078).\n\n## Read the analysis\n\nOSTIA blends satellite and in-situ temperature."
    return notebook_html(
        {
            "metadata": {},
            "cells": [
                {"cell_type": "markdown", "source": text},
                code(
                    1,
                    "import numpy as np\nimport repeatpass\n\nsst = repeatpass.open('ostia-monthly')  # recorded with its checksum\nprint(sst.sizes)",
                    {
                        "output_type": "stream",
                        "name": "stdout",
                        "text": "Frozen({'time': 54, 'latitude': 18, 'longitude': 432})\n",
                    },
                ),
                {
                    "cell_type": "markdown",
                    "source": "## The index\n\nCells are weighted by the cosine of their latitude.",
                },
                code(
                    2,
                    "def index(field, west: float = 190.0) -> float:\n    return field.sel(longitude=slice(west, 240)).mean()\n\nindex(sst)",
                    display(text_html=table),
                ),
                code(3, "chart(index)", display(image_png=figure, text_plain="The index with its periods")),
            ],
        }
    )


def notebook() -> NotebookPage:
    """One notebook."""
    html = executed()
    fields = (
        ParameterField(
            name="west",
            kind="number",
            value="190.0",
            help="Western edge, degrees east",
            minimum=0,
            maximum=360,
            required=True,
        ),
        ParameterField(
            name="east",
            kind="number",
            value="400",
            help="Eastern edge",
            error="400 is above the largest value, 360.",
        ),
        ParameterField(name="start", kind="date", value="2006-04-01", help="First month"),
        ParameterField(name="baseline", kind="choice", value="whole record", choices=("whole record", "2006 to 2008")),
        ParameterField(name="weighted", kind="boolean", value="True", help="Weight by the cosine of latitude"),
    )
    columns = (
        Column(title="Run"),
        Column(title="State"),
        Column(title="When"),
        Column(title="Took", numeric=True),
    )
    runs = Table(
        caption="Newest runs",
        columns=columns,
        rows=(
            (
                Cell(text=RUN, href=f"/runs/{RUN}", mono=True),
                Cell(text="Succeeded", state="succeeded"),
                Cell(text="21 November 2026"),
                Cell(text="3.8 s"),
            ),
        ),
    )
    return NotebookPage(
        title="Niño 3.4 from OSTIA",
        path="/notebooks/nino34",
        name="nino34",
        summary=SUMMARY,
        revision=DIGEST,
        html=html,
        crumbs=(HOME, Link(text="Notebooks", href="/notebooks"), Link(text="nino34")),
        parameters=fields,
        run=Action(
            label="Run",
            href="/notebooks/nino34/run",
            note="About 4 s.",
            command="repeatpass run nino34 -p west=190",
        ),
        facts=(
            Fact(label="Licence", text="Apache-2.0"),
            Fact(label="Environment", text="earth"),
            Fact(label="Usual time", text="3.8 s"),
        ),
        people=(Person(name="Ada Okafor", role="author"),),
        citation="Okafor, A. (2026). Niño 3.4 from OSTIA.",
        reads=(OSTIA,),
        makes=(NINO,),
        contents=contents(html),
        runs=runs,
        seal=IDENTICAL,
        downloads=(
            Download(label="Notebook", href="/notebooks/nino34.ipynb"),
            Download(label="JSON", href="/notebooks/nino34.json"),
        ),
        error="One parameter is not right; nothing was started.",
    )


def notebooks() -> NotebooksPage:
    """The shelf."""

    def card(title: str, summary: str, figure: str) -> NotebookCard:
        return NotebookCard(
            name="nino34",
            href="/notebooks/nino34",
            title=title,
            summary=summary,
            authors="Ada Okafor",
            licence="Apache-2.0",
            revision=DIGEST,
            reads=(OSTIA,),
            makes=(NINO,),
            seconds=3.8,
            figure=figure,
            seal=IDENTICAL if figure else TOLERANT,
        )

    facet = Facet(
        title="Reads",
        values=(
            FacetValue(text="OSTIA monthly", count=2, href="?reads=ostia"),
            FacetValue(text="Mauna Loa CO₂", count=1, href="?reads=co2"),
        ),
    )
    return NotebooksPage(
        title="Notebooks",
        path="/notebooks",
        description="Each is a readable piece of science, kept in every revision that ever ran.",
        search=Search(action="/notebooks", label="Search notebooks"),
        facets=(facet,),
        cards=(
            card("Niño 3.4 from OSTIA", SUMMARY, "/charts/nino.png"),
            card(
                "Carbon dioxide at Mauna Loa",
                "The Keeling curve and its growth, from weekly means.",
                "/charts/keeling.png",
            ),
            card("Tutorial: your first indicator", "From an empty notebook to a published series.", ""),
        ),
        total=3,
    )


def collections() -> CollectionsPage:
    """The list."""

    def row(title: str, sentence: str, nature: str, thumbnail: str = "") -> CollectionRow:
        return CollectionRow(
            id="ostia-monthly",
            href="/collections/ostia-monthly",
            title=title,
            sentence=sentence,
            nature=nature,
            span="April 2006 to September 2010",
            where="5° S to 5° N",
            items=54,
            size=1_812_344,
            licence="Open Government Licence",
            thumbnail=thumbnail,
        )

    facet = Facet(
        title="Nature",
        values=(
            FacetValue(text="Analysis", count=1, href="?n=a"),
            FacetValue(text="Observation", count=4, href="?n=o"),
            FacetValue(text="Model output", count=1, href="?n=m"),
        ),
    )
    return CollectionsPage(
        title="Collections",
        path="/collections",
        description="Observations with their licence, their makers and a checksum for every file.",
        search=Search(action="/collections", label="Search collections"),
        facets=(facet,),
        rows=(
            row(
                "OSTIA monthly sea-surface temperature",
                "Monthly means of the Met Office's analysis along the equator.",
                "Analysis",
                "/charts/nino.png",
            ),
            row("Carbon dioxide, Mauna Loa", "Weekly means in the air of Hawaii, from 1958.", "Observation"),
        ),
        total=2,
    )


def collection() -> CollectionPage:
    """One collection."""
    times = data.ocean().times
    pictures = tuple(Frame(time=data.iso(t), label=words.month(t), href=f"/frames/{data.iso(t)}.png") for t in times)
    world = MapView(
        title="Extent",
        projection=frames.WORLD,
        extent=(-0.4167, -5.2778, 359.5833, 4.7222),
        view=(-180, -90, 180, 90),
        alt="World map with the extent of the collection",
        places=(
            Place(
                id="x",
                title="Extent",
                href="/collections/ostia-monthly",
                box=(-180, -5, 180, 5),
                selected=True,
            ),
        ),
        caption="Plate carrée (EPSG:4326).",
        attribution="Base map: Natural Earth.",
    )
    columns = (
        Column(title="Item"),
        Column(title="Time"),
        Column(title="Size", numeric=True),
        Column(title="SHA-256"),
    )
    rows = tuple(
        (
            Cell(text=f.time, href=f.href),
            Cell(text=f.label, sort=f.time),
            Cell(text="34 kB", sort="34000"),
            Cell(text=DIGEST[7:19], mono=True, copy=DIGEST),
        )
        for f in pictures[:12]
    )
    return CollectionPage(
        title="OSTIA monthly sea-surface temperature",
        path="/collections/ostia-monthly",
        id="ostia-monthly",
        nature="Analysis",
        sentence="Monthly means of the Met Office's analysis along the equator.",
        crumbs=(HOME, Link(text="Collections", href="/collections"), Link(text="OSTIA monthly")),
        about=Markup(
            "<p>OSTIA blends infrared and microwave radiometers with buoys and ships into a daily analysis without gaps; this collection holds its monthly means.</p>"
        ),
        facts=(
            Fact(label="Licence", text="Open Government Licence"),
            Fact(label="Made by", text="Met Office"),
            Fact(label="Span", text="April 2006 to September 2010"),
            Fact(label="Version", text="1"),
        ),
        map=world,
        items=Table(caption="Items", columns=columns, rows=rows, total=54),
        used_by=(NINO, NOTEBOOK),
        code='import repeatpass\n\nsst = repeatpass.open("ostia-monthly")',
        citation="Donlon et al. (2012), doi:10.1016/j.rse.2010.10.017",
        downloads=DOWNLOADS[1:2],
    )
