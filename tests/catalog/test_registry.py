"""The registry: it follows the catalog, finds by words, facets, place and time, and says licences in plain words."""

from typing import Any

import pytest
import sqlalchemy as sa

from repeatpass.access import SYSTEM, Actor, Role
from repeatpass.catalog.editing import Editing
from repeatpass.catalog.records import CollectionAsset, Visibility
from repeatpass.catalog.registry import Registry, asked_of, find, terms_of, variables_of
from repeatpass.catalog.registry.history import History
from repeatpass.catalog.room import Catalog
from repeatpass.core.errors import Invalid
from repeatpass.storage.database import Database

READER = Actor(id="reader", name="Reader", role=Role.READER)
OWNER = Actor(id="ada", name="Ada", role=Role.SCIENTIST)


def body(id: str, **changes: Any) -> dict[str, Any]:
    """A small collection."""
    return {
        "type": "Collection",
        "stac_version": "1.1.0",
        "id": id,
        "title": id.replace("-", " ").capitalize(),
        "description": f"About {id}. More of it.",
        "license": "CC-BY-4.0",
        "keywords": ["ocean"],
        "providers": [{"name": "Met Office", "roles": ["producer"]}],
        "extent": {
            "spatial": {"bbox": [[-10, 35, 30, 60]]},
            "temporal": {"interval": [["2006-01-01T00:00:00Z", "2010-12-31T00:00:00Z"]]},
        },
        "version": "1",
    } | changes


def file(id: str, key: str = "data", media_type: str = "image/tiff") -> CollectionAsset:
    """A file of a collection as a whole."""
    return CollectionAsset(
        collection=id,
        version="1",
        item=None,
        key=key,
        href="",
        media_type=media_type,
        size=1000,
        checksum=f"sha256:{id}",
    )


SEA = body("sea-surface-temperature", keywords=["ocean", "El Niño", "Temperature"])
ICE = body("sea-ice", keywords=["Ocean", "ice"], license="CC0-1.0",
           providers=[{"name": "Sea Ice Centre", "roles": ["host"]}, {"name": "NOAA", "roles": ["producer"]}],
           extent={"spatial": {"bbox": [[170, 60, -170, 80]]}, "temporal": {"interval": [["1979-01-01", None]]}})  # fmt: skip
LAND = body("land-cover", keywords=["land"], license="other", providers=[],
            extent={"spatial": {"bbox": [[-180, -90, 180, 90]]}, "temporal": {"interval": [[None, None]]}})  # fmt: skip


@pytest.fixture
def catalog(database: Database) -> Catalog:
    """Three collections."""
    made = Catalog(database)
    made.register(SYSTEM, SEA, [], [file(SEA["id"], media_type="application/x-netcdf")])
    made.register(SYSTEM, ICE, [], [file(ICE["id"]), file(ICE["id"], "more", "text/csv")])
    made.register(SYSTEM, LAND, [], [])
    return made


def ids(catalog: Catalog, *pairs: tuple[str, str]) -> list[str]:
    """What an address with these parameters finds."""
    return [each.id for each in find(Registry(catalog.database).entries(), asked_of(pairs)).entries]


def test_an_entry_says_what_lists_need(catalog: Catalog) -> None:
    entry = Registry(catalog.database).entry("sea-ice")
    assert entry
    assert entry.sentence == "About sea-ice."
    assert (entry.files, entry.size, entry.kinds, entry.pictured) == (2, 2000, ("Images", "Tables"), True)
    assert (entry.makers, entry.use, entry.ongoing) == (("NOAA",), "Any use", True)


def test_the_registry_follows_what_happens_and_reads_only_that_again(catalog: Catalog) -> None:
    registry, asked = Registry(catalog.database), []
    assert len(registry.entries()) == 3
    sa.event.listen(catalog.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    registry.entries()
    assert len([each for each in asked if "SELECT" in each.upper()]) == 1, "nothing happened, so one look is enough"
    editing = Editing(catalog)
    editing.patch_collection(SYSTEM, "sea-ice", {"title": "Ice on the sea"})
    catalog.register(SYSTEM, body("snow"), [], [])
    editing.delete_collection(SYSTEM, "land-cover")
    asked.clear()
    assert [each.title for each in registry.entries()] == ["Ice on the sea", "Sea surface temperature", "Snow"]
    assert all(" IN (" in each for each in asked if "collections" in each and "FROM collections" in each)


def test_two_processes_on_one_database_agree(catalog: Catalog) -> None:
    here, there = Registry(catalog.database), Registry(catalog.database)
    assert here.entries() == there.entries()
    catalog.register(SYSTEM, body("snow"), [], [])
    assert len(here.entries()) == len(there.entries()) == 4


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("el nino", ["sea-surface-temperature"]),
        ("EL NIÑO", ["sea-surface-temperature"]),
        ("about sea", ["sea-ice", "sea-surface-temperature"]),
        ('"sea surface"', ["sea-surface-temperature"]),
        ("sea -ice", ["sea-surface-temperature"]),
        ("tags:ocean", ["sea-ice", "sea-surface-temperature"]),
        ("tags:ice,land", ["land-cover", "sea-ice"]),
        ("tags: el niño , land", ["land-cover", "sea-surface-temperature"]),
        ("tags:oce", []),
        ("managedBy:met", ["sea-surface-temperature"]),
        ("managedby:Sea Ice", ["sea-ice"]),
        ("temperature managedBy:met office tags:ocean", ["sea-surface-temperature"]),
        ("nothing of the kind", []),
        ("%_\\", []),
        ('"', ["land-cover", "sea-ice", "sea-surface-temperature"]),
    ],
)
def test_words_find(catalog: Catalog, words: str, found: list[str]) -> None:
    assert sorted(ids(catalog, ("q", words))) == found
    assert sorted(ids(catalog, ("search", words))) == found


def test_a_phrase_is_found_however_it_is_put_together(catalog: Catalog) -> None:
    catalog.register(SYSTEM, body("film", description="Its temperature at the sea-surface."), [], [])
    for words in ('"the sea surface"', '"the sea-surface"', "the-sea-surface"):
        assert ids(catalog, ("q", words)) == ["film"], words
    assert ids(catalog, ("q", '"surface the sea"')) == []
    assert "film" not in ids(catalog, ("q", '-"the sea surface"'))


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([("tag", "ocean"), ("tag", "ICE")], ["sea-ice"]),
        ([("kind", "Cubes")], ["sea-surface-temperature"]),
        ([("use", "Any use")], ["sea-ice"]),
        ([("bbox", "0,40,10,50")], ["land-cover", "sea-surface-temperature"]),
        ([("bbox", "175,65,-175,70")], ["land-cover", "sea-ice"]),
        ([("from", "2011")], ["sea-ice"]),
        ([("to", "1979-06")], ["sea-ice"]),
        ([("datetime", "2008-01/..")], ["sea-ice", "sea-surface-temperature"]),
        ([("provider", "NOAA")], ["sea-ice"]),
    ],
)
def test_choices_place_and_time_find(catalog: Catalog, pairs: list[tuple[str, str]], found: list[str]) -> None:
    assert sorted(ids(catalog, *pairs)) == found


def test_a_word_in_the_title_weighs_more_and_then_the_most_used_come_first(catalog: Catalog) -> None:
    entries = Registry(catalog.database).entries()
    assert find(entries, asked_of([("q", "ocean sea")]), {"sea-ice": 1}).entries[0].id == "sea-ice"
    assert find(entries, asked_of([]), {SEA["id"]: 2}).entries[0].id == SEA["id"]
    assert find(entries, asked_of([("sort", "new")])).entries[0].id == "land-cover"


def test_facets_count_as_if_nothing_were_chosen_in_them(catalog: Catalog) -> None:
    found = find(Registry(catalog.database).entries(), asked_of([("use", "Any use")]))
    assert {each.value: each.number for each in found.facets["use"]} == {
        "Any use": 1, "Any use, naming the makers": 1, "Not stated": 1,
    }  # fmt: skip
    assert {each.value: each.number for each in found.facets["kind"]} == {"Images": 1, "Tables": 1}
    tags = {each.value: each for each in find(Registry(catalog.database).entries(), asked_of([])).facets["tag"]}
    assert (tags["ocean"].number, tags["el nino"].text) == (2, "El Niño"), "spellings of a tag are one"


@pytest.mark.parametrize(
    ("pair", "right"),
    [
        (("page", "0"), "1, 2, 3"),
        (("page", "x"), "1, 2, 3"),
        (("page", "²"), "1, 2, 3"),
        (("sort", "best"), "used, title, new"),
        (("from", "soon"), "2006"),
        (("to", "99999999"), "2006"),
        (("datetime", "2006/2007/2008"), "2006-04/2010-09"),
        (("bbox", "1,2,3"), "west, south, east, north"),
        (("bbox", "1,2,3,nan"), "90"),
        (("bbox", "a,b,c,d"), "numbers"),
    ],
)
def test_a_wrong_parameter_is_named_with_what_would_be_right(pair: tuple[str, str], right: str) -> None:
    with pytest.raises(Invalid, match=right) as refused:
        asked_of([pair])
    assert pair[0] in (refused.value.detail["field"], refused.value.message)


def test_from_after_to_is_refused() -> None:
    with pytest.raises(Invalid, match="2010 is after 2006"):
        asked_of([("from", "2010"), ("to", "2006")])


def test_a_private_collection_is_seen_by_its_owner_alone(catalog: Catalog) -> None:
    catalog.register(OWNER, body("mine"), [], [], own=True, visibility=Visibility.PRIVATE)
    registry = Registry(catalog.database)
    assert "mine" in {each.id for each in registry.seen_by(OWNER)}
    assert "mine" not in {each.id for each in registry.seen_by(READER)}
    found = find(registry.entries(), asked_of([]), hidden=registry.hidden_from(READER))
    assert (len(found.entries), found.of) == (3, 3), "nor is it counted"


@pytest.mark.parametrize("odd", [
    {"keywords": "ocean"}, {"keywords": [1, None, "x"]}, {"keywords": {"a": 1}}, {"providers": "me"}, {"providers": [1]},
    {"providers": [{"name": "A", "roles": "host"}]}, {"extent": {}}, {"extent": {"spatial": {"bbox": [[1]]}}},
    {"extent": {"temporal": {"interval": [["whenever", 5]]}, "spatial": {"bbox": []}}}, {"links": ["x"]}, {"links": {}},
    {"license": None}, {"assets": []}, {"item_assets": {"a": "b"}}, {"bands": 7}, {"cube:variables": ["x"]},
    {"repeatpass:kind": 3}, {"summaries": {"eo:bands": [1]}}, {"item_assets": {"a": {"roles": 5, "type": 7}}},
])  # fmt: skip
def test_an_odd_document_of_somebody_else_does_not_break_the_registry(database: Database, odd: dict[str, Any]) -> None:
    if not database.is_sqlite:
        pytest.skip("what is read of a document does not depend on the database")
    catalog = Catalog(database)
    catalog.register(SYSTEM, body("odd") | odd, [], [])
    assert [each.id for each in Registry(database).entries()] == ["odd"]
    variables_of(body("odd") | odd)


@pytest.mark.parametrize(
    ("licence", "title", "use"),
    [
        ("CC-BY-4.0", "", "Any use, naming the makers"),
        ("CC0-1.0", "", "Any use"),
        ("CC-BY-SA-3.0", "", "Any use, shared under the same terms"),
        ("CC-BY-NC-SA-4.0", "", "Not for commerce"),
        ("CC-BY-ND-4.0", "", "Only unchanged"),
        ("ODbL-1.0", "", "Any use, shared under the same terms"),
        ("MIT", "", "Any use, naming the makers"),
        ("LGPL-3.0-only", "", "Any use, shared under the same terms"),
        ("other", "Public domain", "Any use"),
        ("other", "UK Open Government Licence", "Any use, naming the makers"),
        ("other", "", "Not stated"),
        ("proprietary", "", "Own terms"),
        ("other", "Permitted to members of the project", "Own terms"),
    ],
)
def test_a_licence_is_said_in_plain_words(licence: str, title: str, use: str) -> None:
    found = terms_of({"license": licence, "repeatpass:license_title": title})
    assert found.use == use
    assert found.sentence.endswith(".")


def test_a_licence_is_named_as_people_write_it() -> None:
    assert terms_of({"license": "CC-BY-SA-4.0"}).name == "CC BY-SA 4.0"


def test_variables_are_found_wherever_a_document_states_them() -> None:
    bands = [{"name": "B04", "description": "Red", "eo:center_wavelength": 0.665, "unit": "1"}]
    assert [each.note for each in variables_of({"bands": bands})] == ["665 nm"]
    old = {"eo:bands": [{"name": "B4"}], "raster:bands": [{"data_type": "uint16", "scale": 0.0001, "nodata": 0}]}
    found = variables_of({"item_assets": {"red": {"roles": ["data"], **old}}})[0]
    assert (found.name, found.kind, found.note) == ("B4", "uint16", "scale 0.0001, no data 0")
    cube = {"cube:variables": {"sst": {"dimensions": ["time", "y", "x"], "unit": "K", "type": "data"}}}
    assert variables_of(cube)[0].note == "time × y × x"
    table = {"table:columns": [{"name": "time", "type": "datetime"}, {"name": "co2", "description": "Carbon dioxide"}]}
    assert [each.name for each in variables_of({}, {"properties": table})] == ["time", "co2"]


def test_the_changelog_tells_what_happened_in_order(catalog: Catalog) -> None:
    editing, history = Editing(catalog), History(catalog.database)
    catalog.register(SYSTEM, SEA | {"version": "2"}, [], [])
    editing.add_items(SYSTEM, "land-cover", [
        {"type": "Feature", "id": "a", "geometry": None, "properties": {"datetime": "2020-01-01T00:00:00Z"}, "assets": {}}
    ])  # fmt: skip
    told = history.of(SEA["id"])
    assert [(each.kind, each.version, each.first) for each in told] == [
        ("registered", "2", False),
        ("registered", "1", True),
    ]
    newest = history.recent(limit=1)[0]
    assert (newest.collection, newest.kind, newest.detail) == ("land-cover", "edited", "1 item added: a")
    assert history.number() == 5
    assert history.number(hidden={"land-cover"}) == 3
    assert [(each.version, each.files) for each in history.versions(SEA["id"])] == [("1", 1)]


def test_the_changelog_does_not_tell_of_what_was_private_even_after_it_is_deleted(catalog: Catalog) -> None:
    catalog.register(OWNER, body("mine"), [], [], own=True, visibility=Visibility.PRIVATE)
    registry, history, editing = Registry(catalog.database), History(catalog.database), Editing(catalog)
    assert "mine" not in {each.collection for each in history.recent(hidden=registry.hidden_from(READER))}
    editing.delete_collection(OWNER, "mine")
    editing.delete_collection(SYSTEM, "land-cover")
    told = {each.collection for each in history.recent(hidden=registry.hidden_from(READER))}
    assert told == {"land-cover", "sea-ice", "sea-surface-temperature"}


def test_the_changelog_names_what_an_editor_changed(catalog: Catalog) -> None:
    Editing(catalog).patch_collection(SYSTEM, "sea-ice", {"title": "Ice", "license": "CC-BY-4.0"})
    assert History(catalog.database).of("sea-ice")[0].detail == "changed: license, title"
