"""All outputs of two runs together: presence, verdict and one sentence."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from repeatpass.kit.records import Tolerance
from repeatpass.verification.comparison import StoredOutput, Verdict, compare_outputs
from repeatpass.verification.comparison.compare import compare_output
from repeatpass.verification.comparison.families import Family, family


def stored(path: Path, name: str, kind: str = "file", media_type: str = "", unit: str = "") -> StoredOutput:
    return StoredOutput(name=name, path=path, kind=kind, media_type=media_type, unit=unit)


def leave(folder: Path, which: dict[str, str]) -> list[StoredOutput]:
    folder.mkdir()
    for name, text in which.items():
        (folder / name).write_text(text)
    return [stored(folder / name, name) for name in which]


def test_all_the_same_is_said_in_one_sentence(tmp_path: Path) -> None:
    files = {"a.txt": "1", "b.txt": "2", "c.txt": "3"}
    found = compare_outputs(leave(tmp_path / "a", files), leave(tmp_path / "b", files))
    assert found.summary == "3 of 3 outputs identical, byte for byte"
    assert (found.verdict, found.bytes_identical) == (Verdict.IDENTICAL, True)


def test_one_output_is_one_output(tmp_path: Path) -> None:
    files = {"a.txt": "1"}
    found = compare_outputs(leave(tmp_path / "a", files), leave(tmp_path / "b", files))
    assert found.summary == "1 of 1 output identical, byte for byte"


def test_equal_values_in_other_bytes_are_told_apart(tmp_path: Path) -> None:
    a = leave(tmp_path / "a", {"a.json": "[1]", "b.txt": "2"})
    b = leave(tmp_path / "b", {"a.json": "[1.0]", "b.txt": "2"})
    found = compare_outputs(a, b)
    assert found.summary == "2 of 2 outputs identical in every value, 1 byte for byte"
    assert not found.bytes_identical


def test_a_lone_differing_series_is_the_whole_summary(tmp_path: Path, series: Callable[..., Path]) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "-1.50", "2008-01-01": "-1.60"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "-1.47", "2008-01-01": "-1.61"})
    one = stored(a, "nino34.csv", "values", "text/csv", "°C")
    found = compare_outputs([one], [stored(b, "nino34.csv", "values", "text/csv", "°C")])
    assert found.summary == "nino34.csv: 2 of 54 values differ, by at most 0.03 °C (Dec 2007)"
    loose = compare_outputs(
        [one], [stored(b, "nino34.csv", "values", "text/csv", "°C")], {"nino34.csv": Tolerance(absolute=0.03)}
    )
    assert loose.verdict is Verdict.WITHIN


def test_an_output_without_a_partner_is_named(tmp_path: Path) -> None:
    a = leave(tmp_path / "a", {"a.txt": "1", "b.txt": "2"})
    b = leave(tmp_path / "b", {"a.txt": "1", "c.txt": "2"})
    found = compare_outputs(a, b)
    assert [output.sentence for output in found.outputs] == [
        "a.txt: identical, byte for byte",
        "b.txt was left by the original but not by the repeat",
        "c.txt was left only by the repeat",
    ]
    assert found.summary == (
        "b.txt was left by the original but not by the repeat; 1 more differs; 1 of 3 outputs identical"
    )


def test_a_changed_declared_unit_is_a_difference_even_of_equal_bytes(
    tmp_path: Path, series: Callable[..., Path]
) -> None:
    path = series(tmp_path / "a.csv")
    found = compare_outputs([stored(path, "x.csv", unit="°C")], [stored(path, "x.csv", unit="K")])
    assert found.verdict is Verdict.DIFFERENT
    assert found.summary == "x.csv: the declared unit changed from °C to K"


def test_nothing_left_by_either_run_cannot_be_called_identical() -> None:
    found = compare_outputs([], [])
    assert found.verdict is Verdict.NOT_REPEATABLE
    assert "nothing to compare" in found.summary


def test_a_comparison_travels_as_json(tmp_path: Path, series: Callable[..., Path]) -> None:
    a = series(tmp_path / "a.csv", {"2007-12-01": "inf"})
    b = series(tmp_path / "b.csv", {"2007-12-01": "1"})
    found = compare_outputs([stored(a, "x.csv", "values")], [stored(b, "x.csv", "values")])
    read = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert read["outputs"][0]["differences"][0]["at"] == {"place": "nino34", "time": "2007-12-01"}


def test_a_file_that_is_gone_is_an_error_not_a_verdict(tmp_path: Path, series: Callable[..., Path]) -> None:
    with pytest.raises(FileNotFoundError):
        compare_output(series(tmp_path / "a.csv"), tmp_path / "gone.csv")


@pytest.mark.parametrize(
    ("name", "media_type", "head", "expected"),
    [
        ("x.csv", "", b"", Family.TABLE),
        ("", "text/csv; charset=utf-8", b"", Family.TABLE),
        ("x.zarr.zip", "application/zip", b"PK\x03\x04", Family.CUBE),
        ("", "application/vnd.zarr; version=3", b"PK\x03\x04", Family.CUBE),
        ("", "image/tiff; application=geotiff; profile=cloud-optimized", b"II*\x00", Family.RASTER),
        ("", "application/geo+json", b"{", Family.DOCUMENT),
        ("", "application/octet-stream", b"\x89HDF", Family.CUBE),
        ("", "", b"????", Family.UNKNOWN),
    ],
)
def test_the_media_type_decides_then_the_name_then_the_first_bytes(
    tmp_path: Path, name: str, media_type: str, head: bytes, expected: Family
) -> None:
    path = tmp_path / "0a1b2c"
    path.write_bytes(head)
    assert family(path, name=name, media_type=media_type) is expected


def test_comparing_needs_no_database_and_no_web_framework() -> None:
    code = (
        "import sys, repeatpass.verification.comparison as c\n"
        "from repeatpass.verification.comparison import arrays, images, specs, tables, rasters\n"
        "print(sorted({'sqlalchemy', 'fastapi', 'alembic', 'starlette'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
