"""`repeatpass.open` of an address in a sandbox: through the operator's list, and precise where it is not on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attempts import Sandboxed
from tests.houses import working_house
from tests.kit.elsewhere import Elsewhere, elsewhere

from repeatpass.access import Role
from repeatpass.runs.records import State

pytestmark = pytest.mark.slow

READ = (
    "import os, repeatpass\nos.environ['no_proxy'] = os.environ['NO_PROXY'] = ''\n"
    "repeatpass.publish(repeatpass.open({!r}), 'table')"
)
PAST = "import urllib.request\nurllib.request.urlopen({!r}, timeout=10).read()"


@pytest.fixture(scope="module")
def there() -> Iterator[Elsewhere]:
    with elsewhere() as state:
        yield state


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory, there: Elsewhere) -> Iterator[Sandboxed]:
    home = tmp_path_factory.mktemp("open") / "home"
    listed = there.url.removeprefix("http://")
    with working_house(home, multi_user=True, network_allow=listed) as opened:
        ann = opened.access.add_user(opened.owner, "ann", "Ann", Role.SCIENTIST)
        yield Sandboxed(house=opened, ann=ann, bob=ann, prefix=Path())


def test_what_is_read_through_the_list_is_on_record_and_explains_the_host(
    open_house: Sandboxed, there: Elsewhere
) -> None:
    address = there.put("/a.csv", b"x\n1\n")
    run = open_house.run(READ.format(address))
    assert run.state is State.SUCCEEDED, run.message
    provenance = open_house.house.runs.provenance(run.id)
    assert [read.href for read in provenance.inputs] == [address]
    assert provenance.fully_known, provenance.unrecorded


def test_going_past_the_kit_to_the_same_host_leaves_the_host_on_the_list_of_what_is_not_known(
    open_house: Sandboxed, there: Elsewhere
) -> None:
    address = there.put("/a.csv", b"x\n1\n")
    run = open_house.run(READ.format(address), PAST.format(address))
    assert run.state is State.SUCCEEDED, run.message
    assert ("network", there.url.removeprefix("http://")) in open_house.unrecorded(run)


def test_a_host_that_is_not_listed_is_told_with_what_to_ask_for(open_house: Sandboxed, house: Sandboxed) -> None:
    words = "Ask the operator to add 127.0.0.1:1 to REPEATPASS_NETWORK_ALLOW"
    open_house.fails(READ.format("http://127.0.0.1:1/a.csv"), by=words)
    house.fails(READ.format("http://127.0.0.1:1/a.csv"), by=words)
    secure = "Ask the operator to add data.example.org:443 to REPEATPASS_NETWORK_ALLOW"
    open_house.fails(READ.format("https://data.example.org/a.csv"), by=secure)
    house.fails(READ.format("https://data.example.org/a.csv"), by=secure)
