"""Runs that read at another computer: what they read is on record, in the passport, and compared when they are repeated."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.houses import working_house
from tests.kit.elsewhere import Elsewhere, elsewhere
from tests.repeated import executed, repeated

from repeatpass.assembly import House
from repeatpass.core.errors import Invalid
from repeatpass.kit.context import Context
from repeatpass.runs.elsewhere import input_elsewhere
from repeatpass.runs.masking import Masks
from repeatpass.verification.comparison.records import Verdict
from repeatpass.verification.crate import read_crate

READ = 'import repeatpass\nfound = repeatpass.open("%s", whole=True)\nrepeatpass.publish(found, "table")'
ENTRY = {
    "collection": "remote:http", "version": "v", "item": "h/a.csv", "asset": "data", "href": "http://h/a.csv",
    "size": 4, "checksum": f"sha256:{'0' * 64}", "media_type": "text/csv", "cell": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with working_house(tmp_path_factory.mktemp("home"), sandbox="off") as opened:
        yield opened


@pytest.fixture
def there() -> Iterator[Elsewhere]:
    with elsewhere() as state:
        yield state


def test_what_was_read_is_an_input_and_nothing_else_is_missing_on_the_record(house: House, there: Elsewhere) -> None:
    address = there.put("/a.csv", b"x\n1\n")
    run = executed(house, "plain", READ % address)
    provenance = house.runs.provenance(run.id)
    (read,) = provenance.inputs
    assert (read.collection, read.href, read.size, read.cell) == ("remote:http", address, 4, 1)
    assert provenance.fully_known, provenance.unrecorded


def test_a_request_past_the_kit_to_the_same_host_is_still_noticed(house: House, there: Elsewhere) -> None:
    address = there.put("/a.csv", b"x\n1\n")
    past = f"import urllib.request\nurllib.request.urlopen({address!r}).read()"
    provenance = house.runs.provenance(executed(house, "past", READ % address, past).id)
    assert [(read.kind, read.cell) for read in provenance.unrecorded] == [("network", 2)]


def test_a_repeat_is_identical_as_long_as_nothing_has_changed_there(house: House, there: Elsewhere) -> None:
    run = executed(house, "same", READ % there.put("/a.csv", b"x\n1\n"))
    assert repeated(house, run).verdict is Verdict.IDENTICAL


def test_a_repeat_says_what_has_changed_there(house: House, there: Elsewhere) -> None:
    address = there.put("/data/a.csv", b"x\n1\n")
    run = executed(house, "changed", READ % address)
    there.put("/data/a.csv", b"x\n2\n")
    repeat = repeated(house, run)
    assert (repeat.verdict, repeat.cause) == (Verdict.DIFFERENT, "inputs")
    assert f"{address.removeprefix('http://')}/data has other bytes" in repeat.summary


def test_a_change_there_that_makes_no_difference_is_told_too(house: House, there: Elsewhere) -> None:
    run = executed(house, "harmless", READ % there.put("/a.csv", b"x\n1\n"))
    there.put("/a.csv", b"x\n01\n")
    repeat = repeated(house, run)
    assert repeat.verdict is Verdict.IDENTICAL and "has other bytes" in repeat.summary


def test_a_file_that_is_gone_makes_the_run_not_repeatable_and_says_why(house: House, there: Elsewhere) -> None:
    run = executed(house, "gone", READ % there.put("/a.csv", b"x\n1\n"))
    del there.files["/a.csv"]
    repeat = repeated(house, run)
    assert repeat.verdict is Verdict.NOT_REPEATABLE and "There is nothing at" in repeat.summary


def test_a_crate_names_the_address_and_carries_no_bytes_of_it(house: House, there: Elsewhere, tmp_path: Path) -> None:
    address = there.put("/a.csv", b"x\n1\n")
    run = executed(house, "packed", READ % address)
    content = read_crate(house.exporting.write(run.id, tmp_path / "crate.zip"), tmp_path / "crate")
    (read,) = content.inputs
    assert (read.href, read.path, read.pin.collection) == (address, None, "remote:http")


def test_a_run_that_read_elsewhere_does_not_stand_for_later_ones(house: House, there: Elsewhere) -> None:
    run = executed(house, "later", READ % there.put("/a.csv", b"x\n1\n"))
    assert house.runs.provenance(run.id).fully_known
    fingerprint = run.fingerprint
    from repeatpass.runs.fingerprints import Reusing

    assert Reusing(house.runs.database, house.contexts, house.files).done([fingerprint], run.legs.context) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [("checksum", "sha256:1"), ("size", -1), ("size", "4"), ("href", "file:///etc/passwd"), ("href", "x" * 5000),
     ("collection", "remote:tape"), ("asset", 7), ("item", "y" * 201), ("version", "\0")],
)  # fmt: skip
def test_a_record_that_cannot_be_is_refused_with_the_field(field: str, value: object) -> None:
    with pytest.raises(Invalid, match="record of reads elsewhere"):
        input_elsewhere("r", ENTRY | {field: value}, Masks())


def test_secrets_never_get_into_the_record() -> None:
    entry = ENTRY | {"href": "http://me:pw@h/a.csv?key=opensesame&sig=x", "item": "h/opensesame"}
    read = input_elsewhere("r", entry, Masks({"KEY": "opensesame"}))
    assert "opensesame" not in json.dumps([read.href, read.item]) and "pw@" not in read.href and "sig" not in read.href


def test_a_context_is_never_asked_for_an_address() -> None:
    with pytest.raises(Exception, match="no collection"):
        Context(run="r", collections={}).collection("https://h/a.csv")
