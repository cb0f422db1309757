"""Flavours fit the machine; a file of them is checked by line and field."""

from pathlib import Path

import pytest

from repeatpass.core.errors import Invalid
from repeatpass.runs.capacity import amount, memory_bytes, processors
from repeatpass.runs.execution import Limits
from repeatpass.runs.flavours import built_in, flavours_in, read_flavours

GIB = 1024**3
ONE = "flavours:\n  - {name: one, cpus: 1, memory: 2Gi, time_s: 60, disk: 5G}\n"


@pytest.mark.parametrize(("cpus", "memory"), [(1, GIB), (2, 6 * GIB), (64, 512 * GIB)])
def test_no_built_in_flavour_asks_for_more_than_the_machine_has(cpus: float, memory: int) -> None:
    flavours = built_in(cpus, memory, 10 * GIB, at_once=4)
    assert [each.name for each in flavours.all] == ["small", "medium", "large"]
    assert all(each.cpus <= cpus and each.memory_bytes <= memory for each in flavours.all)
    assert all(each.disk_bytes <= 10 * GIB for each in flavours.all)
    assert flavours.of("").name == "medium"
    for each in flavours.all:
        flavours.require_room(each.limits())


def test_on_a_small_machine_several_usual_runs_still_fit_at_once() -> None:
    assert built_in(4, 8 * GIB, at_once=4).of("medium").memory_bytes == 2 * GIB
    assert built_in(4, 64 * GIB, at_once=4).of("medium").memory_bytes == 4 * GIB


def test_the_machine_is_measured() -> None:
    assert processors() > 0
    assert memory_bytes() > 64 * 1024**2


def test_an_operators_flavours_replace_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "flavours.yaml").write_text(ONE)
    flavours = flavours_in(tmp_path, 4, 8 * GIB)
    assert [each.name for each in flavours.all] == ["one"]
    one = flavours.of("")
    assert (one.memory_bytes, one.disk_bytes) == (2 * GIB, 5 * 10**9)
    assert one.limits(Limits(memory_bytes=GIB, time_s=600)).memory_bytes == GIB
    assert one.limits(Limits(memory_bytes=9 * GIB, time_s=600)).time_s == 60
    with pytest.raises(Invalid, match=r"“one” has 1 processors and 2\.15 GB, but this machine has 4 and 1\.07 GB"):
        flavours_in(tmp_path, 4, GIB)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("flavours: [", "is not YAML in line 1"),
        ("flavours: []", "line 1, flavours"),
        (ONE + "  - {name: two, cpus: 1, memory: lots, time_s: 60, disk: 5G}\n", "line 3, flavours.1.memory: 'lots'"),
        (
            ONE + "  - name: two\n    cpus: -1\n    memory: 1Gi\n    time_s: 6\n    disk: 1G\n",
            "line 4, flavours.1.cpus: -1",
        ),
        (
            ONE + "  - {name: two, cpus: 1, memory: 1Gi, time_s: 60}\n",
            "line 3, flavours.1: 'disk' is a required property",
        ),
        (ONE + "  - {name: one, cpus: 1, memory: 1Gi, time_s: 60, disk: 5G}\n", "defines one more than once"),
        (ONE + "default: vast\n", "There is no flavour “vast”; choose among one"),
        ("- just a list\n", "line 1, the file"),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_field(text: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_flavours(text, "flavours.yaml")
    assert words in refused.value.message


def test_amounts_are_read_as_people_write_them() -> None:
    assert [amount(text) for text in ("2Gi", "500M", "1.5 GiB", "7")] == [2 * GIB, 500 * 10**6, GIB * 3 // 2, 7]
    assert amount("80%", of=1000) == 800
    for wrong in ("80%", "", "many", "-1G", "1 G G"):
        with pytest.raises(Invalid, match="such as 2Gi or 500M"):
            amount(wrong)
