"""Bringing data, from files to a collection: a real house, real runs, real files; sharing, review, withdrawal."""

import json
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import rasterio
from tests.houses import notebook, working_house

from repeatpass.access import ANYONE, SYSTEM, Actor, Role
from repeatpass.assembly import House
from repeatpass.bringing.notebook import NOTEBOOK
from repeatpass.bringing.records import Arrived, Stage, Submission
from repeatpass.bringing.wishing import read_wish
from repeatpass.catalog.search import Search
from repeatpass.core.errors import Conflict, Exhausted, Forbidden, Gone, Invalid, NotFound
from repeatpass.runs.records import State
from repeatpass.upkeep.gc import needed_files

pytestmark = pytest.mark.slow
WISH = {"title": "Landsat over the Bahamas", "licence": "CC-BY-4.0", "provider": "USGS", "keywords": "landsat, reef"}


def sample(package: str, path: str) -> Path:
    """Return a file of the packages that the demonstration is made of."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0]) / path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that works, with four people besides its owner."""
    with working_house(tmp_path_factory.mktemp("bringing") / "home") as made:
        for id, role in (
            ("ann", Role.SCIENTIST),
            ("ben", Role.SCIENTIST),
            ("eva", Role.EDITOR),
            ("cy", Role.SCIENTIST),
        ):
            made.access.add_user(SYSTEM, id, id.title(), role)
        yield made


def settled(house: House, actor: Actor, submission: Submission, wait: float = 120) -> Submission:
    """Wait until a submission is checked and the house has heard of it."""
    until = time.monotonic() + wait
    while not (found := house.submissions.find(actor, submission.id)).stage.final and time.monotonic() < until:
        time.sleep(0.1)
    return found


def bring(house: House, user: str, files: dict[str, Path], **said: str) -> Submission:
    """Bring files as somebody, and wait for what becomes of them."""
    actor = house.access.user(user)
    arrived = [Arrived(name=name, path=path) for name, path in files.items()]
    return settled(house, actor, house.bringing.bring(actor, read_wish(WISH | said), arrived))


def outlines(folder: Path, number: int) -> Path:
    """Write the first *number* states as GeoJSON: a file that no other test brings."""
    body = json.loads(sample("hvsampledata", "_data/us_states.geojson").read_text("utf-8"))
    body["features"] = body["features"][:number]
    made = folder / "outlines.geojson"
    made.write_text(json.dumps(body), "utf-8")
    return made


@pytest.fixture(scope="module")
def landsat(house: House) -> Submission:
    """A GeoTIFF of Ann's that became a collection."""
    return bring(house, "ann", {"landsat_rgb.tif": sample("hvsampledata", "_data/landsat_rgb.tif")}, id="bahamas")


def test_a_geotiff_becomes_a_private_collection_of_a_cloud_optimised_one(house: House, landsat: Submission) -> None:
    assert landsat.stage is Stage.REGISTERED, (landsat.message, landsat.problems)
    catalog = house.catalog.as_seen_by(house.access.user("ann"))
    found, (item,) = catalog.collection("bahamas"), catalog.items("bahamas")
    assert (found.owner, found.visibility, found.body["license"]) == ("ann", "private", "CC-BY-4.0")
    assert found.body["providers"][0]["name"] == "USGS"
    assert item.body["assets"]["data"]["proj:code"] == "EPSG:32618"
    assert item.body["assets"]["data"]["bands"][0]["statistics"]["valid_percent"] == 67.434
    files = {each.key: each for each in catalog.assets("bahamas")}
    with rasterio.open(house.files.path(files["data"].checksum)) as kept:
        assert kept.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        with rasterio.open(sample("hvsampledata", "_data/landsat_rgb.tif")) as brought:
            assert (kept.read() == brought.read()).all()
    assert files["thumbnail"].media_type == "image/png"


def test_the_check_is_a_run_whose_inputs_are_all_known(house: House, landsat: Submission) -> None:
    run, provenance = house.runs.run(landsat.run), house.runs.provenance(landsat.run)
    assert (run.state, run.legs.notebook, run.actor, run.closed) == (State.SUCCEEDED, NOTEBOOK, "ann", True)
    assert [read.checksum for read in provenance.inputs] == [landsat.files[0].checksum]
    assert provenance.fully_known, provenance.unrecorded
    assert {landsat.files[0].checksum, *(each.checksum for each in provenance.outputs)} <= needed_files(house)


def test_the_notebook_that_checks_is_no_example_of_any_collection(house: House, landsat: Submission) -> None:
    assert not any("check-data" in names for names in house.usage.examples().values())


def test_nobody_else_sees_it_its_run_or_its_file(house: House, landsat: Submission) -> None:
    for stranger in (ANYONE, house.access.user("ben"), house.access.user("eva")):
        seen = house.as_seen_by(stranger)
        assert "bahamas" not in [each.id for each in seen.catalog.collections()]
        assert "bahamas" not in [each.collection for each in seen.searching.search(Search()).items]
        for ask in (seen.catalog.collection, seen.catalog.items, seen.catalog.assets):
            with pytest.raises(NotFound, match="There is no collection “bahamas”"):
                ask("bahamas")
        with pytest.raises(NotFound):
            seen.catalog.open_file(house.catalog.assets("bahamas")[0].checksum)
        with pytest.raises(NotFound, match="There is no run"):
            seen.runs.run(landsat.run)
        with pytest.raises(NotFound):
            house.submissions.find(stranger, landsat.id)
    assert house.as_seen_by(house.access.user("ann")).catalog.known(["bahamas"]) == ["bahamas"]


def test_only_runs_of_those_who_may_see_it_can_open_it_and_they_are_closed(house: House, landsat: Submission) -> None:
    source = notebook("import repeatpass", "print(repeatpass.open('bahamas').shape)")
    house.shelf.add(SYSTEM, "opens-bahamas", source)
    ran = {
        user: house.runs.wait(house.submitting.submit(house.access.user(user), "opens-bahamas").id, 60)
        for user in ("ann", "ben")
    }
    assert ran["ann"].state is State.SUCCEEDED, ran["ann"].failure
    assert ran["ben"].state is State.FAILED and ran["ben"].failure is not None
    assert "There is no collection 'bahamas'" in ran["ben"].failure.evalue
    assert (ran["ann"].closed, ran["ben"].closed) == (True, False)
    eva = house.as_seen_by(house.access.user("eva"))
    assert eva.runs.run(ran["ben"].id).id == ran["ben"].id
    with pytest.raises(NotFound):
        eva.runs.run(ran["ann"].id)


def test_sharing_shows_it_to_those_who_are_named_and_to_nobody_else(house: House, landsat: Submission) -> None:
    ann, ben, cy = (house.access.user(each) for each in ("ann", "ben", "cy"))
    with pytest.raises(NotFound):
        house.sharing.share(ben, "bahamas", ["cy"])
    house.sharing.share(ann, "bahamas", ["ben"])
    assert house.catalog.as_seen_by(ben).collection("bahamas").visibility == "shared"
    with pytest.raises(NotFound):
        house.catalog.as_seen_by(cy).collection("bahamas")
    with pytest.raises(Forbidden, match="belongs to ann"):
        house.sharing.share(ben, "bahamas", ["cy"])
    house.sharing.share(ann, "bahamas", [])
    with pytest.raises(NotFound):
        house.catalog.as_seen_by(ben).collection("bahamas")


def test_an_editor_sees_what_is_offered_declines_with_a_reason_and_accepts(house: House, tmp_path: Path) -> None:
    ann, ben, eva = (house.access.user(each) for each in ("ann", "ben", "eva"))
    offered = bring(house, "ann", {"some.geojson": outlines(tmp_path, 10)}, id="offered", title="Ten states")
    with pytest.raises(NotFound):
        house.sharing.accept(eva, "offered")
    house.sharing.offer(ann, "offered")
    assert [each.id for each in house.sharing.offered(eva)] == ["offered"]
    with pytest.raises(Forbidden):
        house.sharing.accept(ann, "offered")
    with pytest.raises(Invalid, match="“reason” is empty"):
        house.sharing.decline(eva, "offered", " ")
    house.sharing.decline(eva, "offered", "Say when they were drawn.")
    with pytest.raises(NotFound):
        house.catalog.as_seen_by(eva).collection("offered")
    house.sharing.offer(ann, "offered")
    assert house.sharing.accept(eva, "offered").visibility == "public"
    assert house.catalog.as_seen_by(ANYONE).collection("offered").title == "Ten states"
    until = time.monotonic() + 60
    while house.runs.run(offered.run).closed and time.monotonic() < until:
        time.sleep(0.05)
    assert house.runs.as_seen_by(ben).run(offered.run).id == offered.run
    with pytest.raises(Conflict, match="everybody sees it already"):
        house.sharing.share(ann, "offered", [])
    with pytest.raises(Conflict, match="new version of it must be looked at"):
        house.bringing.require(ann, read_wish(WISH | {"id": "offered"}))


def test_what_is_withdrawn_leaves_a_tombstone_and_its_passports_stand(house: House) -> None:
    ann, ben = house.access.user("ann"), house.access.user("ben")
    bring(
        house, "ann", {"states.geojson": sample("hvsampledata", "_data/us_states.geojson")}, id="states", title="States"
    )
    house.sharing.offer(ann, "states")
    house.sharing.accept(house.access.user("eva"), "states")
    house.shelf.add(
        SYSTEM, "opens-states", notebook("import repeatpass", "repeatpass.publish(len(repeatpass.open('states')), 'n')")
    )
    run = house.runs.wait(house.submitting.submit(ben, "opens-states").id, 60)
    assert run.state is State.SUCCEEDED, run.failure
    with pytest.raises(Forbidden):
        house.sharing.withdraw(ben, "states", "I do not like it.")
    house.sharing.withdraw(ann, "states", "The borders are those of another year.")
    seen = house.as_seen_by(ben)
    with pytest.raises(Gone, match=r"was withdrawn on .*: The borders are those of another year"):
        seen.catalog.collection("states")
    assert seen.catalog.kept("states").withdrawn_reason == "The borders are those of another year."
    assert "states" not in [each.id for each in seen.catalog.collections()]
    assert "states" not in [each.collection for each in seen.searching.search(Search()).items]
    read = house.runs.provenance(run.id).inputs
    assert {each.checksum for each in read} <= needed_files(house)
    assert seen.catalog.open_file(read[0].checksum) is True
    repeat = house.repeating.repeat(ben, run.id)
    until = time.monotonic() + 60
    while house.repeats.repeat(repeat.id).verdict is None and time.monotonic() < until:
        time.sleep(0.1)
    assert house.repeats.repeat(repeat.id).verdict == "identical"
    with pytest.raises(Conflict, match="withdrawn, and its id stays taken"):
        house.bringing.require(ann, read_wish(WISH | {"id": "states"}))


def test_a_bad_file_is_refused_with_what_would_help_and_is_not_kept(house: House, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(sample("hvsampledata", "_data/landsat_rgb.tif").read_bytes()[:60_000] + str(time.time()).encode())
    found = bring(house, "ann", {"landsat.tif": bad}, id="cut-off")
    (problem,) = found.problems
    assert (found.stage, problem.kind, problem.file) == (Stage.REFUSED, "truncated", "landsat.tif")
    assert "cannot be read to its end" in problem.message and "send it again" in problem.remedy
    assert found.files[0].checksum not in house.submissions.needed_files()
    with pytest.raises(NotFound):
        house.catalog.kept("cut-off")


def test_a_new_version_is_brought_under_the_same_id_by_its_owner_alone(house: House, tmp_path: Path) -> None:
    places = sample("hvsampledata", "_data/us_states.geojson")
    first = bring(house, "cy", {"states.geojson": places}, id="mine", title="Mine")
    assert first.version == "1", first
    fewer = {"states.geojson": outlines(tmp_path, 20)}
    assert bring(house, "cy", fewer, id="mine", title="Mine").version == "2"
    assert house.catalog.collection("mine").visibility == "private"
    with pytest.raises(Conflict, match="choose another id"):
        house.bringing.require(house.access.user("ben"), read_wish(WISH | {"id": "mine"}))


def test_what_does_not_fit_into_the_quota_is_refused_before_it_is_copied(house: House) -> None:
    house.access.add_user(SYSTEM, "dot", "Dot", Role.SCIENTIST)
    house.quotas.set(SYSTEM, "dot", {"kept_bytes": 1_000})
    before = sum(1 for _ in house.files.all())
    with pytest.raises(Exhausted, match="do not fit into your quota"):
        bring(house, "dot", {"a.tif": sample("hvsampledata", "_data/landsat_rgb.tif")}, id="too-much")
    assert sum(1 for _ in house.files.all()) == before


def test_readers_bring_nothing(house: House) -> None:
    with pytest.raises(Forbidden, match="not signed in"):
        house.bringing.bring(ANYONE, read_wish(WISH), [])
