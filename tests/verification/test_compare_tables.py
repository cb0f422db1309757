"""Tables are compared row by row, by place and time."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import Aspect, OutputComparison, Verdict
from repeatpass.verification.comparison.compare import compare_output

HEADER = "place,time,value,lower,upper,reference,flag\n"


def compare(a: Path, b: Path, tolerance: Tolerance | None = None, unit: str = "°C") -> OutputComparison:
    return compare_output(a, b, "values", "text/csv", tolerance or Tolerance(), name="nino34.csv", unit=unit)


def test_equal_tables_are_identical_byte_for_byte(tmp_path: Path, series: Callable[..., Path]) -> None:
    found = compare(series(tmp_path / "a.csv"), series(tmp_path / "b.csv"))
    assert found.verdict is Verdict.IDENTICAL
    assert found.bytes_identical
    assert found.differences == ()
    assert found.sentence == "nino34.csv: identical, byte for byte"


def test_a_difference_is_told_with_count_size_unit_and_month(tmp_path: Path, series: Callable[..., Path]) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "-1.50", "2008-01-01": "-1.60"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "-1.47", "2008-01-01": "-1.61"})
    found = compare(a, b)
    assert found.sentence == "nino34.csv: 2 of 54 values differ, by at most 0.03 °C (Dec 2007)"
    assert found.verdict is Verdict.DIFFERENT
    (one,) = found.differences
    assert one.aspect is Aspect.VALUES
    assert one.maximum_absolute == pytest.approx(0.03)
    assert one.maximum_relative == pytest.approx(0.02)
    assert one.share == pytest.approx(2 / 54)
    assert one.at == (("place", "nino34"), ("time", "2007-12-01"))
    assert (one.original, one.repeated) == ("-1.5", "-1.47")


def test_a_difference_within_the_tolerance_is_said_to_be(tmp_path: Path, series: Callable[..., Path]) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "0.30"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "0.29"})
    # 0.30 - 0.29 is a hair above 0.01 in binary; people declared 0.01 and mean it.
    assert compare(a, b, Tolerance(absolute=0.01)).verdict is Verdict.WITHIN
    assert compare(a, b, Tolerance(absolute=0.0099)).verdict is Verdict.DIFFERENT
    assert compare(a, b, Tolerance(absolute=0.01)).sentence.endswith("within the tolerance")


def test_the_relative_tolerance_is_a_share_of_the_original(tmp_path: Path, series: Callable[..., Path]) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "100"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "110"})
    assert compare(a, b, Tolerance(relative=0.1)).verdict is Verdict.WITHIN
    # The other way round 10 is 9.1 % of 110, but 10 / 100 of the smaller: the original decides.
    assert compare(b, a, Tolerance(relative=0.0909)).verdict is Verdict.DIFFERENT
    assert compare(b, a, Tolerance(relative=0.091)).verdict is Verdict.WITHIN


def test_the_tolerance_holds_for_every_value_not_only_the_largest_difference(
    tmp_path: Path, series: Callable[..., Path]
) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "1000", "2008-01-01": "1"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "1009", "2008-01-01": "2"})
    found = compare(a, b, Tolerance(relative=0.01))
    assert found.verdict is Verdict.DIFFERENT
    assert found.differences[0].beyond == 1
    assert found.differences[0].maximum_absolute == 9


def test_missing_equals_missing_and_nothing_else(tmp_path: Path, series: Callable[..., Path]) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "", "2008-01-01": "1.0"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "", "2008-01-01": "1.00"})
    assert compare(a, b).verdict is Verdict.IDENTICAL
    c = series(tmp_path / "c.csv", {"2007-12-01": "0.5", "2008-01-01": "1.0"})
    found = compare(a, c, Tolerance(absolute=99, relative=99))
    assert found.verdict is Verdict.DIFFERENT
    assert found.differences[0].missing == 1
    assert found.differences[0].maximum_absolute is None
    assert "missing on one side (Dec 2007)" in found.sentence


def test_an_infinite_value_is_never_within_a_relative_tolerance(tmp_path: Path, series: Callable[..., Path]) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "inf"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "5"})
    found = compare(a, b, Tolerance(absolute=1, relative=1))
    assert found.verdict is Verdict.DIFFERENT
    assert found.differences[0].to_json()["maximum_absolute"] == "infinite"


def test_the_same_numbers_written_otherwise_are_identical_but_not_in_bytes(
    tmp_path: Path, series: Callable[..., Path]
) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "1.5"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "1.50"})
    found = compare(a, b)
    assert (found.verdict, found.bytes_identical) == (Verdict.IDENTICAL, False)
    assert found.sentence == "nino34.csv: identical in every value, though not in its bytes"


def test_rows_are_matched_by_place_and_time_not_by_their_order(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text(HEADER + "oslo,2020,1,,,,\nbergen,2020,2,,,,\n")
    b.write_text(HEADER + "bergen,2020,2,,,,\noslo,2020,1,,,,\n")
    found = compare(a, b)
    assert found.verdict is Verdict.IDENTICAL
    assert found.differences[0].message == "the rows are in another order"


def test_rows_that_only_one_table_has_are_named(tmp_path: Path, series: Callable[..., Path]) -> None:
    full = series(tmp_path / "a.csv")
    short = series(tmp_path / "b.csv", drop=("2007-12-01", "2008-01-01"))
    lost = compare(full, short)
    assert lost.sentence == ("nino34.csv: 2 rows are missing in the repeat (nino34 2007-12-01 and nino34 2008-01-01)")
    gained = compare(short, full)
    assert "2 rows are only in the repeat" in gained.sentence
    assert gained.verdict is Verdict.DIFFERENT


def test_a_missing_row_does_not_shift_the_comparison_of_the_others(tmp_path: Path, series: Callable[..., Path]) -> None:
    found = compare(series(tmp_path / "a.csv"), series(tmp_path / "b.csv", drop=("2006-04-01",)))
    assert [difference.aspect for difference in found.differences] == [Aspect.STRUCTURE]


def test_places_stay_text_even_if_they_look_like_numbers_or_nothing(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text(HEADER + "001,2020,1,,,,\nNA,2020,2,,,,\n")
    b.write_text(HEADER + "1,2020,1,,,,\nNA,2020,2,,,,\n")
    found = compare(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "001 2020" in found.differences[0].message


def test_several_places_are_named_in_the_sentence(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text(HEADER + "oslo,2020-01-15,1,,,,\nbergen,2020-01-15,2,,,,\n")
    b.write_text(HEADER + "oslo,2020-01-15,1,,,,\nbergen,2020-01-15,2.5,,,,\n")
    assert compare(a, b, unit="").sentence == ("nino34.csv: 1 of 2 values differs, by at most 0.5 (bergen, 2020-01-15)")


def test_place_and_time_that_name_two_rows_fall_back_to_the_order(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text(HEADER + "oslo,2020,1,,,,\noslo,2020,2,,,,\n")
    b.write_text(HEADER + "oslo,2020,1,,,,\noslo,2020,3,,,,\n")
    found = compare(a, b)
    assert found.differences[0].at == (("row", "1"),)
    assert "(row 2)" in found.sentence


def test_a_column_that_turns_from_numbers_to_text_is_a_change_of_type(
    tmp_path: Path, series: Callable[..., Path]
) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "1.5"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "unknown"})
    found = compare(a, b)
    assert found.differences[0].aspect is Aspect.TYPES
    assert "changed from number to text" in found.sentence


def test_a_changed_flag_is_a_difference_that_no_tolerance_excuses(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text(HEADER + "oslo,2020-01-15,1,,,,good\n")
    b.write_text(HEADER + "oslo,2020-01-15,1,,,,poor\n")
    found = compare(a, b, Tolerance(absolute=9))
    assert found.verdict is Verdict.DIFFERENT
    assert found.differences[0].subject == "flag"
    assert "'good' became 'poor'" in found.sentence


def test_a_column_that_only_one_table_has_is_named(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("station,level\nx,1\n")
    b.write_text("station,height\nx,1\n")
    found = compare_output(a, b, "table", "text/csv")
    assert [difference.message for difference in found.differences] == [
        "column level is missing in the repeat",
        "column height is only in the repeat",
    ]


def test_large_whole_numbers_are_compared_exactly(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("pixels\n9007199254740993\n")
    b.write_text("pixels\n9007199254740992\n")
    found = compare_output(a, b, "table", "text/csv")
    assert found.differences[0].maximum_absolute == 1


def test_a_number_of_rows_that_changed_is_told_where_rows_have_no_names(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("x\n1\n2\n")
    b.write_text("x\n1\n")
    found = compare_output(a, b, "table", "text/csv")
    assert found.differences[0].message == "the number of rows changed from 2 to 1"


def test_parquet_types_are_compared_exactly(tmp_path: Path) -> None:
    a, b = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pd.DataFrame({"x": np.array([1.0, 2.0])}).to_parquet(a)
    pd.DataFrame({"x": np.array([1.0, 2.0], dtype="float32")}).to_parquet(b)
    found = compare_output(a, b, "table", "application/vnd.apache.parquet")
    assert found.differences[0].aspect is Aspect.TYPES
    assert found.differences[0].message == "the type of column x changed from float64 to float32"


def test_parquet_texts_times_lists_and_missing_parts_are_compared(tmp_path: Path) -> None:
    a, b = tmp_path / "a.parquet", tmp_path / "b.parquet"
    times = pd.to_datetime(["2020-01-01", None])
    pd.DataFrame({"t": times, "s": ["x", None], "l": [[1, 2], [3]], "n": [1, 2]}).to_parquet(a)
    pd.DataFrame({"t": times, "s": ["x", None], "l": [[1, 2], [4]], "n": [1, 2]}).to_parquet(b, compression=None)
    found = compare_output(a, b, "table", "application/vnd.apache.parquet")
    assert [difference.subject for difference in found.differences] == ["l"]


def test_geoparquet_names_a_changed_coordinate_system_and_geometry(tmp_path: Path) -> None:
    geopandas = pytest.importorskip("geopandas")
    from shapely.geometry import Point

    places = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[Point(0, 0), Point(1, 1)], crs=4326)
    moved = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=[Point(0, 0), Point(1, 2)], crs=4326)
    places.to_parquet(tmp_path / "a")
    places.set_crs(3857, allow_override=True).to_parquet(tmp_path / "b")
    moved.to_parquet(tmp_path / "c")
    crs = compare_output(tmp_path / "a", tmp_path / "b", "table", "application/vnd.apache.parquet")
    assert "the coordinate system changed" in crs.sentence
    shape = compare_output(tmp_path / "a", tmp_path / "c", "table", "application/vnd.apache.parquet")
    assert shape.differences[0].subject == "geometry"
    assert (shape.differences[0].differing, shape.differences[0].compared) == (1, 2)


def test_a_broken_table_is_compared_by_its_bytes_and_said_so(tmp_path: Path) -> None:
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_bytes(b"x\n1\n")
    b.write_bytes(b"")
    found = compare_output(a, b, "table", "text/csv")
    assert found.verdict is Verdict.DIFFERENT
    assert any("could not be read as a table" in difference.message for difference in found.differences)
