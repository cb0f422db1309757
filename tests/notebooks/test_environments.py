"""Environments are made whole or not at all, and every altered file in one is named."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from repeatpass.core.errors import Invalid, NotFound
from repeatpass.notebooks.environments import (
    Environment,
    EnvironmentFull,
    EnvironmentUnavailable,
    ensure,
    find,
    here,
    installed,
    making,
    python_of,
    shipped,
    verify,
)

pytestmark = pytest.mark.slow

TINY = (Path(__file__).parent / "locks" / "tiny.txt").read_text("utf-8")


def tiny(**changes: str) -> Environment:
    return Environment(**{"name": "tiny", "lock": TINY, **changes})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which the tiny environment is made once; tests must not alter it."""
    folder = tmp_path_factory.mktemp("home")
    ensure(tiny(), folder)
    return folder


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a copy of the tiny environment's prefix that a test may alter."""
    yield Path(shutil.copytree(find(tiny().digest, home), tmp_path / "copy", symlinks=True))


def site(prefix: Path) -> Path:
    (folder,) = prefix.glob("lib/python*/site-packages")
    return folder


def test_a_digest_names_the_lock_and_the_python_and_nothing_else() -> None:
    assert tiny().digest == tiny(name="other").digest
    assert tiny().digest == tiny(lock=TINY.replace("\n", " \n") + "\n\n").digest
    assert tiny().digest != tiny(python="3.10.1").digest
    assert tiny().digest != tiny(lock=TINY.replace("2.3.0", "2.2.0")).digest
    assert Environment.from_json(tiny().to_json()) == tiny()


def test_the_packages_are_those_for_this_python_and_this_machine() -> None:
    lock = (
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:00\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:11\n"
        "appnope==1.0.0 ; sys_platform == 'nowhere' --hash=sha256:22\n"
        "# a note==not a package\nsix==1.17.0 --hash=sha256:33\n"
    )
    assert tiny(lock=lock, python="3.11.7").requirements == {"numpy": "2.4.6", "six": "1.17.0"}
    assert tiny(lock=lock, python="3.12.1").requirements == {"numpy": "2.5.5", "six": "1.17.0"}
    assert tiny().requirements == {"iniconfig": "2.3.0"}


def test_a_lock_without_checksums_is_refused() -> None:
    with pytest.raises(Invalid, match="no checksums"):
        tiny(lock="iniconfig==2.3.0\n")


def test_an_environment_that_is_not_shipped_is_not_found() -> None:
    for name in ("no_such", "../records"):
        with pytest.raises(NotFound, match="no environment called"):
            shipped(name)


def test_a_made_environment_runs_the_pinned_package_in_its_own_prefix(home: Path) -> None:
    prefix = find(tiny().digest, home)
    assert prefix == home / "environments" / tiny().digest[7:19]
    assert prefix.resolve() != Path(sys.prefix).resolve()
    code = "import iniconfig, sys; print(iniconfig.__file__); print(sys.prefix)"
    said = subprocess.run([python_of(prefix), "-c", code], capture_output=True, text=True, check=True, cwd="/")
    assert [Path(line).is_relative_to(prefix) for line in said.stdout.split()] == [True, True]
    assert list(site(prefix).rglob("iniconfig/__pycache__/*.pyc")), "bytecode is compiled beforehand"


def test_the_kit_and_the_server_are_not_in_an_environment(home: Path) -> None:
    prefix = find(tiny().digest, home)
    code = "import importlib.util as u; print([u.find_spec(n) for n in ('repeatpass', 'sqlalchemy', 'numpy')])"
    said = subprocess.run([python_of(prefix), "-I", "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[None, None, None]"


def test_asking_again_makes_nothing(home: Path) -> None:
    said: list[str] = []
    before = find(tiny().digest, home).stat().st_mtime_ns
    assert ensure(tiny(), home, said.append).stat().st_mtime_ns == before
    assert said == []


def test_what_is_installed_is_listed(home: Path) -> None:
    assert installed(home) == [tiny()]
    assert installed(home / "nowhere") == []
    with pytest.raises(NotFound, match="not on this machine"):
        find("sha256:" + "0" * 64, home)


def test_two_who_ask_at_once_get_one_environment(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from repeatpass.notebooks.environments import *\n"
        f"print(ensure(Environment(name='tiny', lock=Path({str(tmp_path / 'lock')!r}).read_text()), "
        f"Path({str(tmp_path)!r}), print))"
    )
    (tmp_path / "lock").write_text(TINY)
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0].split()[-1] == said[1].split()[-1]
    assert sum("Making the environment" in each for each in said) == 1
    assert verify(find(tiny().digest, tmp_path)) == []


def test_who_waits_for_another_maker_is_told(tmp_path: Path) -> None:
    import fcntl

    root = tmp_path / "environments"
    root.mkdir()
    told = threading.Event()
    with (root / f".{tiny().short}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting = threading.Thread(
            target=ensure, args=(tiny(), tmp_path, lambda line: told.set() if "Waiting" in line else None)
        )
        waiting.start()
        assert told.wait(60)
    waiting.join()
    assert verify(find(tiny().digest, tmp_path)) == []


def test_a_half_made_environment_is_never_used(tmp_path: Path) -> None:
    root = tmp_path / "environments"
    (root / tiny().short / "bin").mkdir(parents=True)  # no statement: somebody's copy broke off
    (root / f".{tiny().short}-killed" / "lib").mkdir(parents=True)
    with pytest.raises(NotFound):
        find(tiny().digest, tmp_path)
    prefix = ensure(tiny(), tmp_path)
    assert verify(prefix) == []
    assert not list(root.glob(f".{tiny().short}-*")), "what a killed maker left is cleared away"


def test_a_maker_that_is_killed_leaves_nothing_that_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(making, "write_manifest", broken)
        with pytest.raises(KeyboardInterrupt):
            ensure(tiny(), tmp_path)
    assert installed(tmp_path) == []
    assert verify(ensure(tiny(), tmp_path)) == []


def test_an_untouched_environment_verifies(own: Path) -> None:
    assert verify(own) == []


@pytest.mark.parametrize("name", ["iniconfig/__init__.py", "iniconfig-2.3.0.dist-info/RECORD"])
def test_an_altered_file_is_named(own: Path, name: str) -> None:
    with (site(own) / name).open("a") as file:
        file.write("\n# changed\n")
    paths = [(each.path, each.how) for each in verify(own)]
    assert (f"lib/{site(own).parent.name}/site-packages/{name}", "altered") in paths


def test_a_removed_and_an_added_file_are_named(own: Path) -> None:
    (site(own) / "iniconfig" / "exceptions.py").unlink()
    (site(own) / "sitecustomize.py").write_text("import random\n")
    said = [str(each).removeprefix(f"lib/{site(own).parent.name}/site-packages/") for each in verify(own)]
    assert said == ["iniconfig/exceptions.py was removed", "sitecustomize.py was added"]


def test_a_shadow_of_the_system_packages_is_an_alteration(own: Path) -> None:
    config = own / "pyvenv.cfg"
    config.write_text(config.read_text().replace("system-site-packages = false", "system-site-packages = true"))
    assert [str(each) for each in verify(own)] == ["pyvenv.cfg was altered"]


def test_an_exchanged_interpreter_is_an_alteration(own: Path) -> None:
    (own / "bin" / "python").unlink()
    (own / "bin" / "python").write_text("#!/bin/sh\necho 3.9.1\n")
    (own / "bin" / "python").chmod(0o755)
    assert [str(each) for each in verify(own)] == ["bin/python was altered"]


def test_an_environment_without_its_manifest_is_altered_as_a_whole(own: Path) -> None:
    (own / "manifest.json").unlink()
    assert [str(each) for each in verify(own)] == ["manifest.json was removed"]


def test_compiled_files_that_running_adds_are_no_alteration(own: Path) -> None:
    (site(own) / "iniconfig" / "__pycache__" / "more.cpython-311.pyc").write_bytes(b"")
    assert verify(own) == []


def test_altering_an_environment_does_not_alter_the_next_one(own: Path, home: Path, tmp_path: Path) -> None:
    first = ensure(tiny(), tmp_path)
    with (site(first) / "iniconfig" / "__init__.py").open("a") as file:
        file.write("# changed\n")
    shutil.rmtree(tmp_path / "environments")
    assert verify(ensure(tiny(), tmp_path)) == []


def test_without_uv_pip_makes_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "find_uv", lambda: None)
    said: list[str] = []
    prefix = ensure(tiny(), tmp_path, said.append)
    assert any("iniconfig-2.3.0" in line for line in said)
    assert verify(prefix) == []
    with (site(prefix) / "iniconfig" / "__init__.py").open("a") as file:
        file.write("# changed\n")
    assert len(verify(prefix)) == 1


def test_without_uv_another_python_is_asked_for_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "find_uv", lambda: None)
    with pytest.raises(EnvironmentUnavailable, match=r"needs Python 3\.9\.1, which is not on this machine"):
        ensure(tiny(python="3.9.1"), tmp_path)


def test_a_python_that_nobody_has_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS", "never")
    with pytest.raises(EnvironmentUnavailable, match=r"needs Python 3\.6\.99"):
        ensure(tiny(python="3.6.99"), tmp_path)


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_an_index_out_of_reach_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    for key, value in {
        "UV_DEFAULT_INDEX": nowhere, "UV_CACHE_DIR": str(tmp_path / "cache"), "UV_HTTP_RETRIES": "0",
        "PIP_INDEX_URL": nowhere, "PIP_NO_CACHE_DIR": "1", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull,
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    if tool == "pip":
        monkeypatch.setattr(making, "find_uv", lambda: None)
    with pytest.raises(EnvironmentUnavailable, match="no package index can be reached"):
        ensure(tiny(), tmp_path)
    assert not [each for each in (tmp_path / "environments").iterdir() if each.is_dir()], "nothing half-made is left"


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_a_package_that_is_not_the_locked_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    lock = "iniconfig==2.3.0 --hash=sha256:" + "0" * 64 + "\n"
    if tool == "pip":
        monkeypatch.setattr(making, "find_uv", lambda: None)
    with pytest.raises(EnvironmentUnavailable, match="its checksum differs"):
        ensure(tiny(lock=lock), tmp_path)
    assert installed(tmp_path) == []


def test_a_home_that_is_no_folder_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "environments").write_text("in the way")
    with pytest.raises(Invalid, match="Nothing can be written to"):
        ensure(tiny(), tmp_path)


def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        with pytest.raises(EnvironmentFull, match="The disk is full"):
            ensure(tiny(), tmp_path)
        assert installed(tmp_path) == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_the_callers_own_environment_has_a_digest_too() -> None:
    assert here() == here()
    assert here().startswith("sha256:")
