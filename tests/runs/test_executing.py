"""What a run does when all goes well, and what it says of itself."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from runs_bench import Bench, lines, shown, written

from repeatpass.runs.executor.parameters import literal, source
from repeatpass.runs.runner import LocalRunner, Outcome, Progress


def test_a_notebook_runs_and_its_folder_tells_everything(bench: Bench) -> None:
    outcome, folder = bench.run("x = 20 + 1", "print('twice'); x * 2")
    assert (outcome.state, outcome.message, outcome.failure) == ("succeeded", "2 cells executed.", None)
    assert [(cell.index, cell.execution_count) for cell in outcome.cells] == [(0, 1), (1, 2)]
    assert shown(folder) == "twice\n42"
    assert Outcome.from_json(json.loads((folder / "outcome.json").read_text())) == outcome
    log = lines(folder / "log.jsonl")
    assert [event["kind"] for event in log] == ["state", "cell", "cell", "stream", "state"]
    assert [(event["cell"], event["of"]) for event in log] == [(0, 0), (1, 2), (2, 2), (2, 2), (2, 2)]
    assert lines(folder / "unrecorded.jsonl") == []


def test_resources_are_counted_from_the_first_cell(bench: Bench) -> None:
    code = "import time\nstart = time.process_time()\nwhile time.process_time() - start < 0.3: pass"
    outcome, _ = bench.run(code, "x = b'1' * 30_000_000", "open('big', 'wb').write(x); _ = open('big', 'rb').read()")
    usage = outcome.usage
    assert 0.25 < usage.cpu_s < 1.5
    assert usage.wall_s >= 0.3
    assert 30e6 <= usage.written_bytes < 32e6
    assert 30e6 <= usage.read_bytes < 35e6
    assert usage.peak_rss_bytes > 60e6


def test_parameters_follow_the_tagged_cell_and_win(bench: Bench) -> None:
    notebook = written("days = 1; name = 'a'", "(days, name, more)", tags={0: ["parameters"]})
    given = {"days": 14, "name": "Niño “3.4”\n\\", "more": {"list": [1.5, None, True], "inf": float("inf")}}
    outcome, folder = bench.run(notebook=notebook, parameters=given)
    assert outcome.state == "succeeded", outcome.message
    assert shown(folder) == repr((14, given["name"], given["more"]))
    executed = nbformat.read(folder / "executed.ipynb", as_version=4)
    assert executed.cells[1].metadata.tags == ["injected-parameters"]
    assert executed.cells[1].source.startswith("# Parameters\ndays = 14\n")


def test_parameters_of_an_executed_notebook_are_replaced(bench: Bench) -> None:
    notebook = written("a = 1", "a = 2", "a", tags={0: ["parameters"], 1: ["injected-parameters"]})
    outcome, folder = bench.run(notebook=notebook, parameters={"a": 3})
    assert (len(outcome.cells), shown(folder)) == (3, "3")


@pytest.mark.parametrize("value", [0, -1.5, 1e300, "x'\"\n☃", None, True, [1, [2]], {"a": {"b": [None]}}])
def test_a_literal_reads_back_as_the_same_value(value: object) -> None:
    assert eval(literal(value)) == value


def test_a_parameter_cannot_smuggle_code_in_by_its_name() -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        source({"a = 1; import os; b": 2})


def test_a_kernel_knows_its_run_and_nothing_of_ours(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import os, json; print(json.dumps([dict(os.environ), os.getcwd()]))"
    outcome, folder = bench.run(code, environ={"EXTRA": "1"})
    environ, cwd = json.loads(shown(folder))
    assert outcome.state == "succeeded"
    assert cwd == str(folder / "work")
    assert environ["REPEATPASS_OUTPUTS"] == str(folder / "outputs")
    assert environ["REPEATPASS_CONTEXT"] == str(folder / "context.json")
    assert environ["REPEATPASS_READS"] == str(folder / "reads.jsonl")
    assert (environ["EXTRA"], environ["PYTHONHASHSEED"], environ["OMP_NUM_THREADS"]) == ("1", "0", "1")
    assert not {name for name in environ if "TOKEN" in name or "PYTEST" in name or "SECRET" in name}
    assert Path(environ["HOME"]) != Path.home()


def test_two_runs_share_no_state(bench: Bench) -> None:
    first = "import math, builtins; math.pi = 3; builtins.leak = 1; import os; os.environ['LEAK'] = '1'"
    bench.run(first)
    outcome, folder = bench.run("import math, os; (math.pi > 3, 'leak' in dir(__builtins__), 'LEAK' in os.environ)")
    assert (outcome.state, shown(folder)) == ("succeeded", "(True, False, False)")


def test_three_forks_draw_different_random_numbers(bench: Bench) -> None:
    code = "import random, numpy, os; (random.random(), numpy.random.rand(), numpy.random.default_rng().random())"
    drawn = [eval(shown(bench.run(code)[1])) for _ in range(3)]
    for source_of_chance in zip(*drawn, strict=True):
        assert len(set(source_of_chance)) == 3


def test_the_kernel_imported_no_debugger_and_keeps_no_history(bench: Bench) -> None:
    code = "import sys; ('debugpy' in sys.modules, get_ipython().history_manager.enabled)"
    assert shown(bench.run(code)[1]) == "(False, False)"


def test_eight_runs_at_once_all_succeed(bench: Bench) -> None:
    def one(number: int) -> tuple[str, str]:
        outcome, folder = bench.run(f"import xarray, time; time.sleep(0.1); {number}")
        return outcome.state, shown(folder)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(one, range(8))) == [("succeeded", str(number)) for number in range(8)]


def test_progress_is_told_while_a_run_goes_on(bench: Bench) -> None:
    ticket, folder = bench.start("1", "import time; print('here', flush=True); time.sleep(30)", "3")
    while (seen := bench.runner.look(ticket)) != Progress(run=folder.name, cell=2, of=3):
        assert isinstance(seen, Progress)
    while not any(event["kind"] == "stream" for event in lines(folder / "log.jsonl")):
        pass
    bench.runner.stop(ticket)
    outcome = bench.ended(ticket)
    assert (outcome.state, outcome.message) == ("cancelled", "It was cancelled, in cell 2 of 3.")
    bench.runner.stop(ticket)
    assert bench.runner.look(ticket) == outcome


def test_without_fork_kernels_are_started_ahead(new_bench: type[Bench]) -> None:
    bench = new_bench(fork=False)
    outcome, folder = bench.run("import subprocess; p = subprocess.Popen(['sleep', '1000']); 6 * 7")
    assert (outcome.state, shown(folder)) == ("succeeded", "42")
    outcome, _ = bench.run("import os; os._exit(5)")
    assert outcome.message == "The notebook ended its own kernel (exit code 5) in cell 1 of 1."


def test_a_ticket_of_a_finished_run_needs_no_executor(bench: Bench, tmp_path: Path) -> None:
    ticket, _ = bench.start("1")
    outcome = bench.ended(ticket)
    assert LocalRunner(tmp_path).look(ticket) == outcome


@pytest.mark.parametrize("fork", [True, False])
def test_a_figure_is_shown_as_a_picture_below_its_cell(new_bench: type[Bench], fork: bool) -> None:
    bench = new_bench(fork=fork)
    _, folder = bench.run("import matplotlib.pyplot as plt", "plt.plot([1, 2, 3])\nplt.show()")
    shows = nbformat.read(folder / "executed.ipynb", as_version=4).cells[1].outputs
    assert [list(show.data) for show in shows if show.output_type == "display_data"] == [["image/png", "text/plain"]]
