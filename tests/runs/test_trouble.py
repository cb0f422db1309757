"""Notebooks that misbehave: each ends in a state and a sentence, and leaves nothing behind."""

import json
import time
from pathlib import Path

import psutil
import pytest
from runs_bench import Bench, lines, shown, written

from repeatpass.runs.runner import Limits

SMALL = Limits(time_s=30, memory_bytes=500_000_000, output_bytes=1_000_000, files_bytes=5_000_000)


def test_a_failing_cell_is_on_the_outcome_with_source_error_and_traceback(bench: Bench) -> None:
    outcome, folder = bench.run("a = 1", "a / 0", "print('never')")
    assert (outcome.state, outcome.message) == (
        "failed",
        "It failed in cell 2 of 3: ZeroDivisionError: division by zero",
    )
    failure = outcome.failure
    assert failure is not None
    assert (failure.cell, failure.source, failure.ename) == (1, "a / 0", "ZeroDivisionError")
    assert any("a / 0" in line for line in failure.traceback)
    assert lines(folder / "log.jsonl")[-2]["kind"] == "error"
    assert shown(folder) == ""


def test_a_cell_that_is_meant_to_raise_does_not_fail(bench: Bench) -> None:
    outcome, _ = bench.run(notebook=written("1 / 0", "2", tags={0: ["raises-exception"]}))
    assert outcome.state == "succeeded"


def test_a_cell_that_exits_the_process_ends_the_run_at_once(bench: Bench) -> None:
    outcome, folder = bench.run("print('kept')", "import os; os._exit(3)")
    assert outcome.state == "failed"
    assert outcome.message == "The notebook ended its own kernel (exit code 3) in cell 2 of 2."
    assert (shown(folder, 0), outcome.usage.wall_s < 5) == ("kept\n", True)


def test_a_kernel_that_is_killed_crashes_the_run(bench: Bench) -> None:
    outcome, _ = bench.run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert (outcome.state, outcome.message) == ("crashed", "The kernel was ended by signal 11 in cell 1 of 1.")


def test_printing_a_gigabyte_stops_at_the_limit(bench: Bench) -> None:
    before = _executor(bench).memory_info().rss
    start = time.monotonic()
    outcome, folder = bench.run("for _ in range(1000): print('x' * 10**6)", limits=SMALL)
    assert (outcome.state, outcome.limits_by) == ("failed", "output")
    assert outcome.message == "It showed more output than its limit of 1 MB, in cell 1 of 1."
    assert time.monotonic() - start < 30
    assert _executor(bench).memory_info().rss - before < 50e6
    assert outcome.usage.peak_rss_bytes < 300e6
    assert (folder / "executed.ipynb").stat().st_size < 1.5e6


def test_a_huge_figure_counts_as_output_too(bench: Bench) -> None:
    code = "from IPython.display import HTML, display\nfor _ in range(100): display(HTML('x' * 10**5))"
    outcome, _ = bench.run(code, limits=SMALL)
    assert outcome.limits_by == "output"


def test_an_endless_loop_stops_at_the_time_limit(bench: Bench) -> None:
    start = time.monotonic()
    outcome, _ = bench.run("1", "while True: pass", limits=Limits(time_s=2))
    assert (outcome.state, outcome.limits_by) == ("failed", "time")
    assert outcome.message == "It was stopped at its time limit of 2 s, in cell 2 of 2."
    assert 2 <= time.monotonic() - start < 30
    assert outcome.failure is not None
    assert (outcome.failure.cell, outcome.failure.ename) == (1, "KeyboardInterrupt")


def test_a_cell_that_ignores_the_interrupt_is_killed(bench: Bench) -> None:
    code = "import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass"
    outcome, _ = bench.run(code, limits=Limits(time_s=0.5))
    assert (outcome.limits_by, outcome.usage.wall_s < 4) == ("time", True)


def test_a_cancelled_run_goes_no_further_even_if_the_cell_recovers(bench: Bench) -> None:
    code = "import time\nopen('begun', 'w').close()\ntry: time.sleep(60)\nexcept KeyboardInterrupt: pass"
    ticket, folder = bench.start(code, "open('next', 'w').close()")
    while not (folder / "work" / "begun").exists():
        time.sleep(0.01)
    bench.runner.stop(ticket)
    assert bench.ended(ticket).state == "cancelled"
    assert not (folder / "work" / "next").exists()


def test_asking_for_input_fails_with_a_sentence(bench: Bench) -> None:
    outcome, _ = bench.run("name = input('who?')")
    assert outcome.message == "It asks for input, which a run cannot give, in cell 1 of 1."


def test_fifty_gigabytes_are_refused_by_the_memory_limit(bench: Bench) -> None:
    outcome, _ = bench.run("import numpy; a = numpy.ones(50 * 10**9 // 8)", limits=SMALL)
    assert (outcome.state, outcome.limits_by) == ("failed", "memory")
    assert outcome.message == "It needed more memory than its limit of 500 MB, in cell 1 of 1."
    assert outcome.failure is not None


def test_memory_of_helper_processes_is_counted_together(bench: Bench) -> None:
    helper = "import time; a = b'1' * 300_000_000; time.sleep(60)"
    code = f"import subprocess, sys\nps = [subprocess.Popen([sys.executable, '-c', {helper!r}]) for _ in range(2)]"
    outcome, _ = bench.run(code + "\n[p.wait() for p in ps]", limits=SMALL)
    assert (outcome.state, outcome.limits_by) == ("failed", "memory")


@pytest.mark.parametrize("files", [1, 10])
def test_files_stop_at_their_limit(bench: Bench, files: int) -> None:
    code = f"for k in range({files}): open(f'f{{k}}', 'wb').write(b'1' * {10_000_000 // files})"
    outcome, _ = bench.run(code, limits=SMALL)
    assert (outcome.state, outcome.limits_by) == ("failed", "files")
    assert outcome.message == "It wrote more to files than its limit of 5 MB, in cell 1 of 1."


def test_a_daemon_is_gone_after_the_run(bench: Bench) -> None:
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open('daemon', 'w').write(str(os.getpid()))
        while True: time.sleep(1)
    os._exit(0)
while not os.path.exists('daemon') or not open('daemon').read(): time.sleep(0.01)
int(open('daemon').read())
"""
    outcome, folder = bench.run(code)
    assert outcome.state == "succeeded", outcome.message
    assert not psutil.pid_exists(int(shown(folder)))


def test_what_is_not_json_fails_with_a_sentence(bench: Bench) -> None:
    outcome, _ = bench.run(notebook="# just a script\n")
    assert outcome.state == "failed"
    assert outcome.message.startswith("The file is not a notebook: it is not JSON")


@pytest.mark.parametrize("text", ["[]", "{}", '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}'])
def test_json_that_is_no_notebook_fails_with_a_sentence(bench: Bench, text: str) -> None:
    outcome, folder = bench.run(notebook=text)
    assert (outcome.state, outcome.failure is not None) == ("failed", True)
    assert lines(folder / "log.jsonl")[-1]["text"] == f"Failed: {outcome.message}"


def test_format_3_is_upgraded_with_a_notice(bench: Bench) -> None:
    cell = {"cell_type": "code", "input": ["a = 6\n", "a * 7"], "outputs": [], "language": "python", "metadata": {}}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [cell]}]}
    outcome, folder = bench.run(notebook=json.dumps(old))
    assert (outcome.state, shown(folder)) == ("succeeded", "42")
    assert "has format 3" in lines(folder / "log.jsonl")[1]["text"]


@pytest.mark.parametrize("name", ["users-edc", "conda-env-py37-py", ""])
def test_a_kernel_name_of_another_place_means_our_environment(bench: Bench, name: str) -> None:
    spec = {"name": name, "display_name": "Elsewhere", "language": "python"} if name else {}
    outcome, _ = bench.run(notebook=written("1", kernelspec=spec) if name else written("1"))
    assert outcome.state == "succeeded"


@pytest.mark.parametrize("spec", [{"name": "ir", "display_name": "R", "language": "R"}, {"name": "julia-1.9"}])
def test_a_kernel_of_another_language_is_refused(bench: Bench, spec: dict[str, str]) -> None:
    raw = json.loads(written("1")) | {"metadata": {"kernelspec": spec}}
    outcome, _ = bench.run(notebook=json.dumps(raw))
    assert outcome.state == "failed"
    assert "only Python can be run" in outcome.message


def test_an_environment_without_python_crashes_the_run(bench: Bench, tmp_path: Path) -> None:
    folder = bench.folder("1")
    request = bench.request()
    ticket = bench.runner.start(type(request)(run="x", prefix=tmp_path, kit=bench.kit), folder)
    outcome = bench.ended(ticket)
    assert outcome.state == "crashed"
    assert "no Python in the environment" in outcome.message


def _executor(bench: Bench) -> psutil.Process:
    return psutil.Process(json.loads((bench.home / "executor.json").read_text())["pid"])
