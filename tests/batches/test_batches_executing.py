"""Batches with real kernels on a real Dask cluster: every part once, none twice, failures tried again and named."""

import time
from pathlib import Path

import pytest
from tests.batches.waiting import MONTHS, TILES, begun, counted, ended, plan
from tests.houses import notebook

from repeatpass.assembly import House
from repeatpass.batches.records import BatchState, BatchWrongState, PartState
from repeatpass.catalog.records import CollectionAsset
from repeatpass.runs.records import Purpose, State
from repeatpass.runs.room import Wanted

pytestmark = pytest.mark.slow

READS = """
import repeatpass
table = repeatpass.open("fields", item=f"field-{field}")
repeatpass.publish(table, "rows")
"""
SOMETIMES = """
from pathlib import Path
mark = Path(folder) / f"{number}"
tried = len(mark.read_text()) if mark.exists() else 0
mark.write_text("x" * (tried + 1))
if number == 1 and tried < heals: raise ValueError("the field is under water")
if number == 2 and not (Path(folder) / "dry").exists(): raise ValueError("the field is under water")
import repeatpass

repeatpass.publish({"number": number}, "result.json")
"""


def test_every_part_is_a_run_of_its_own_and_none_is_done_twice(working: House) -> None:
    body = {"areas": TILES, "times": MONTHS, "vary": {"index": ["ndvi", "evi"]}}
    first = begun(working, **body)
    assert ended(working, first.id).state is BatchState.FINISHED
    assert counted(working, first.id) == {"done": 16}
    runs = [working.runs.run(run) for run in working.batches.runs(first.id).values()]
    assert len({str(run.parameters) for run in runs}) == 16
    assert {run.batch for run in runs} == {first.id}
    assert working.upscaling.cluster.present()
    again = plan(working, **body)
    assert (again.total, len(again.done)) == (16, 16)
    assert again.estimate.sentence.startswith("Nothing is to be done")
    second = working.batching.start(working.owner, again)
    ended(working, second.id)
    assert counted(working, second.id) == {"reused": 16}
    assert working.batches.runs(second.id) == working.batches.runs(first.id)
    more = plan(working, areas=TILES, times={"interval": "2020-01/2020-03", "step": "P1M"}, vary=body["vary"])
    assert (more.total, len(more.done)) == (24, 16)
    assert more.estimate.cpu_s is not None
    assert more.estimate.measured == 16
    assert 0 < more.estimate.cpu_s.low <= more.estimate.cpu_s.middle <= more.estimate.cpu_s.high
    made = working.runs.page(Wanted(notebook="greenness", limit=1000))[0]
    assert [run.batch for run in made if run.batch in (first.id, second.id)] == [first.id] * 16


def _registered(house: House, version: str, contents: dict[str, bytes], folder: Path) -> None:
    files, items = [], []
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        kept = house.files.put(folder / name)
        files.append(
            CollectionAsset(
                collection="fields", version=version, item=name, key="data", href=name, media_type="text/csv",
                size=kept.size, checksum=kept.checksum,
            )
        )  # fmt: skip
        items.append(
            {"id": name, "type": "Feature", "geometry": None, "properties": {"datetime": "2020-01-01T00:00:00Z"}}
        )
    body = {"id": "fields", "version": version, "title": "Fields", "type": "Collection", "description": "For tests."}
    house.catalog.register(house.owner, body, items, files)


def test_when_an_input_changes_only_the_parts_that_read_it_are_done_again(working: House, tmp_path: Path) -> None:
    contents = {f"field-{number}": f"value\n{number}\n".encode() for number in range(3)}
    _registered(working, "1", contents, tmp_path)
    working.shelf.add(working.owner, "reads", notebook(READS, parameters="field = 0"))
    first = begun(working, notebook="reads", vary={"field": [0, 1, 2]})
    ended(working, first.id)
    assert counted(working, first.id) == {"done": 3}
    _registered(working, "2", contents | {"field-1": b"value\n100\n"}, tmp_path)
    second = begun(working, notebook="reads", vary={"field": [0, 1, 2]})
    ended(working, second.id)
    states = [part.state for part in working.batches.parts(second.id)]
    assert states == [PartState.REUSED, PartState.DONE, PartState.REUSED]
    output = working.runs.provenance(working.batches.runs(first.id)[2]).outputs[0]
    working.files.remove(output.checksum)  # a result that was deleted is made again
    assert set(plan(working, notebook="reads", vary={"field": [0, 1, 2]}).done) == {0, 1}


def test_failed_parts_are_tried_again_then_named_and_can_be_resumed_alone(working: House, tmp_path: Path) -> None:
    cell = f"number = 0\nfolder = {str(tmp_path)!r}\nheals = 1"
    working.shelf.add(working.owner, "sometimes", notebook(SOMETIMES, parameters=cell))
    batch = begun(working, notebook="sometimes", vary={"number": [0, 1, 2]}, retries=1)
    done = ended(working, batch.id)
    assert done.message == "Every part is final: 2 done, 1 failed."
    assert [part.tries for part in working.batches.parts(batch.id)] == [1, 2, 2]
    (trouble,) = working.batches.troubles(batch.id)
    assert (trouble.count, trouble.parts) == (1, [2])
    assert "the field is under water" in trouble.reason
    assert working.runs.run(trouble.runs[0]).state is State.FAILED
    (tmp_path / "dry").touch()
    working.batching.retry(working.owner, batch.id)
    ended(working, batch.id)
    assert counted(working, batch.id) == {"done": 3}
    assert [part.tries for part in working.batches.parts(batch.id)] == [1, 2, 3]
    with pytest.raises(BatchWrongState, match="nothing to try again"):
        working.batching.retry(working.owner, batch.id)


def test_a_batch_is_paused_cancelled_and_resumed_without_repeating_what_is_done(working: House) -> None:
    slow = notebook("import time; time.sleep(0.3)", parameters="number = 0")
    working.shelf.add(working.owner, "slow", slow)
    batch = begun(working, notebook="slow", vary={"number": list(range(24))})
    while counted(working, batch.id).get("done", 0) < 2:
        time.sleep(0.1)
    assert working.batching.pause(working.owner, batch.id).state is BatchState.PAUSED
    while counted(working, batch.id).get("running"):
        time.sleep(0.1)
    paused = counted(working, batch.id)
    assert set(paused) == {"done", "waiting"}
    time.sleep(1.5)
    assert counted(working, batch.id) == paused
    working.batching.resume(working.owner, batch.id)
    while counted(working, batch.id)["done"] <= paused["done"]:
        time.sleep(0.1)
    working.batching.cancel(working.owner, batch.id)
    until = time.monotonic() + 20
    while counted(working, batch.id).get("running") and time.monotonic() < until:
        time.sleep(0.1)
    cancelled = counted(working, batch.id)
    assert set(cancelled) == {"done", "cancelled"}
    working.batching.resume(working.owner, batch.id)
    ended(working, batch.id)
    assert counted(working, batch.id) == {"done": 24}
    tries = [part.tries for part in working.batches.parts(batch.id)]
    succeeded = working.runs.page(Wanted(notebook="slow", states=(State.SUCCEEDED,), limit=1000))[0]
    assert len(succeeded) == 24
    assert max(tries) <= 3


def test_a_person_need_not_wait_behind_a_batch(working: House) -> None:
    working.shelf.add(working.owner, "nap", notebook("import time; time.sleep(1)", parameters="number = 0"))
    batch = begun(working, notebook="nap", vary={"number": list(range(30))})
    while not counted(working, batch.id).get("done"):
        time.sleep(0.1)
    start = time.monotonic()
    asked = working.submitting.submit(working.owner, "greenness", {"year": 1999})  # as no part of another batch
    single = working.runs.wait(asked.id, 30)
    assert (single.state, single.purpose) == (State.SUCCEEDED, Purpose.EXECUTE)
    assert time.monotonic() - start < 12
    assert counted(working, batch.id).get("waiting", 0) > 0
    working.batching.cancel(working.owner, batch.id)


def test_a_notebook_finds_the_same_cluster(working: House) -> None:
    cell = """
from dask.distributed import Client
with Client() as client:
    total = client.submit(sum, [1, 2, 3]).result()
    address = client.scheduler.address
import repeatpass
repeatpass.publish({"total": total, "scheduler": address}, "found.json")
"""
    working.shelf.add(working.owner, "distributed", notebook(cell))
    run = working.runs.wait(working.submitting.submit(working.owner, "distributed").id, 90)
    assert run.state is State.SUCCEEDED, (run.message, run.failure)
    (output,) = working.runs.provenance(run.id).outputs
    found = working.files.read(output.checksum).decode()
    assert working.upscaling.cluster.present() in found
    assert '"total": 6' in found
