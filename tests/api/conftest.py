"""A real server for all tests of the standards' addresses."""

from collections.abc import Iterator

import httpx
import pytest
from tests.api.asking import asking
from tests.served import Served, small_home


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(small_home(tmp_path_factory.mktemp("served") / "home")).start()
    yield made
    made.close()


@pytest.fixture(scope="session")
def web(served: Served) -> Iterator[httpx.Client]:
    """A client with the owner's token."""
    with asking(served) as client:
        yield client


@pytest.fixture(autouse=True)
def _owslib_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """OWSLib adds the headers that one client is given, its token too, to those of every client there is."""
    from owslib import ogcapi

    monkeypatch.setattr(ogcapi, "REQUEST_HEADERS", dict(ogcapi.REQUEST_HEADERS))
