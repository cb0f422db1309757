"""What the tests of several rooms share: a private PostgreSQL, and a database of either kind."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from repeatpass.features import indexes
from repeatpass.storage.database import Database, sqlite_url
from repeatpass.storage.schema import metadata
from repeatpass.storage.upgrading import upgrade
from tests.postgresql import Cluster, NotHere, binaries


def cannot(reason: str) -> NoReturn:
    """Skip this test for *reason*; in CI, where everything must be there, fail it."""
    if os.environ.get("REPEATPASS_TESTS_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _cluster() -> Iterator[Cluster]:
    try:
        made = Cluster(binaries())
    except NotHere as reason:
        cannot(str(reason))
    yield made
    made.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of our own, reached over a Unix socket, thrown away afterwards."""
    yield from _cluster()


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this test's own, which it may restart or kill."""
    yield from _cluster()


@pytest.fixture
def empty_postgresql(cluster: Cluster) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgresql"))
    return sqlite_url(tmp_path / "repeatpass.db")


@pytest.fixture(scope="session")
def newest_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("newest") / "repeatpass.db"
    made = Database(sqlite_url(path))
    upgrade(made)
    made.close()
    return path


@pytest.fixture(scope="session")
def newest_postgresql(cluster: Cluster) -> Iterator[str]:
    """A PostgreSQL database with the newest schema, to be emptied before each use: quicker than making one."""
    with cluster.database() as url:
        made = Database(url)
        upgrade(made)
        made.close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of each kind with the newest schema and nothing in it."""
    if request.param == "postgresql":
        made = Database(request.getfixturevalue("newest_postgresql"))
        with made.write() as connection:
            names = ", ".join(f'"{table}"' for table in metadata.tables)
            connection.exec_driver_sql(f"truncate {names} restart identity")
            indexes.drop(connection, indexes.forgotten(connection, []))  # which large collections had for themselves
    else:
        shutil.copyfile(request.getfixturevalue("newest_sqlite"), tmp_path / "repeatpass.db")
        made = Database(sqlite_url(tmp_path / "repeatpass.db"))
    yield made
    made.close()


COSTLY = {  # fixtures that are dear to make -> the process that all tests with them share
    "cluster": "postgresql",
    "database": "postgresql",
    "database_url": "postgresql",
    "empty_postgresql": "postgresql",
    "real": "real house",
    "timed": "timed house",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a costly fixture, or one of their module, in one process, so that it is made once."""
    for item in items:
        groups = {COSTLY[name] for name in getattr(item, "fixturenames", ()) if name in COSTLY}
        if not groups and _shares_a_module(item):
            groups = {item.nodeid.partition("::")[0]}
        for group in groups:
            item.add_marker(pytest.mark.xdist_group(group))


def _shares_a_module(item: pytest.Item) -> bool:
    known = item._fixtureinfo.name2fixturedefs.values() if isinstance(item, pytest.Function) else ()
    return any(made[-1].scope == "module" for made in known)
