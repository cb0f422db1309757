"""What somebody may have meant who found nothing: words of titles, tags and makers, as they are spelled there."""

import random
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repeatpass.access import SYSTEM, Actor, Role
from repeatpass.catalog.records import Visibility
from repeatpass.catalog.registry import Registry, asked_of, meant
from repeatpass.catalog.registry.spelling import vocabulary_of
from repeatpass.catalog.room import Catalog
from repeatpass.storage.database import Database, sqlite_url

OWNER = Actor(id="ada", name="Ada", role=Role.SCIENTIST)
READER = Actor(id="reader", name="Reader", role=Role.READER)
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu")


def body(id: str, title: str, *tags: str, maker: str = "Met Office") -> dict[str, Any]:
    return {
        "type": "Collection", "stac_version": "1.1.0", "id": id, "title": title, "description": f"About {id}.",
        "license": "CC-BY-4.0", "keywords": list(tags), "providers": [{"name": maker, "roles": ["producer"]}],
        "extent": {"spatial": {"bbox": [[-10, 35, 30, 60]]},
                   "temporal": {"interval": [["2006-01-01T00:00:00Z", "2010-12-31T00:00:00Z"]]}}, "version": "1",
    }  # fmt: skip


@pytest.fixture(scope="module")
def catalog(newest_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """Three public collections, and one of Ada's that nobody else sees. What is found has nothing to do with the database."""
    database = Database(sqlite_url(Path(shutil.copy(newest_sqlite, tmp_path_factory.mktemp("spelling")))))
    made = Catalog(database)
    for each in (
        body("sst", "Sea surface temperature", "ocean", "El Niño"),
        body("ice", "Sea ice concentration", "cryosphere", "sea ice", maker="Copernicus Marine Service"),
        body("air", "Air temperature at 2 m", "atmosphere"),
    ):
        made.register(SYSTEM, each, [], [])
    hidden = body("secret", "Submarine crossings", "classified")
    made.register(OWNER, hidden, [], [], own=True, visibility=Visibility.PRIVATE)
    yield made
    database.close()


@pytest.fixture(scope="module")
def registry(catalog: Catalog) -> Registry:
    return Registry(catalog.database)


def offered(registry: Registry, words: str, viewer: Actor = READER, **more: str) -> str:
    asked = asked_of([("q", words), *more.items()])
    return meant(registry.entries(), registry.vocabulary(), asked, registry.hidden_from(viewer))


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("temperatrue", "temperature"),
        ("sea ise", "sea ice"),
        ("Sea ise", "Sea ice"),
        ("se ice", ""),  # “se” is found in “sea”, and this search was not without results
        ('"sea ise"', '"sea ice"'),
        ("conzentration", "concentration"),
        ("surfcae temprature", "surface temperature"),
        ("el ninio", "el nino"),
        ("tags:oceon", "tags:ocean"),
        ("tags:cryosfere,lnd", "tags:cryosphere,lnd"),
        ("managedBy:Copernikus", "managedBy:copernicus"),
        ("temperatrue -ise", "temperature -ise"),
    ],
)
def test_what_is_misspelt_is_offered_as_collections_spell_it(registry: Registry, typed: str, right: str) -> None:
    assert offered(registry, typed) == right


@pytest.mark.parametrize(
    "typed", ["volcano", "xx", "zzz", "-ise", "1234", "tags:", "", "( [ \\ %", "a b c d e f g temperatrue", "ä" * 500]
)
def test_what_is_near_to_nothing_is_left_as_it_is(registry: Registry, typed: str) -> None:
    assert offered(registry, typed) == ""


def test_nothing_is_offered_that_finds_nothing_with_the_other_choices(registry: Registry) -> None:
    assert offered(registry, "temperatrue", tag="ocean") == "temperature"
    assert offered(registry, "temperatrue", tag="cryosphere") == ""
    assert offered(registry, "temperatrue", **{"from": "2020"}) == ""
    assert offered(registry, "concentratoin temperatrue") == ""


def test_words_of_a_private_collection_are_offered_to_its_owner_alone(registry: Registry) -> None:
    assert offered(registry, "submarina", OWNER) == "submarine"
    assert offered(registry, "clasified", OWNER) == "classified"
    assert offered(registry, "submarina") == ""
    assert offered(registry, "clasified") == ""


def test_a_new_collection_brings_its_words(catalog: Catalog, registry: Registry) -> None:
    assert offered(registry, "glasier") == ""
    catalog.register(SYSTEM, body("melt", "Glacier melt"), [], [])
    assert offered(registry, "glasier") == "glacier"


def test_ten_thousand_collections_are_looked_through_at_once(registry: Registry) -> None:
    chance, one = random.Random(7), registry.entry("sst")
    assert one is not None

    def word() -> str:
        return "".join(chance.choices(SYLLABLES, k=4))

    made = [f"{word()} {word()}" for _ in range(10_000)]
    entries = [one, *(replace(one, id=f"c{n}", title=text, text=text, heading=text) for n, text in enumerate(made))]
    vocabulary = vocabulary_of(entries)
    assert len(vocabulary) > 10_000
    asked = asked_of([("q", "temperatrue surfce")])
    spent = []
    for _ in range(5):
        began = time.perf_counter()
        assert meant(entries, vocabulary, asked) == "temperature surface"
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.25, spent
