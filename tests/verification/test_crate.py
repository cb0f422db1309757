"""A crate holds a whole run, tells nothing of the machine it was made on, and cannot harm the one that reads it."""

import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from repeatpass.core.errors import Conflict
from repeatpass.kit.records import Tolerance
from repeatpass.verification.changes import Cause
from repeatpass.verification.crate import (
    CrateContent,
    CrateUnreadable,
    CrateUnsafe,
    broken_pins,
    read_crate,
    write_crate,
)
from repeatpass.verification.crate.reading import unpack

CONTEXT = Path(__file__).parents[3] / "shared" / "schemas" / "w3id.org" / "ro" / "crate" / "1.1" / "context"


def test_what_is_written_is_read_again(original: CrateContent, crate: Path, tmp_path: Path) -> None:
    read = read_crate(crate, tmp_path / "in")
    for name in ("run", "title", "footing", "environment", "tolerances", "started", "finished", "agent", "authors",
                 "licence", "subject"):  # fmt: skip
        assert getattr(read, name) == getattr(original, name), name
    assert read.notebook.read_bytes() == original.notebook.read_bytes()
    assert [each.pin for each in read.inputs] == [each.pin for each in original.inputs]
    assert read.inputs[0].path and original.inputs[0].path
    assert read.inputs[0].path.read_bytes() == original.inputs[0].path.read_bytes()
    assert [replace(each, source=Path()) for each in read.outputs] == [
        replace(each, source=Path()) for each in original.outputs
    ]
    assert read.executed and "3.0" in read.executed.read_text()
    assert read.kit and (read.kit / "repeatpass" / "kit" / "reading.py").is_file()
    assert read.tolerance_by_path() == {"series.csv": Tolerance(absolute=0.01)}
    assert broken_pins(read) == []


def test_the_context_in_a_crate_leads_to_the_files_of_the_crate(crate: Path, tmp_path: Path) -> None:
    read = read_crate(crate, tmp_path / "in")
    asset = read.context.collection("stations").items[0].assets["data"]
    assert asset.href == str(read.inputs[0].path)
    data = json.loads((tmp_path / "in" / "context.json").read_text())
    href = data["collections"]["stations"]["items"][0]["assets"]["data"]["href"]
    assert href.startswith("inputs/") and href.endswith("stations-all-data.csv")


def test_a_crate_can_be_read_by_others_than_its_maker(crate: Path) -> None:
    assert stat.S_IMODE(crate.stat().st_mode) == 0o644


def test_the_same_run_gives_the_same_bytes(original: CrateContent, crate: Path, tmp_path: Path) -> None:
    assert write_crate(tmp_path / "again.zip", original).read_bytes() == crate.read_bytes()


def test_nothing_in_a_crate_names_a_place_on_the_machine(original: CrateContent, crate: Path) -> None:
    private = [str(original.notebook.parent), "stations-of-this-machine", str(Path.home())]
    with zipfile.ZipFile(crate) as archive:
        for entry in archive.infolist():
            if not entry.filename.startswith("kit/"):
                text = archive.read(entry).decode("utf-8", "replace")
                assert not [word for word in private if word in text], entry.filename
                assert entry.date_time == (1980, 1, 1, 0, 0, 0)


def described(crate: Path) -> dict[str, Any]:
    with zipfile.ZipFile(crate) as archive:
        graph = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph), "no entity is described twice"
    return {entity["@id"]: entity for entity in graph}


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else [id for each in value.values() for id in references(each)]
    return [id for each in value for id in references(each)] if isinstance(value, list) else []


def test_the_metadata_describe_the_run_as_a_workflow_run_crate(crate: Path) -> None:
    entities = described(crate)
    root, run = entities["./"], entities["#run"]
    assert {"@id": "https://w3id.org/ro/wfrun/workflow/0.5"} in root["conformsTo"]
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert set(entities["notebook.ipynb"]["@type"]) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert (run["@type"], run["instrument"]) == ("CreateAction", {"@id": "notebook.ipynb"})
    assert {"@id": "outputs/series.csv"} in run["result"]
    assert entities["#value-scale"]["value"] == 3.0
    assert [entities[each["@id"]]["@type"] for each in run["object"]] == ["File", "PropertyValue"]
    assert entities["outputs/series.csv"]["encodingFormat"] == "text/csv"


def test_every_reference_in_the_metadata_leads_somewhere_and_every_file_is_listed(crate: Path) -> None:
    entities = described(crate)
    for entity in entities.values():
        for id in references(list(entity.values())):
            assert id in entities or id.startswith("https://"), (entity["@id"], id)
    with zipfile.ZipFile(crate) as archive:
        names = set(archive.namelist()) - {"ro-crate-metadata.json"}
    assert names == set(references(entities["./"]["hasPart"]))


@pytest.mark.skipif(not CONTEXT.is_file(), reason="the mirrored RO-Crate context is not here")
def test_every_word_of_the_metadata_is_in_the_context(crate: Path) -> None:
    with zipfile.ZipFile(crate) as archive:
        own = json.loads(archive.read("ro-crate-metadata.json"))["@context"][1]
    known = set(json.loads(CONTEXT.read_text())["@context"]) | {"@id", "@type"} | set(own)
    for entity in described(crate).values():
        types = entity["@type"] if isinstance(entity["@type"], list) else [entity["@type"]]
        assert set(entity) | set(types) <= known, entity["@id"]


def test_a_large_input_is_left_out_and_its_checksum_kept(original: CrateContent, tmp_path: Path) -> None:
    crate = write_crate(tmp_path / "small.zip", original, largest_input=10)
    read = read_crate(crate, tmp_path / "in")
    assert [(each.pin, each.path) for each in read.inputs] == [(original.inputs[0].pin, None)]
    assert [pin.cause for pin in broken_pins(read)] == [Cause.INPUTS]
    assert "is not in the crate and has no address" in broken_pins(read)[0].clause


def test_an_input_with_an_address_is_no_broken_pin(original: CrateContent, tmp_path: Path) -> None:
    far = tuple(replace(each, href="https://example.org/stations.csv") for each in original.inputs)
    crate = write_crate(tmp_path / "far.zip", replace(original, inputs=far), largest_input=10)
    assert broken_pins(read_crate(crate, tmp_path / "in")) == []
    assert described(crate)["https://example.org/stations.csv"]["@type"] == "File"


@pytest.mark.parametrize("which", ["inputs", "outputs"])
def test_a_file_that_was_altered_since_the_run_is_not_put_into_a_crate(
    original: CrateContent, tmp_path: Path, which: str
) -> None:
    fake = tmp_path / "fake"
    fake.write_text("else")
    changed = (
        {"inputs": tuple(replace(each, path=fake) for each in original.inputs)}
        if which == "inputs"
        else {"outputs": tuple(replace(each, source=fake) for each in original.outputs)}
    )
    with pytest.raises(Conflict, match="was altered after the run"):
        write_crate(tmp_path / "crate.zip", replace(original, **changed))
    assert [each.name for each in tmp_path.iterdir()] == ["fake"], "no half-written crate is left"


def changed_crate(
    crate: Path, change: Callable[[str, bytes], bytes | None], add: dict[str, bytes] | None = None
) -> Path:
    """Return a copy of *crate* in which *change* has exchanged files, or left them out (None)."""
    target = crate.with_name("changed.zip")
    with zipfile.ZipFile(crate) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                archive.writestr(name, data)
        for name, data in (add or {}).items():
            archive.writestr(name, data)
    return target


@pytest.mark.parametrize(
    ("start", "cause"),
    [
        ("notebook.ipynb", Cause.CODE),
        ("context.json", Cause.INPUTS),
        ("environment/requirements.txt", Cause.ENVIRONMENT),
        ("kit/repeatpass/kit/reading.py", Cause.ENVIRONMENT),
        ("inputs/", Cause.INPUTS),
        ("outputs/series.csv", None),
    ],
)
def test_an_altered_file_is_a_broken_pin_of_its_leg(
    crate: Path, tmp_path: Path, start: str, cause: Cause | None
) -> None:
    changed = changed_crate(crate, lambda name, data: data + b"\n" if name.startswith(start) else data)
    pins = broken_pins(read_crate(changed, tmp_path / "in"))
    assert [pin.cause for pin in pins] == [cause]
    assert start in pins[0].clause and pins[0].clause.endswith("was altered")


@pytest.mark.parametrize(
    ("start", "cause"), [("inputs/", Cause.INPUTS), ("outputs/notes.txt", None), ("kit/", Cause.ENVIRONMENT)]
)
def test_a_missing_file_is_a_broken_pin_of_its_leg(
    crate: Path, tmp_path: Path, start: str, cause: Cause | None
) -> None:
    changed = changed_crate(crate, lambda name, data: None if name.startswith(start) else data)
    pins = broken_pins(read_crate(changed, tmp_path / "in"))
    assert {pin.cause for pin in pins} == {cause}
    assert all(pin.clause.endswith("is missing") for pin in pins)


def test_code_that_was_added_to_the_kit_is_a_broken_pin(crate: Path, tmp_path: Path) -> None:
    changed = changed_crate(crate, lambda _, data: data, {"kit/sitecustomize.py": b"import random"})
    (pin,) = broken_pins(read_crate(changed, tmp_path / "in"))
    assert (pin.cause, pin.clause) == (
        Cause.ENVIRONMENT,
        "the file kit/sitecustomize.py was added to the crate",
    )


def test_a_notebook_exchanged_together_with_its_checksum_is_still_noticed(crate: Path, tmp_path: Path) -> None:
    import hashlib

    with zipfile.ZipFile(crate) as archive:
        fake = archive.read("notebook.ipynb").replace(b"* scale", b"* scale * 1.01")

    def forge(name: str, data: bytes) -> bytes:
        if name == "passport.json":
            passport = json.loads(data)
            passport["files"]["notebook.ipynb"] = "sha256:" + hashlib.sha256(fake).hexdigest()
            return json.dumps(passport).encode()
        return fake if name == "notebook.ipynb" else data

    (pin,) = broken_pins(read_crate(changed_crate(crate, forge), tmp_path / "in"))
    assert pin.clause == "the notebook is not the revision that the passport names"


def archive_of(path: Path, *entries: zipfile.ZipInfo | str, data: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in entries:
            archive.writestr(entry, data)
    return path


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "a/../../evil", "C:evil", "a\\..\\evil"])
def test_a_crate_that_would_write_elsewhere_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    entry = zipfile.ZipInfo("placeholder")
    entry.filename = name
    evil = archive_of(tmp_path / "evil.zip", "harmless.txt", entry)
    with pytest.raises(CrateUnsafe, match="outside of its folder"):
        unpack(evil, tmp_path / "deep" / "in")
    assert not list((tmp_path / "deep").rglob("*.txt"))
    assert {each.name for each in tmp_path.iterdir()} <= {"evil.zip", "deep"}


def test_a_link_in_a_crate_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("inputs")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(CrateUnsafe, match="no plain file"):
        unpack(archive_of(tmp_path / "link.zip", link, data=b"/etc"), tmp_path / "in")


def test_a_crate_that_fills_the_disk_is_refused(tmp_path: Path) -> None:
    bomb = archive_of(tmp_path / "bomb.zip", "zeros", data=bytes(60 * 1024**2))
    with pytest.raises(CrateUnsafe, match="made to fill the disk"):
        unpack(bomb, tmp_path / "in")
    many = archive_of(tmp_path / "many.zip", *(f"f{number}" for number in range(50)), data=bytes(1000))
    with pytest.raises(CrateUnsafe, match="more than the 40000 that are allowed"):
        unpack(many, tmp_path / "in", largest=40_000)


def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = archive_of(tmp_path / "twice.zip", "notebook.ipynb", "notebook.ipynb")
    with pytest.raises(CrateUnsafe, match="twice"):
        unpack(twice, tmp_path / "in")
    other = archive_of(tmp_path / "case.zip", "notebook.ipynb", "Notebook.ipynb")
    with pytest.raises(CrateUnsafe, match="twice"):
        unpack(other, tmp_path / "in")


def test_what_is_no_crate_is_told_in_a_sentence(tmp_path: Path, crate: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "short.zip").write_bytes(crate.read_bytes()[:-2000])
    cases = {
        tmp_path / "gone.zip": "There is no file",
        tmp_path / "text.zip": "not a zip file, or it is damaged",
        tmp_path / "short.zip": "not a zip file, or it is damaged",
        archive_of(tmp_path / "other.zip", "README.md"): "is not a crate of Repeatpass: it holds no passport.json",
    }
    for number, (path, words) in enumerate(cases.items()):
        with pytest.raises(CrateUnreadable, match=words):
            read_crate(path, tmp_path / f"in{number}")


def test_bytes_that_rotted_are_noticed(tmp_path: Path, crate: Path) -> None:
    rotten = bytearray(crate.read_bytes())
    place = rotten.find(b"place,time")
    spot = place if place > 0 else 2000
    rotten[spot : spot + 4] = b"????"
    (tmp_path / "rotten.zip").write_bytes(rotten)
    with pytest.raises(CrateUnreadable, match="damaged"):
        read_crate(tmp_path / "rotten.zip", tmp_path / "in")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"passport": 2}, "made by a newer version"),
        ({"footing": None}, "is damaged"),
        ({"environment": {"lock": "nowhere.txt"}}, "is damaged"),
        ({"outputs": [{"path": "../../../etc/passwd"}]}, "names a file outside of it"),
        ({"inputs": [{"collection": "c", "asset": "a", "checksum": "sha256:0", "path": "/etc/passwd"}]},
         "names a file outside of it"),
    ],
)  # fmt: skip
def test_a_passport_that_lies_is_told_in_a_sentence(
    crate: Path, tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    def lie(name: str, data: bytes) -> bytes:
        return json.dumps({**json.loads(data), **change}).encode() if name == "passport.json" else data

    with pytest.raises(CrateUnreadable, match=words):
        read_crate(changed_crate(crate, lie), tmp_path / "in")
