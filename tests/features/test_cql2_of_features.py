"""Every class of CQL2 that features declare, by the expressions of its abstract tests, as text and as JSON."""

import json
from typing import Any

import cql2
import jsonschema
import pytest
from tests.conftest import cannot
from tests.features.places import BODIES
from tests.filters_of_cql2 import EXPRESSIONS, TIMES_OF_FEATURES, Test
from tests.schemas import COPY

from repeatpass.api.features.describing import CONFORMANCE, CQL2
from repeatpass.features import Features, FeatureSet, Wanted
from repeatpass.features.filters import read_filter

pytestmark = pytest.mark.slow

CLASSES: dict[str, list[tuple[str, Test]]] = {**EXPRESSIONS, "temporal-functions": TIMES_OF_FEATURES}
ENCODINGS = {"cql2-text", "cql2-json"}  # each expression is read in both


def found(room: Features, places: FeatureSet, written: str) -> list[str]:
    """Return the ids of the features that a filter finds."""
    return [each.id for each in room.search(places, Wanted(limit=1000, filter=read_filter(written))).features]


@pytest.mark.parametrize("name", CLASSES)
def test_features_are_found_by_text_and_by_json(room: Features, places: FeatureSet, name: str) -> None:
    for text, test in CLASSES[name]:
        expected = [id for id, each in BODIES.items() if test(each)]
        assert found(room, places, text) == expected, text
        as_json = cql2.parse_text(text).to_json()
        if not isinstance(as_json, bool):
            assert found(room, places, json.dumps(as_json)) == expected, as_json


def test_every_class_that_is_declared_has_expressions() -> None:
    declared = {each.rsplit("/", 1)[-1] for each in CONFORMANCE if each.startswith(CQL2)}
    assert declared == set(CLASSES) | ENCODINGS


def test_a_filter_in_json_is_true_or_false_alone_too(room: Features, places: FeatureSet) -> None:
    assert len([each.id for each in room.search(places, Wanted(limit=1000, filter=_read(True))).features]) == 100
    assert room.search(places, Wanted(filter=_read(False))).features == []


def _read(truth: bool) -> Any:
    return read_filter(json.dumps(truth), "cql2-json")


@pytest.mark.parametrize("name", CLASSES)
def test_what_is_read_is_json_by_the_published_schema_and_text_again(name: str) -> None:
    path = COPY / "schemas.opengis.net/cql2/1.0/cql2.json"
    if not path.exists():
        cannot("There is no copy of the schema of CQL2.")
    schema = jsonschema.Draft202012Validator(json.loads(path.read_text()))
    for text, _ in CLASSES[name]:
        read = cql2.parse_text(text)
        assert [each.message for each in schema.iter_errors(read.to_json())] == [], text
        assert cql2.parse_text(read.to_text()).to_json() == read.to_json(), text
