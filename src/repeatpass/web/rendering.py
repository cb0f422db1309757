"""Turn a view record into a page."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from repeatpass.web import words
from repeatpass.web.assets import assets
from repeatpass.web.views import (
    CollectionPage,
    CollectionsPage,
    Cover,
    ErrorPage,
    HomePage,
    IndicatorPage,
    IndicatorsPage,
    NotebookPage,
    NotebooksPage,
    OgcPage,
    Page,
    RepeatPage,
    RunPage,
    RunsPage,
    TrustPage,
    ValuePage,
    WorkspacePage,
)
from repeatpass.web.views.batches import BatchesPage, BatchPage, NewBatchPage
from repeatpass.web.views.browser import BrowserPage
from repeatpass.web.views.collections import ChangesPage, ExamplesPage, RegistryPage
from repeatpass.web.views.data import DataPage, NewDataPage, ReviewPage, SharingPage, SubmissionPage
from repeatpass.web.views.elsewhere import AddPage, FarCollectionPage, RemotePage, RemotesPage
from repeatpass.web.views.schedules import HeldPage, SchedulePage, SchedulesPage
from repeatpass.web.views.teams import TeamPage, TeamsPage

TEMPLATES = Path(__file__).parent / "templates"
TEMPLATE_OF: Mapping[type[Page], str] = {
    HomePage: "home.html",
    IndicatorsPage: "indicators.html",
    IndicatorPage: "indicator.html",
    ValuePage: "value.html",
    RepeatPage: "repeat.html",
    RunPage: "run.html",
    RunsPage: "runs.html",
    NotebookPage: "notebook.html",
    NotebooksPage: "notebooks.html",
    CollectionPage: "collection.html",
    CollectionsPage: "collections.html",
    RegistryPage: "registry.html",
    ExamplesPage: "examples.html",
    ChangesPage: "changes.html",
    TrustPage: "trust.html",
    HeldPage: "held.html",
    SchedulePage: "schedule.html",
    SchedulesPage: "schedules.html",
    BatchesPage: "batches.html",
    BatchPage: "batch.html",
    NewBatchPage: "batch_new.html",
    OgcPage: "ogc.html",
    WorkspacePage: "workspace.html",
    BrowserPage: "browser.html",
    DataPage: "data.html",
    NewDataPage: "data_new.html",
    SubmissionPage: "data_one.html",
    ReviewPage: "data_review.html",
    SharingPage: "sharing.html",
    TeamsPage: "teams.html",
    TeamPage: "team.html",
    RemotesPage: "remotes.html",
    RemotePage: "remote.html",
    FarCollectionPage: "far_collection.html",
    AddPage: "registry_add.html",
    ErrorPage: "error.html",
}
FILTERS: tuple[Callable[..., Any], ...] = (
    words.number,
    words.signed,
    words.day,
    words.month,
    words.moment,
    words.size,
    words.duration,
    words.short,
    words.plural,
    words.listed,
    words.degrees,
    words.prose,
)


@cache
def environment() -> Environment:
    """The one Jinja environment: everything escaped, an unknown name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update({each.__name__: each for each in FILTERS})
    made.globals["assets"] = assets()
    return made


def render(page: Page, cover: Cover) -> str:
    """The HTML of *page* inside *cover*; its type chooses the template."""
    return environment().get_template(TEMPLATE_OF[type(page)]).render(page=page, cover=cover)
