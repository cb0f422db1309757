"""Attempts to leave what is not so: outputs that lead elsewhere, records and outcomes that were made up."""

import pytest
from attempts import Sandboxed

from repeatpass.runs.records import State

NOT_A_FILE = "is not a file in the outputs folder"
MANIFEST = """
import json
line = dict(name='x', path={path!r}, kind='file', media_type='text/plain')
open('/job/outputs/manifest.jsonl', 'w').write(json.dumps(line) + '\\n')
"""


def refused(house: Sandboxed, code: str, by: str) -> None:
    """The notebook itself succeeds; what it says of its outputs is refused, with a sentence."""
    run = house.run(code)
    assert (run.state, by in run.message) == (State.FAILED, True), (run.state, run.message)
    assert list(house.house.runs.provenance(run.id).outputs) == []


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "{home}/repeatpass.db", "/job/given/context.json", "../notebook.ipynb"]
)
def test_a_link_as_output_is_refused(house: Sandboxed, target: str) -> None:
    place = target.format(home=house.home)
    refused(house, f"import os, repeatpass; os.symlink({place!r}, repeatpass.output('x.txt'))", by=NOT_A_FILE)


def test_a_linked_folder_below_outputs_is_refused(house: Sandboxed) -> None:
    refused(
        house, "import os\nos.symlink('/etc', '/job/outputs/sub')" + MANIFEST.format(path="sub/passwd"), by=NOT_A_FILE
    )
    refused(house, f"import os\nos.symlink({str(house.home)!r}, '/job/outputs/sub')" + MANIFEST.format(path="sub/repeatpass.db"),
            by=NOT_A_FILE)  # fmt: skip


@pytest.mark.parametrize("call", ["os.rename('/job/outputs', '/job/old')", "os.rmdir('/job/outputs')",
                                  "os.symlink('/etc', '/job/outputs')"])  # fmt: skip
def test_the_outputs_folder_itself_cannot_be_replaced(house: Sandboxed, call: str) -> None:
    house.fails(f"import os; {call}", by=("busy", "Read-only", "exists", "Permission denied"))


@pytest.mark.parametrize(
    "path", ["../request.json", "../../../repeatpass.db", "/etc/passwd", "a/../../log.jsonl", "", "."]
)
def test_a_path_in_the_manifest_cannot_leave_the_outputs(house: Sandboxed, path: str) -> None:
    refused(house, MANIFEST.format(path=path), by=NOT_A_FILE)


@pytest.mark.parametrize("make", ["os.mkfifo('/job/outputs/x')", "os.mkdir('/job/outputs/x')",
                                  "import socket; socket.socket(socket.AF_UNIX).bind('/job/outputs/x')"])  # fmt: skip
def test_pipes_folders_and_sockets_are_no_outputs(house: Sandboxed, make: str) -> None:
    refused(house, f"import os; {make}" + MANIFEST.format(path="x"), by=NOT_A_FILE)


@pytest.mark.parametrize(
    "target", ["/usr/bin/env", "/job/given/context.json", "/kit/repeatpass/__init__.py", "/etc/passwd"]
)
def test_nothing_can_be_linked_hard_into_the_outputs(house: Sandboxed, target: str) -> None:
    house.fails(f"import os; os.link({target!r}, '/job/outputs/x')", by=("cross-device", "not permitted"))


@pytest.mark.parametrize("make", ["os.mkfifo({!r})", "os.symlink('/etc/passwd', {!r})", "os.mkdir({!r})"])
def test_a_record_that_is_no_file_is_left_out_and_said_so(house: Sandboxed, make: str) -> None:
    run = house.run(f"import os; {make.format('/job/records/reads.jsonl')}")
    assert run.state is State.SUCCEEDED
    assert "replaced reads.jsonl by something that is no file" in house.log(run)


@pytest.mark.parametrize("make", ["os.mkfifo({!r})", "os.symlink('/etc/passwd', {!r})", "os.mkdir({!r})"])
def test_a_manifest_that_is_no_file_is_refused(house: Sandboxed, make: str) -> None:
    refused(house, f"import os; {make.format('/job/outputs/manifest.jsonl')}", by="manifest.jsonl is no file")


def test_reads_that_were_never_made_possible_are_refused(house: Sandboxed) -> None:
    claim = """
import json
line = dict(collection='sst', version='1', item='a', asset='data', size=1, checksum='sha256:' + 'a' * 64, media_type='x')
open('/job/records/reads.jsonl', 'a').write(json.dumps(line) + '\\n')
"""
    refused(house, claim, by="names a file that the run was not given")
    refused(house, "open('/job/records/reads.jsonl', 'a').write('{}\\n')", by="was not given")


def test_strange_lines_in_the_record_of_findings_do_not_stop_the_run_from_ending(house: Sandboxed) -> None:
    run = house.run(
        "open('/job/records/unrecorded.jsonl', 'a').write('{}\\n[1]\\nnonsense\\n"
        '{"kind": 1, "name": {"a": 1}, "cell": "x"}\\n\')'
    )
    assert run.state is State.SUCCEEDED, run.message
    assert {kind for kind, _ in house.unrecorded(run)} == {"file"}


@pytest.mark.parametrize("name", ["outcome.json", "request.json", "log.jsonl", "executed.ipynb", "notebook.ipynb"])
def test_outcome_request_and_log_are_not_there_to_be_altered(house: Sandboxed, name: str) -> None:
    house.fails(f"import os\nassert not os.path.exists('/job/{name}')\nopen('/job/{name}', 'w')",
                by=("Read-only file system", "Permission denied"))  # fmt: skip


def test_a_made_up_outcome_is_not_believed(house: Sandboxed) -> None:
    lie = """
import json, os
for folder in ('/job/work', '/job/outputs', '/job/home', '/job/records', '.', '/job/tmp'):
    lie = dict(state='succeeded', message='All is well.', failure=None, usage={}, cells=[])
    json.dump(lie, open(folder + '/outcome.json', 'w'))
raise ValueError('really')
"""
    house.fails(lie, by="ValueError: really")


def test_the_context_cannot_be_altered(house: Sandboxed) -> None:
    for call in (
        "open('/job/given/context.json', 'w')",
        "os.unlink('/job/given/context.json')",
        "open('/job/given/x', 'w')",
    ):
        house.fails(f"import os; {call}", by=("Read-only file system", "Permission denied"))


def test_files_that_nobody_may_open_do_not_keep_a_run_from_ending(house: Sandboxed) -> None:
    run = house.run("import os, repeatpass\nrepeatpass.output('a/b.txt').write_text('x')\n"
                    "os.chmod('/job/outputs/a/b.txt', 0); os.chmod('/job/outputs/a', 0)")  # fmt: skip
    assert run.state is State.SUCCEEDED, run.message
    assert [each.path for each in house.house.runs.provenance(run.id).outputs] == ["a/b.txt"]
