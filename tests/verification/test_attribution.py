"""Every cause of a difference is told apart from the others, with a sentence that names it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from repeatpass.verification.attribution import Attribution, attribute
from repeatpass.verification.changes import BrokenPin, Cause
from repeatpass.verification.comparison import Comparison, Verdict
from repeatpass.verification.footing import Footing, PinnedInput

SST = PinnedInput(collection="ostia", item="2007", asset="data", checksum="sha256:aaaaaaaaaa", version="1")
ORIGINAL = Footing(
    revision="1111111111", parameters={"months": 3, "box": "nino34"}, environment="sha256:eeeeeeeeee",
    environment_name="earth", packages={"numpy": "2.4.6", "xarray": "2026.9.0"}, python="3.11.7",
    kit="sha256:cccccccccc", hash_seed="0", machine="Linux x86_64", inputs=(SST,),
)  # fmt: skip


def verdict(which: Verdict) -> Comparison:
    return Comparison(verdict=which, summary="nino34.csv: 2 of 54 values differ.")


DIFFERENT, IDENTICAL = verdict(Verdict.DIFFERENT), verdict(Verdict.IDENTICAL)


def judge(comparison: Comparison = DIFFERENT, **changes: Any) -> Attribution:
    return attribute(ORIGINAL, replace(ORIGINAL, **changes), comparison)


def test_nothing_that_differs_needs_no_cause() -> None:
    assert judge(IDENTICAL) == Attribution(cause=None, sentence="Nothing differs.")


def test_the_same_result_from_other_code_is_said_to_be_so() -> None:
    found = judge(IDENTICAL, revision="2222222222")
    assert found.cause is None
    assert found.sentence == (
        "Nothing differs, although the notebook is another revision (22222222 instead of 11111111)."
    )


@pytest.mark.parametrize(
    ("changes", "cause", "sentence"),
    [
        ({"revision": "2222222222"}, Cause.CODE,
         "The notebook is another revision (22222222 instead of 11111111)."),
        ({"parameters": {"months": 6, "box": "nino34"}}, Cause.PARAMETERS,
         "The parameter months is 6 instead of 3."),
        ({"parameters": {"months": 3}}, Cause.PARAMETERS,
         "The parameter box is not given instead of 'nino34'."),
        ({"parameters": {"months": True, "box": "nino4"}}, Cause.PARAMETERS,
         "The parameters months is True instead of 3 and box is 'nino4' instead of 'nino34'."),
        ({"environment": "sha256:ffff", "packages": {"numpy": "2.3.0", "xarray": "2026.9.0"}}, Cause.ENVIRONMENT,
         "The environment has numpy 2.3.0 instead of 2.4.6."),
        ({"environment": "sha256:ffff", "packages": {}}, Cause.ENVIRONMENT,
         "The environment is another one (ffff instead of eeeeeeee)."),
        ({"environment": "sha256:ffff"}, Cause.ENVIRONMENT, "The environment's lock names other files."),
        ({"kit": "sha256:dddd"}, Cause.ENVIRONMENT,
         "The kit of Repeatpass is another one (dddd instead of cccccccc)."),
        ({"hash_seed": "7"}, Cause.ENVIRONMENT, "The seed of Python's hashing is 7 instead of 0."),
        ({"inputs": (replace(SST, checksum="sha256:bbbb", version="2"),)}, Cause.INPUTS,
         "The input ostia/2007/data has other bytes (bbbb instead of aaaaaaaa, version 2 instead of 1)."),
        ({"inputs": (SST, replace(SST, item="2008"))}, Cause.INPUTS,
         "The input ostia/2008/data was read as well."),
        ({"inputs": (replace(SST, item="2008"),)}, Cause.INPUTS,
         "The input ostia/2007/data was not read and the input ostia/2008/data was read as well."),
    ],
)  # fmt: skip
def test_a_leg_that_changed_is_the_cause_and_is_named(changes: Any, cause: Cause, sentence: str) -> None:
    found = judge(**changes)
    assert (found.cause, found.sentence, found.undecided) == (cause, sentence, False)
    assert found.causes == (cause,)


def test_another_python_is_named_once_though_it_changes_the_digest_too() -> None:
    found = judge(environment="sha256:ffff", python="3.12.1", packages={})
    assert found.sentence == "Python is 3.12.1 instead of 3.11.7."


def test_several_legs_at_once_are_all_named_and_the_reader_told_to_swap_one() -> None:
    found = judge(revision="2222222222", kit="sha256:dddd")
    assert found.causes == (Cause.CODE, Cause.ENVIRONMENT)
    assert found.sentence.endswith("One repeat cannot tell which of these made the difference: swap one at a time.")


def test_inputs_that_other_code_reads_are_not_a_second_cause() -> None:
    found = judge(revision="2222222222", inputs=(SST, replace(SST, item="2008")))
    assert found.causes == (Cause.CODE,)
    changed = judge(revision="2222222222", inputs=(replace(SST, checksum="sha256:bbbb"),))
    assert changed.causes == (Cause.CODE, Cause.INPUTS)


def test_the_order_of_reading_is_no_change() -> None:
    two = (SST, replace(SST, item="2008", checksum="sha256:bbbb"))
    found = attribute(replace(ORIGINAL, inputs=two), replace(ORIGINAL, inputs=two[::-1]), DIFFERENT)
    assert found.cause is Cause.UNEXPLAINED


def test_a_leg_that_is_not_known_is_not_compared() -> None:
    assert judge(kit="", environment="", python="", machine="", revision="", hash_seed="").undecided


def test_an_unexplained_difference_asks_for_two_further_repeats() -> None:
    found = judge()
    assert (found.cause, found.undecided) == (Cause.UNEXPLAINED, True)


def test_repeats_that_disagree_with_each_other_mean_randomness() -> None:
    found = attribute(ORIGINAL, ORIGINAL, DIFFERENT, further=[DIFFERENT])
    assert (found.cause, found.undecided) == (Cause.RANDOMNESS, False)
    assert "without a fixed seed" in found.sentence


def test_repeats_that_disagree_within_the_tolerance_still_mean_randomness() -> None:
    found = attribute(ORIGINAL, ORIGINAL, DIFFERENT, further=[IDENTICAL, verdict(Verdict.WITHIN)])
    assert found.cause is Cause.RANDOMNESS


def test_repeats_that_agree_leave_the_difference_unexplained() -> None:
    found = attribute(ORIGINAL, ORIGINAL, DIFFERENT, further=[IDENTICAL])
    assert (found.cause, found.undecided) == (Cause.UNEXPLAINED, False)
    assert "not fully known" not in found.sentence


def test_inputs_that_are_not_fully_known_are_hinted_at() -> None:
    loose = replace(ORIGINAL, inputs_known=False)
    found = attribute(loose, loose, DIFFERENT, further=[IDENTICAL])
    assert "its inputs are not fully known" in found.sentence


def test_randomness_is_told_even_if_a_leg_changed_too() -> None:
    found = attribute(ORIGINAL, replace(ORIGINAL, kit="sha256:dddd"), DIFFERENT, further=[DIFFERENT])
    assert found.causes == (Cause.RANDOMNESS, Cause.ENVIRONMENT)
    assert "Besides, the kit of Repeatpass is another one" in found.sentence


def test_another_machine_alone_is_the_cause_only_after_randomness_is_ruled_out() -> None:
    moved = replace(ORIGINAL, machine="Darwin arm64")
    assert attribute(ORIGINAL, moved, DIFFERENT).undecided
    assert attribute(ORIGINAL, moved, DIFFERENT, further=[DIFFERENT]).cause is Cause.RANDOMNESS
    found = attribute(ORIGINAL, moved, DIFFERENT, further=[IDENTICAL])
    assert found.cause is Cause.ENVIRONMENT
    assert "Darwin arm64 instead of Linux x86_64" in found.sentence


def test_a_broken_pin_is_named_before_anything_else() -> None:
    pin = BrokenPin(cause=Cause.ENVIRONMENT, clause="lib/numpy/core.py of the environment was altered")
    found = attribute(ORIGINAL, replace(ORIGINAL, revision="2222"), DIFFERENT, further=[DIFFERENT], broken=[pin])
    assert found.cause is Cause.ENVIRONMENT
    assert found.sentence == "Lib/numpy/core.py of the environment was altered."


def test_a_broken_pin_that_changed_nothing_is_still_said() -> None:
    pin = BrokenPin(cause=Cause.INPUTS, clause="the input ostia/data is missing")
    found = attribute(ORIGINAL, ORIGINAL, IDENTICAL, broken=[pin])
    assert (found.cause, found.sentence) == (
        None,
        "Nothing differs, although the input ostia/data is missing.",
    )


def test_a_difference_within_the_tolerance_needs_no_further_repeats() -> None:
    found = judge(verdict(Verdict.WITHIN))
    assert (found.cause, found.undecided) == (None, False)
    assert judge(verdict(Verdict.WITHIN), kit="sha256:dddd").cause is Cause.ENVIRONMENT


def test_what_cannot_be_repeated_is_explained_by_the_leg_that_changed() -> None:
    stuck = Comparison(verdict=Verdict.NOT_REPEATABLE, summary="Cell 3 failed: NameError.")
    found = attribute(ORIGINAL, replace(ORIGINAL, revision="2222222222"), stuck)
    assert found.cause is Cause.CODE
    same = attribute(ORIGINAL, ORIGINAL, stuck)
    assert (same.cause, same.undecided) == (Cause.UNEXPLAINED, False)
    assert "Cell 3 failed: NameError." in same.sentence


def test_many_changes_are_counted_not_listed() -> None:
    many = {f"p{number}": str(number) for number in range(9)}
    found = judge(environment="sha256:ffff", packages={**ORIGINAL.packages, **many})
    assert found.sentence.endswith("and 6 more.")


def test_a_footing_and_an_attribution_travel_as_json() -> None:
    assert Footing.from_json(json.loads(json.dumps(ORIGINAL.to_json()))) == ORIGINAL
    assert Footing.from_json({**ORIGINAL.to_json(), "later": 1}) == ORIGINAL
    assert json.loads(json.dumps(judge().to_json()))["cause"] == "unexplained"
