"""The sample pages on a port of their own, and Debian's Chromium to read them with."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import cannot

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the running sample pages."""
    import samples
    from tests.answering import answering

    with answering(samples.app()) as address:
        yield address


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A real house with two real indicators, served on loopback."""
    from real_house import real_site

    with real_site(tmp_path_factory.mktemp("pages") / "home") as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium without a head."""
    if not CHROMIUM.exists():
        cannot("Chromium is not installed here")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as engine:
        made = engine.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="session")
def built() -> None:
    """Skip where the front end was not built."""
    from repeatpass.web.assets import assets

    if not assets().scripts:
        cannot("the front end was not built (npm could not be reached)")
