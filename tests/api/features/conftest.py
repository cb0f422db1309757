"""One served house with features, for all tests of these addresses."""

from collections.abc import Iterator

import httpx
import pytest
from tests.api.features.houses_of_features import features_home
from tests.served import Served


@pytest.fixture(scope="session")
def features_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(features_home(tmp_path_factory.mktemp("features") / "home")).start()
    yield made
    made.close()


@pytest.fixture(scope="session")
def owner(features_served: Served) -> Iterator[httpx.Client]:
    """A client with the owner's token."""
    headers = {"Authorization": f"Bearer {features_served.token}"}
    with httpx.Client(base_url=features_served.address, headers=headers, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def anyone(features_served: Served) -> Iterator[httpx.Client]:
    """A client that shows nothing."""
    with httpx.Client(base_url=features_served.address, timeout=60) as client:
        yield client
