"""The build hook: when it builds, what it leaves alone, what a package carries."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from repeatpass.web.assets import assets

ROOT = Path(__file__).parents[2]
pytest.importorskip("hatchling", reason="hatchling is not installed")
sys.path.insert(0, str(ROOT))
import hatch_build  # noqa: E402


def hook(root: Path) -> hatch_build.FrontEnd:
    """The hook for a project at *root*."""
    return hatch_build.FrontEnd(str(root), {}, None, None, str(root), "wheel")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one script."""
    (tmp_path / "frontend" / "node_modules").mkdir(parents=True)
    (tmp_path / "frontend" / "main.js").write_text("1")
    (tmp_path / "src/repeatpass/web/static/dist").mkdir(parents=True)
    return tmp_path


def test_a_changed_source_makes_the_build_stale_and_installed_packages_do_not(project: Path) -> None:
    front = hook(project)
    assert front.stale() and front.dependencies() == [hatch_build.NODE]
    front.stamp.write_text(hatch_build.fingerprint(front.source) + "\n")
    (project / "frontend" / "node_modules" / "x.js").write_text("2")
    assert not front.stale() and front.dependencies() == []
    (project / "frontend" / "main.js").write_text("3")
    assert front.stale()


def test_the_build_can_be_left_out(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPEATPASS_SKIP_FRONT", "1")
    assert not hook(project).stale()


def test_a_wheel_carries_the_built_files_and_their_licences(tmp_path: Path) -> None:
    if not assets().scripts:
        pytest.skip("the front end was not built (npm could not be reached)")
    environ = os.environ | {"REPEATPASS_SKIP_FRONT": "1"}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, timeout=120)
    names = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    dist = "repeatpass/web/static/dist/"
    assert {dist + "manifest.json", dist + "THIRD-PARTY-LICENSES.txt", dist + "fonts/inter.woff2"} <= names
    assert "repeatpass" + assets().script.replace("/static/", "/web/static/") in names
    assert {"repeatpass/web/static/css/tokens.css", "repeatpass/web/static/world.svg"} <= names
    assert not any("node_modules" in name for name in names)
