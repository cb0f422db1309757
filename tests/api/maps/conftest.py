"""A real server with layers, and a client without any token."""

from collections.abc import Iterator

import httpx
import pytest
from tests.api.maps.mapped import mapped_home
from tests.served import Served


@pytest.fixture(scope="session")
def mapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server."""
    made = Served(mapped_home(tmp_path_factory.mktemp("mapped") / "home")).start()
    yield made
    made.close()


@pytest.fixture(scope="session")
def anybody(mapped: Served) -> Iterator[httpx.Client]:
    """A client that shows no token and keeps no session, which answers in HTML would begin."""
    with httpx.Client(base_url=mapped.address, timeout=60) as client:
        client.event_hooks = {"response": [lambda _answer: client.cookies.clear()]}
        yield client
