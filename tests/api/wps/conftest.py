"""A real server with notebooks of every kind of input and output, and a client that checks every answer."""

from collections.abc import Iterator

import pytest
from tests.api.wps.asking import Asking
from tests.api.wps.notebooks import wps_home
from tests.served import Served


@pytest.fixture(scope="session")
def wps_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server."""
    made = Served(wps_home(tmp_path_factory.mktemp("wps") / "home")).start()
    yield made
    made.close()


@pytest.fixture(scope="session")
def wps(wps_served: Served) -> Asking:
    """A client that validates every document against its schema."""
    return Asking(address=wps_served.address, token=wps_served.token)
