"""A house for several users, with real sandboxes, shared by the attempts to break out of them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attempts import Sandboxed
from tests.conftest import cannot
from tests.houses import working_house

from repeatpass.access import Role
from repeatpass.runs import sandbox


@pytest.fixture(scope="session", autouse=True)
def _sandboxes() -> None:
    if not (found := sandbox.works()).works:
        cannot(found.words)


@contextmanager
def _secret() -> Iterator[None]:
    """A secret in the server's environment, as a password of its database would be one."""
    os.environ["REPEATPASS_SENTINEL"] = "swordfish-in-the-environment"
    try:
        yield
    finally:
        del os.environ["REPEATPASS_SENTINEL"]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandboxed]:
    home = tmp_path_factory.mktemp("isolation") / "home"
    with _secret(), working_house(home, multi_user=True) as opened:
        ann = opened.access.add_user(opened.owner, "ann", "Ann", Role.SCIENTIST)
        bob = opened.access.add_user(opened.owner, "bob", "Bob", Role.SCIENTIST)
        yield Sandboxed(house=opened, ann=ann, bob=bob, prefix=Path(sys.prefix))
