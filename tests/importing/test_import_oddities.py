"""What people write in files: semicolons, decimal commas, dates of all kinds, anchors, fields twice; nothing goes silently."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from repeatpass.importing import Dropped, Fate, Report, Said
from repeatpass.importing.configuration import plan_configuration
from repeatpass.importing.grouping import by_file, lines_in_words
from repeatpass.importing.records import Plan
from repeatpass.importing.series import plan_series
from repeatpass.importing.sources import sources_in
from repeatpass.kit.eodash import read_rows, to_values
from repeatpass.kit.eodash_rows import has_decimal_commas

HEAD = "AOI_ID;Indicator code;Measurement Value;Time"


def series(folder: Path, text: str, name: str = "odd.csv", encoding: str = "utf-8") -> Plan:
    """Plan the import of one series file, given as text."""
    (folder / name).write_bytes(text.encode(encoding))
    sources, refused = sources_in([folder / name])
    assert not refused
    keep = folder / "keep"
    keep.mkdir(exist_ok=True)
    return plan_series(sources, Said(licence="CC-BY-4.0", provider="Team", units={"E1": "1"}), lambda _: {}, {}, keep)


def configuration(folder: Path, **files: str) -> Plan:
    """Plan the import of files below *folder*, by name."""
    keep = folder / "keep"
    keep.mkdir()
    for name, text in files.items():
        path = folder / "given" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sources, refused = sources_in([folder / "given"])
    plan, _themes = plan_configuration(sources, keep)
    return Plan(entries=plan.entries, dropped=plan.dropped, refused=[*refused, *plan.refused], files=plan.files)


def told(plan: Plan) -> list[tuple[Fate, str, int]]:
    return [(each.fate, each.field, each.line) for each in plan.dropped]


@pytest.mark.parametrize("head", [HEAD, f"sep=;\n{HEAD}", f"\ufeff{HEAD}", f"\n;;;\n{HEAD}", HEAD.replace(";", "\t")])
def test_other_separators_are_read_and_said(tmp_path: Path, head: str) -> None:
    tabs = "\t" in head
    text = f"{head}\nBE3;E1;96,5;2020-03-01\n\n;;;\nBE3;E1;1.204;2020-03-08\n"
    plan = series(tmp_path, text.replace(";", "\t") if tabs else text.replace("1.204", "1204"))
    if tabs:  # a point among the numbers: the comma may be anything
        assert "“96,5” is no number" in " ".join(each.reason for each in plan.dropped)
    else:
        assert plan.series[0].definition["range"] == [96.5, 1204.0]
        assert "Its numbers have decimal commas; they are read as points." in [each.reason for each in plan.dropped]
    assert any("are separated by" in each.reason and each.fate is Fate.CHANGED for each in plan.dropped)


@pytest.mark.parametrize(("numbers", "decimal"), [
    (["1,5", "2"], True), (["1,204", "2,300"], False), (["0,204", "2,300"], True), (["1,5", "2.5"], False),
    (["1,5", "1,2,3"], False), (["5", ""], False), (["-0,5", "1,2e3"], True),
])  # fmt: skip
def test_a_comma_is_decimal_only_where_it_can_be_nothing_else(numbers: Sequence[str], decimal: bool) -> None:
    assert has_decimal_commas(numbers) is decimal


def test_dates_that_can_be_read_in_one_way_are_read_and_the_others_are_named(tmp_path: Path) -> None:
    times = ["2020-03-01", "2020/3/2", "3.3.2020", "04.03.2020 10:30", "2020-04", "05/03/2020", "43891", "soon"]
    plan = series(tmp_path, "\n".join([HEAD, *(f"BE3;E1;{n};{time}" for n, time in enumerate(times))]))
    rows = to_values(read_rows((tmp_path / "odd.csv").read_bytes(), "odd.csv"), "E1").table
    assert [each["time"][:16] for each in rows] == [
        "2020-03-01T00:00", "2020-03-02T00:00", "2020-03-03T00:00", "2020-03-04T10:30", "2020-04-01T00:00",
    ]  # fmt: skip
    said = {each.line: (each.fate, each.reason) for each in plan.dropped if each.field == "Time"}
    assert said[3] == (Fate.CHANGED, "“2020/3/2” is read as “2020-03-02T00:00:00Z”.")
    assert [said[line][0] for line in sorted(said)] == [Fate.CHANGED] * 4 + [Fate.DROPPED] * 3
    assert "day and month or month and day" in said[7][1] and "of a spreadsheet" in said[8][1]


def test_rows_that_are_too_long_columns_that_stand_twice_and_rows_said_twice_are_named(tmp_path: Path) -> None:
    text = (
        "AOI_ID,Indicator code,Measurement Value,Time,measurement\nBE3,E1,5,2020-01-01,6\nBE3,E1,5,2020-01-02,6,a, b\n"
    )
    plan = series(tmp_path, text + "BE3,E1,5,2020-01-01,6\nBE3,E1,7,2020-01-03\n")
    found = {each.field: each for each in plan.dropped}
    assert "The row has 7 cells and the header 5" in found[""].reason and found[""].line == 3
    assert found["measurement"].fate is Fate.CHANGED and found["measurement"].todo == "Keep one of the two."
    assert (found["Time"].line, found["Time"].reason.split(";")[0]) == (4, "The row says exactly what another one says")


def test_a_file_that_names_no_indicator_is_not_taken_in_silence(tmp_path: Path) -> None:
    plan = series(tmp_path, "AOI_ID,Measurement Value,Time\nBE3,5,2020-01-01\n")
    assert not plan.series
    assert [(each.file, each.line, each.todo[:32]) for each in plan.refused] == [
        ("odd.csv", 1, "Add a column “Indicator code”, o"),
    ]  # fmt: skip


def test_a_file_of_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    for encoding, hint in (("latin-1", "line 2"), ("utf-16", "It is UTF-16.")):
        plan = series(tmp_path, "Time,Measurement Value,City\n2020-01-01,5,Köln\n", "BE1-E1.csv", encoding)
        assert hint in plan.refused[0].reason and "Save it as UTF-8." in plan.refused[0].reason


def test_ten_thousand_rows_are_told_in_a_few_lines(tmp_path: Path) -> None:
    rows = (
        f"BE3;E1;{n}{',5' if n % 2 else ''};{1 + n % 28}.{1 + n // 28 % 12}.{1600 + n // 336}" for n in range(9_990)
    )
    plan = series(tmp_path, "\n".join([HEAD, *rows, *["BE3;E1;none;someday"] * 10]))
    [file] = by_file(Report(dropped=plan.dropped, files=plan.files))
    assert (file.became, file.says) == (("/indicators/e1",), "10000 rows, kept byte for byte")
    assert len(plan.dropped) > 9_999 and len(file.groups) < 7
    groups = {each.lines: each for each in file.groups}
    assert groups["lines 9992–10001"].number == 10
    assert groups["lines 2–9991"].reason == "“1.1.1600” is read as “1600-01-01T00:00:00Z”."
    assert lines_in_words([*range(1, 60, 2), 4]).endswith("and 17 more")


ANCHORS = """\
Name: base
Title: Base
Agency: &who [ESA]
Provider: &by
  - {Name: Team, Url: "https://team.example"}
Resources:
  - &wms {Name: WMS, EndPoint: "https://maps.example/wms", LayerId: a}
  - <<: *wms
    LayerId: b
Tags: *who
Tags: [one]
"""


def test_anchors_and_merges_are_followed_and_a_field_that_stands_twice_is_named(tmp_path: Path) -> None:
    plan = configuration(tmp_path, **{"collections__base.yaml": ANCHORS})
    body = plan.entries[0].body or {}
    assert [link["wms:layers"] for link in body["links"]] == [["a"], ["b"]]
    assert {link["href"] for link in body["links"]} == {"https://maps.example/wms"}
    assert body["keywords"] == ["one", "ESA"]
    assert told(plan) == [(Fate.CHANGED, "Tags", 11), (Fate.CHANGED, "License", 1)]


@pytest.mark.parametrize(("text", "line", "todo"), [
    ("Name: x\n  Title: y: z\n", 2, "quotation marks"),
    ("Name: x\nTitle: [a\nTags: b\n", 3, ""),
    ("Name: a\n---\nName: b\n", 2, ""),
    ("Name: x\nTitle: y\nProvider: *nobody\n", 3, ""),
    ("Name: &a [*a]\nTitle: y\n", 0, ""),
    ("Name: x\nTitle: y\n<<: text\n", 3, ""),
])  # fmt: skip
def test_broken_yaml_is_named_with_its_line(tmp_path: Path, text: str, line: int, todo: str) -> None:
    [refused] = configuration(tmp_path, **{"collections__broken.yaml": text}).refused
    assert (refused.file, refused.line) == ("broken.yaml", line), refused
    assert refused.reason and todo in refused.todo


def test_whatever_is_written_stands_in_the_entry_or_in_the_report(tmp_path: Path) -> None:
    text = (
        "Name: odd\nTitle: Odd\nCitation: Somebody (2020)\nSubtitle: Below\nShortDescription: In short\nDescription: At length\n"
        "DataSource: {Spaceborne: {Satellite: Sentinel-5P, Orbit: low}}\nReferences: [{Name: No address}]\n"
        "Resources:\n  - WMS\n  - {Name: VEDA, EndPoint: 'https://v.example', Bidx: 1, Rescale: [0, 5]}\n"
        "  - {Name: COG source, EndPoint: 'https://c.example', TimeEntries: [{Time: '2020-01-01', Note: hidden, "
        "Assets: [{File: a.tif}]}, {Time: '2020-01-01', Assets: [{File: b.tif}]}]}\n"
    )
    plan = configuration(tmp_path, **{"collections__odd.yaml": text})
    body = plan.entries[0].body or {}
    assert body["summaries"] == {"platform": ["Sentinel-5P"]} and body["sci:citation"] == "Somebody (2020)"
    assert (body["repeatpass:sentence"], body["eodash:subtitle"]) == ("In short", "Below")
    [service] = [link for link in body["links"] if link["rel"] == "service"]
    assert (service["eodash:Bidx"], service["eodash:Rescale"]) == (1, [0, 5])
    assert {each.field for each in plan.dropped} == {
        "Citation", "License", "DataSource.Spaceborne.Orbit", "References[0].Name", "Resources[0]",
        "Resources[2].TimeEntries[0].Note", "Resources[2].TimeEntries[1]",
    }  # fmt: skip
    assert next(each.says for each in plan.files) == "15 of 22 statements kept as they are"


def test_two_descriptions_of_one_name_go_to_the_entries_that_they_lie_beside(tmp_path: Path) -> None:
    entry = "Name: {0}\nTitle: {0}\nDescription: {0}/description.md\n"
    plan = configuration(
        tmp_path, **{"collections__a.yaml": entry.format("a"), "collections__b.yaml": entry.format("b")},
        **{"assets__a__description.md": "Of a.", "assets__b__description.md": "Of b.", "README.md": "Read me."},
    )  # fmt: skip
    assert [(each.body or {})["description"] for each in plan.entries] == ["Of a.", "Of b."]
    alone: list[Dropped] = [each for each in plan.dropped if each.file == "README.md"]
    assert alone[0].reason.startswith("It is no story")


def test_stories_that_lie_elsewhere_are_linked_and_missing_ones_named(tmp_path: Path) -> None:
    entry = (
        "Name: a\nTitle: A\nStories: [{Name: Here, Id: here}, {Name: There, Url: 'https://s.example/x'}, {Id: far}]\n"
    )
    story = '---\ntitle: "Of rivers"\n---\n# H <!--{ as="img" src="x.png" }-->\n## M <!--{ as="eox-map" }-->\n'
    catalog = "id: c\ntitle: C\ncollections: [a]\nstories_endpoint: {rendered_url: 'https://s.example/story?id={id}'}\n"
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    both = configuration(
        tmp_path / "with",
        **{"collections__a.yaml": entry, "narratives__here.md": story, "catalogs__c.yaml": catalog},
    )
    links = {link["eodash:story"]: link for link in (both.entries[0].body or {})["links"] if "eodash:story" in link}
    assert links["far"]["href"] == "https://s.example/story?id=far" and links["here"]["type"] == "text/markdown"
    kept = both.entries[1]
    assert (kept.body or {})["assets"]["here.md"]["title"] == "Of rivers"
    assert kept.files[0].path.read_text() == story
    [said] = [each for each in both.dropped if each.file == "here.md"]
    assert "headings with directives: 2, maps: 1, pictures and films elsewhere: 1" in said.reason
    alone = configuration(tmp_path / "without", **{"collections__a.yaml": entry})
    assert [each.field for each in alone.dropped if "story" in each.reason] == ["Stories[0]", "Stories[2]"]
