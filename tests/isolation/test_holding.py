"""Where sandboxes and limits come from, and what is said where they cannot be had."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.served import COMMAND, Served, command, environ, free_port, small_home

from repeatpass.core.errors import Invalid
from repeatpass.runs import sandbox
from repeatpass.runs.execution import Limits
from repeatpass.runs.executor.cgroups import Cgroups
from repeatpass.runs.executor.holding import Holding

pytestmark = pytest.mark.slow


def test_several_users_cannot_do_without_sandboxes() -> None:
    with pytest.raises(Invalid, match="REPEATPASS_SANDBOX cannot be off"):
        sandbox.chosen("off", multi_user=True)
    assert sandbox.chosen("auto", multi_user=True).sandbox
    assert sandbox.chosen("on", multi_user=False).sandbox
    assert not sandbox.chosen("auto", multi_user=False).sandbox


def test_without_bubblewrap_a_house_for_several_does_not_open_and_says_what_to_install(tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    told = environ(home, free_port(), MULTI_USER="1") | {"PATH": str(tmp_path)}  # where there is no bwrap
    ended = subprocess.run([*COMMAND, "up"], env=told, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "There is no bwrap on this machine. Install bubblewrap" in " ".join(ended.stderr.split())


def test_a_setting_that_is_none_is_refused_with_what_would_be_right(tmp_path: Path) -> None:
    ended = command(tmp_path / "home", "doctor", SANDBOX="perhaps")
    assert "REPEATPASS_SANDBOX must be auto, on or off; it is “perhaps”" in " ".join(ended.stderr.split())


def test_with_several_users_nobody_is_the_owner_for_having_opened_a_page(tmp_path: Path) -> None:
    served = Served(small_home(tmp_path / "home")).start(MULTI_USER="1")
    try:
        with urllib.request.urlopen(served.address + "/") as page:
            assert page.status == 200 and page.headers["Set-Cookie"] is None
        health = served.ask("/health")["sandbox"]
        assert (health["wanted"], health["works"]) == (True, True)
        said = command(served.home, "doctor", MULTI_USER="1").stdout
        assert "ok   sandbox: A sandbox was made" in said
        job = served.job(served.run(number=3)["jobID"])
        assert job["status"] == "successful", job
    finally:
        served.close()


def test_a_token_for_another_user_is_made_on_the_command_line(tmp_path: Path) -> None:
    home = small_home(tmp_path / "home")
    first, second = (command(home, "token", "--user", "ann").stdout.strip() for _ in range(2))
    assert first and second and first != second
    refused = command(home, "token", "--user", "bob", "--role", "king")
    assert refused.returncode == 2 and "reader, scientist, editor, operator" in " ".join(refused.stderr.split())


def test_each_sandbox_of_root_has_a_user_of_its_own() -> None:
    users = {sandbox.uid_of(Path("/a"), number) for number in range(5)}
    assert users == ({os.getuid()} if os.getuid() != 0 else users)
    if os.getuid() == 0:
        assert len(users) == 5 and all(1_879_048_192 <= user < 2**31 for user in users)


def test_an_environment_that_holds_the_home_is_not_shown_to_a_sandbox(tmp_path: Path) -> None:
    box = sandbox.Sandbox(
        prefix=Path(sys.prefix), kit=tmp_path, folder=tmp_path, rooms=Path(sys.prefix) / "home", uid=1
    )
    with pytest.raises(ValueError, match="home of the house lies in"):
        box.command("true")


def test_a_house_of_an_ordinary_user_has_sandboxes_too(tmp_path: Path) -> None:
    """As root, the test goes on as user 1000, for whom bubblewrap makes a user namespace."""
    if os.getuid() != 0:
        assert sandbox.works().works
        return
    kept = [word for path in _in_root() for word in ("--dir", str(path.parent), "--ro-bind", str(path), str(path))]
    inside = [
        "bwrap",
        "--bind",
        "/",
        "/",
        "--tmpfs",
        "/root",
        *kept,
        "--dev-bind",
        "/dev",
        "/dev",
        "--bind",
        "/proc",
        "/proc",
    ]
    become = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups", sys.executable, "-c", ORDINARY]
    ended = subprocess.run([*inside, *become], capture_output=True, text=True, timeout=120, check=False)
    assert ended.stdout.strip().endswith("succeeded True"), (ended.stdout, ended.stderr[-2000:])


def _in_root() -> list[Path]:
    base, _ = sandbox.rests_on(Path(sys.prefix))
    return [path for path in (base, Path(sys.prefix)) if path.is_relative_to("/root")]


ORDINARY = """
import os, pathlib, sys, tempfile
os.environ.pop("XDG_RUNTIME_DIR", None)
from repeatpass.notebooks.kit_copy import kit_folder
from repeatpass.runs.runner import ExecutionRequest, LocalRunner
import nbformat
home = pathlib.Path(tempfile.mkdtemp())
folder = home / "runs" / "1"; folder.mkdir(parents=True)
cell = nbformat.v4.new_code_cell("import os; assert os.getpid() == 1 and not os.path.exists(%r)" % str(folder))
(folder / "notebook.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
runner = LocalRunner(home, ready=1, linger=2)
try:
    known = dict(prefix=pathlib.Path(sys.prefix), kit=kit_folder(home / "kit"), workspace="a", sandbox=True)
    request = ExecutionRequest(run="1", **known)
    outcome = runner.wait(runner.start(request, folder), 90)
    print(outcome.message, (home / "executor.log").read_text() if outcome.state == "crashed" else "")
    print(outcome.state, outcome.isolation.startswith("Sandbox"))
finally:
    runner.shutdown()
"""


def test_limits_are_written_as_cgroup_v2_takes_them(tmp_path: Path) -> None:
    """Plain files stand in for the system's: whether the host hands a tree over differs from machine to machine."""
    base = tmp_path / "user.slice" / "repeatpass.service"
    base.mkdir(parents=True)
    (base / "cgroup.controllers").write_text("cpuset cpu io memory pids\n")
    for name in ("cgroup.procs", "cgroup.subtree_control"):
        (base / name).write_text("")
    own = tmp_path / "own"
    own.write_text("0::/user.slice/repeatpass.service\n")
    found = Cgroups.found(tmp_path, own)
    assert found is not None and (base / "cgroup.subtree_control").read_text() == "+memory +cpu +pids"
    limits = Limits(memory_bytes=10**9, cpus=1.5, processes=99)
    leaf = found.leaf("r1", limits)
    assert leaf is not None
    written = {path.name: path.read_text() for path in leaf.path.iterdir()}
    assert written == {"memory.max": "1000000000", "cpu.max": "150000 100000", "pids.max": "99"}
    leaf.take_in(42)
    assert (leaf.path / "cgroup.procs").read_text() == "42"
    (leaf.path / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (leaf.path / "pids.events").write_text("max 3\n")
    assert leaf.killed_for_memory() and leaf.hit_processes()


def test_a_tree_without_the_controllers_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("hugetlb\n")
    (tmp_path / "own").write_text("0::/\n")
    assert Cgroups.found(tmp_path, tmp_path / "own") is None
    assert Cgroups.found(tmp_path, tmp_path / "nothing") is None


def test_without_cgroups_processors_are_shared_out_and_the_sentence_says_so() -> None:
    holding = Holding(None)
    there = len(os.sched_getaffinity(0))
    if there < 2:
        pytest.skip("This machine has one processor.")
    first, second = (holding.begin("r", Limits(cpus=1.0, processes=9), os.getpid()) for _ in range(2))
    assert len(first.processors) == 1 and set(first.processors).isdisjoint(second.processors)
    assert "CPU by 1 assigned processor," in first.words(confined=True, network=())
    assert first.words(confined=False, network=()).startswith("No sandbox. Memory by rlimit and watch")
    first.release()  # its kernel is still being cleared away when the next run begins
    third = holding.begin("r", Limits(cpus=1.0, processes=9), os.getpid())
    assert third.processors == first.processors
    first.end()
    third.end()
    assert holding.processors(1.0) == first.processors
