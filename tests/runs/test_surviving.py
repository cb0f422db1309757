"""Nothing is lost when a process is killed, and nothing is left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from runs_bench import PREFIX, Bench, shown

from repeatpass.runs.runner import LocalRunner, Outcome

pytestmark = pytest.mark.slow

SERVER = """
import json, sys, time
from pathlib import Path
from repeatpass.runs.runner import ExecutionRequest, LocalRunner

home, folder, prefix, kit = map(Path, sys.argv[1:])
runner = LocalRunner(home, ready=1, linger=1)
print(runner.start(ExecutionRequest(run="r", prefix=prefix, kit=kit), folder), flush=True)
time.sleep(600)
"""


def test_a_run_goes_on_when_its_server_is_killed(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    folder = bench.folder("import time; open('begun', 'w').close(); time.sleep(1.5)", "'finished'")
    command = [sys.executable, "-c", SERVER, *map(str, (bench.home, folder, PREFIX, bench.kit))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        ticket = server.stdout.readline().decode()
        _until((folder / "work" / "begun").exists)
        server.kill()
    executor = psutil.Process(_address(bench.home)["pid"])
    _until((folder / "outcome.json").exists)
    outcome = LocalRunner(bench.home).look(ticket)
    assert isinstance(outcome, Outcome)
    assert (outcome.state, shown(folder)) == ("succeeded", "'finished'")
    private = Path(_address(bench.home)["socket"]).parent
    executor.wait(60)  # nobody needs it any more
    assert not private.exists()
    assert not (bench.home / "executor.json").exists()


def test_another_server_waits_for_a_run_that_it_did_not_start(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    ticket, _ = bench.start("import time; time.sleep(0.5)")
    bench.runner.close()
    other = LocalRunner(bench.home)
    outcome = other.wait(ticket, 30)
    assert isinstance(outcome, Outcome)
    assert outcome.state == "succeeded"
    other.close()


def test_a_run_whose_executor_is_killed_has_crashed_and_no_process_is_left(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    daemon = "import os\nif os.fork() == 0:\n    os.setsid(); os.execvp('sleep', ['sleep', '600'])\n"
    ticket, folder = bench.start(daemon + "open('begun', 'w').close(); import time; time.sleep(600)")
    _until((folder / "work" / "begun").exists)
    executor = psutil.Process(_address(bench.home)["pid"])
    family = executor.children(recursive=True)
    assert len(family) >= 4  # the fork server, a keeper, the kernel, its daemon
    executor.kill()
    start = time.monotonic()
    outcome = bench.runner.wait(ticket, 60)
    assert isinstance(outcome, Outcome)
    assert (outcome.state, "Run it again" in outcome.message) == ("crashed", True)
    assert time.monotonic() - start < 30
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    private = Path(_address(bench.home)["socket"]).parent
    assert bench.run("1")[0].state == "succeeded"  # by a new executor, which also clears up
    assert not private.exists()
    assert bench.runner.look(ticket) == outcome


def test_a_polite_end_leaves_nothing_behind(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    ticket, folder = bench.start("open('begun', 'w').close(); import time; time.sleep(600)")
    _until((folder / "work" / "begun").exists)
    address = _address(bench.home)
    executor = psutil.Process(address["pid"])
    family = executor.children(recursive=True)
    os.kill(executor.pid, signal.SIGTERM)
    outcome = bench.ended(ticket)
    assert outcome.state == "crashed"
    assert outcome.message == "The program that carries out runs was stopped, in cell 1 of 1."
    executor.wait(60)
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert not Path(address["socket"]).parent.exists()


def test_runs_go_on_when_the_fork_server_is_killed(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    assert bench.run("1")[0].state == "succeeded"
    executor = psutil.Process(_address(bench.home)["pid"])
    for child in executor.children():
        child.kill()
    outcomes = [bench.run("2")[0] for _ in range(4)]
    assert {outcome.state for outcome in outcomes} == {"succeeded"}, outcomes


def test_killing_the_keeper_does_not_free_what_it_kept(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    daemon = "import os\nif os.fork() == 0:\n    os.setsid(); os.execvp('sleep', ['sleep', '601'])\n"
    outcome, _ = bench.run(daemon + "import signal, time; os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)")
    assert outcome.state == "crashed"
    _until(lambda: not _sleepers("601"), 15)


def test_after_an_upgrade_the_old_executor_finishes_its_runs_and_leaves(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    ticket, folder = bench.start("import os, time; open('begun', 'w').close(); time.sleep(3); os.getppid()")
    _until((folder / "work" / "begun").exists)
    address = _address(bench.home)
    old = psutil.Process(int(address["pid"]))
    (bench.home / "executor.json").write_text(json.dumps(address | {"version": "0.0.1"}))
    upgraded = Bench(home=bench.home, kit=bench.kit, runner=LocalRunner(bench.home, ready=1, linger=5))
    assert upgraded.run("1")[0].state == "succeeded"
    assert _address(bench.home)["pid"] != old.pid
    assert upgraded.ended(ticket).state == "succeeded"
    bench.runner.close()
    old.wait(60)
    assert not Path(address["socket"]).parent.exists()


def test_a_second_executor_for_the_same_home_gives_way(new_bench: Callable[..., Bench]) -> None:
    bench = new_bench()
    bench.runner.warm(PREFIX, bench.kit)
    command = [sys.executable, "-m", "repeatpass.runs.executor", "--home", str(bench.home)]
    assert subprocess.run(command, check=False, timeout=30).returncode == 3


def _address(home: Path) -> dict[str, str]:
    address: dict[str, str] = json.loads((home / "executor.json").read_text())
    return address


def _sleepers(seconds: str) -> list[int]:
    return [p.pid for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", seconds]]


def _until(true: Callable[[], bool], timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
