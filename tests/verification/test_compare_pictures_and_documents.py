"""Pictures by pixel, JSON by path, everything else by bytes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import Aspect, OutputComparison, Verdict
from repeatpass.verification.comparison.compare import compare_output

VEGA = "application/vnd.vegalite.v6+json"


def picture(path: Path, dots: dict[tuple[int, int], int] | None = None, note: str = "", mode: str = "RGB") -> Path:
    levels = np.full((10, 20, 3), 100, dtype=np.uint8)
    for (row, column), level in (dots or {}).items():
        levels[row, column, 1] = level
    info = PngImagePlugin.PngInfo()
    if note:
        info.add_text("Software", note)
    Image.fromarray(levels).convert(mode).save(path, pnginfo=info)
    return path


def figure(a: Path, b: Path, tolerance: Tolerance | None = None) -> OutputComparison:
    return compare_output(a, b, "figure", "image/png", tolerance or Tolerance(), name="map.png")


def test_pixels_are_counted_once_however_many_channels_differ(tmp_path: Path) -> None:
    a = picture(tmp_path / "a.png")
    found = figure(a, picture(tmp_path / "b.png", {(3, 7): 90, (4, 4): 99}))
    (one,) = found.differences
    assert (one.differing, one.compared, one.maximum_absolute) == (2, 200, 10)
    assert found.sentence == "map.png: 2 of 200 pixels differ, by at most 10 levels (row 3, column 7)"


def test_a_tolerance_of_a_picture_is_in_levels(tmp_path: Path) -> None:
    a, b = picture(tmp_path / "a.png"), picture(tmp_path / "b.png", {(3, 7): 90, (4, 4): 99})
    assert figure(a, b, Tolerance(absolute=10)).verdict is Verdict.WITHIN
    found = figure(a, b, Tolerance(absolute=5))
    assert (found.verdict, found.differences[0].beyond) == (Verdict.DIFFERENT, 1)


def test_a_picture_with_another_note_is_identical(tmp_path: Path) -> None:
    found = figure(picture(tmp_path / "a.png", note="one"), picture(tmp_path / "b.png", note="two"))
    assert (found.verdict, found.bytes_identical) == (Verdict.IDENTICAL, False)
    assert found.differences[0].message == "the note Software of the picture changed"


def test_a_changed_size_or_colour_mode_is_named(tmp_path: Path) -> None:
    a = picture(tmp_path / "a.png")
    Image.new("RGB", (20, 11)).save(tmp_path / "b.png")
    assert "20 × 10 pixels to 20 × 11 pixels" in figure(a, tmp_path / "b.png").sentence
    grey = picture(tmp_path / "c.png", mode="L")
    assert figure(a, grey).differences[0].aspect is Aspect.TYPES


def test_palettes_are_looked_up_before_pixels_are_compared(tmp_path: Path) -> None:
    one, two = Image.new("P", (4, 4), 0), Image.new("P", (4, 4), 1)
    one.putpalette([10, 20, 30, 0, 0, 0])
    two.putpalette([0, 0, 0, 10, 20, 30])
    one.save(tmp_path / "a.png")
    two.save(tmp_path / "b.png")
    assert figure(tmp_path / "a.png", tmp_path / "b.png").verdict is Verdict.IDENTICAL


def test_a_difference_in_a_later_frame_is_found(tmp_path: Path) -> None:
    frames = [Image.new("L", (8, 8), level) for level in (0, 50, 100)]
    other = [*frames[:2], Image.new("L", (8, 8), 200)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    other[0].save(tmp_path / "b.gif", save_all=True, append_images=other[1:])
    found = compare_output(tmp_path / "a.gif", tmp_path / "b.gif", "figure", "image/gif")
    assert found.differences[0].message.startswith("frame 3: 64 of 64 pixels differ")


def test_a_file_that_is_no_picture_is_compared_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "b.png").write_bytes(b"nothing")
    found = figure(picture(tmp_path / "a.png"), tmp_path / "b.png")
    assert found.verdict is Verdict.DIFFERENT
    assert found.differences[0].aspect is Aspect.BYTES


def documents(folder: Path, a: Any, b: Any, tolerance: Tolerance | None = None) -> OutputComparison:
    (folder / "a.json").write_text(json.dumps(a))
    (folder / "b.json").write_text(json.dumps(b, indent=1))
    return compare_output(
        folder / "a.json", folder / "b.json", "figure", VEGA, tolerance or Tolerance(), name="chart.json"
    )


def test_order_of_members_and_writing_of_numbers_mean_nothing_in_json(tmp_path: Path) -> None:
    found = documents(tmp_path, {"a": 1, "b": [1.0, True]}, {"b": [1, True], "a": 1.0})
    assert (found.verdict, found.bytes_identical) == (Verdict.IDENTICAL, False)


def test_numbers_in_json_are_placed_by_their_path(tmp_path: Path) -> None:
    a = {"data": {"values": [{"t": "2007", "v": 1.0}, {"t": "2008", "v": 2.0}]}}
    b = {"data": {"values": [{"t": "2007", "v": 1.0}, {"t": "2008", "v": 2.5}]}}
    found = documents(tmp_path, a, b)
    assert found.sentence == ("chart.json: 1 of 2 numbers differs, by at most 0.5 ($.data.values[1].v)")
    assert documents(tmp_path, a, b, Tolerance(absolute=0.5)).verdict is Verdict.WITHIN


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ({"mark": "line"}, {"mark": "bar"}, "1 of 1 entry differs ($.mark)"),
        ({"x": 1}, {"x": "1"}, "the type of $.x changed from number to text"),
        ({"x": 1}, {"x": True}, "the type of $.x changed from number to truth value"),
        ({"x": None}, {"x": 0}, "the type of $.x changed from null to number"),
        ({"x": 1}, {}, "$.x is missing in the repeat"),
        ({"x": [1]}, {"x": [1, 2]}, "$.x[1] is only in the repeat"),
        ({"x": []}, {"x": {}}, "the type of $.x changed from list to object"),
        ({"a b": 1}, {"a b": 2}, '($["a b"])'),
        ({"x": 2**70}, {"x": 2**70 + 2**20}, "1 of 1 number differs"),
    ],
)
def test_every_kind_of_change_in_json_is_named(tmp_path: Path, a: Any, b: Any, words: str) -> None:
    found = documents(tmp_path, a, b)
    assert any(words in one.message for one in found.differences), found
    assert found.verdict is Verdict.DIFFERENT


def test_many_changed_types_are_counted_not_listed(tmp_path: Path) -> None:
    found = documents(tmp_path, [1] * 50, ["1"] * 50)
    assert len(found.differences) == 6
    assert found.differences[-1].message == "45 more types changed"


def test_a_nonsense_json_is_compared_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("{}")
    found = compare_output(tmp_path / "a.json", tmp_path / "b.json", "file", "application/json")
    assert found.differences[0].aspect is Aspect.BYTES


def test_unknown_files_are_compared_by_bytes_alone(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"x" * 100)
    b.write_bytes(b"x" * 60 + b"y" * 50)
    found = compare_output(a, b, name="model.bin")
    assert found.sentence == (
        "model.bin: the bytes differ from place 60 on, and the size changed from 100 to 110 bytes"
    )
