"""Rooms over a database, and makers of the records that they take."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repeatpass.access.records import Actor, Role
from repeatpass.access.room import Access
from repeatpass.catalog.room import Catalog
from repeatpass.core.ids import new_id
from repeatpass.core.times import now
from repeatpass.indicators.collect import Collecting
from repeatpass.indicators.records import Delivery
from repeatpass.indicators.room import Indicators
from repeatpass.notebooks.room import Shelf
from repeatpass.runs.records import Legs, Provenance, Purpose, Run, RunOutput, State
from repeatpass.runs.room import Runs
from repeatpass.storage.database import Database
from repeatpass.storage.files import FileArea

EDITOR = Actor(id="edith", name="Edith", role=Role.EDITOR)
SCIENTIST = Actor(id="sam", name="Sam", role=Role.SCIENTIST)
READER = Actor(id="rita", name="Rita", role=Role.READER)
LEGS = Legs(
    notebook="warmth",
    revision="0" * 64,
    source="sha256:" + "1" * 64,
    environment="sha256:" + "2" * 64,
    environment_name="earth",
    kit="kit",
    context="sha256:" + "3" * 64,
)
NOTHING = Provenance(outputs=(), inputs=(), unrecorded=())


def make_run(actor: Actor = SCIENTIST, **known: Any) -> Run:
    """Return a run that could be queued."""
    facts: dict[str, Any] = {"id": new_id(), "legs": LEGS, "parameters": {}, "workspace": actor.id, "actor": actor.id}
    facts |= {"purpose": Purpose.EXECUTE, "subject": "", "limits": {}, "created": now()}
    return Run(**facts | known)


@dataclass
class Rooms:
    """Every room that needs no kernel."""

    database: Database
    files: FileArea

    def __post_init__(self) -> None:
        self.access, self.catalog = Access(self.database), Catalog(self.database)
        self.shelf, self.runs = Shelf(self.database, self.files), Runs(self.database)
        self.indicators = Indicators(self.database)
        self.collecting = Collecting(self.indicators, self.runs, self.files)

    def succeeded(self, table: str, *, unit: str = "K", name: str = "values", **known: Any) -> Run:
        """Return a run, an update of “warmth” unless *known* says otherwise, that left *table* and succeeded."""
        facts: Mapping[str, Any] = {"purpose": Purpose.UPDATE, "subject": "warmth"} | known
        self.runs.enqueue(SCIENTIST, make_run(**facts))
        run = self.runs.claim("w")
        assert run is not None
        stored = self.files.put_bytes(table.encode())
        output = RunOutput(
            run=run.id,
            name=name,
            path=f"{name}.csv",
            kind="values",
            media_type="text/csv",
            title=name,
            unit=unit,
            cell=1,
            checksum=stored.checksum,
            size=stored.size,
        )
        ended = run.to(State.SUCCEEDED, finished=now())
        return self.runs.finish(ended, Provenance(outputs=[output], inputs=(), unrecorded=()))

    def delivered(self, rows: str, **known: Any) -> Delivery:
        """Collect a new run that left *rows*, lines of ``place,time,value``."""
        table = known.pop("table", f"place,time,value\n{rows}\n")
        delivery = self.collecting.collect(self.succeeded(table, **known).id)
        assert delivery is not None
        return delivery

    def numbers(self) -> dict[tuple[str, str], float | None]:
        """Return the current values of “warmth” by place and date."""
        return {(v.place, v.time.date().isoformat()): v.value for v in self.indicators.current("warmth")}


def file_area(folder: Path) -> FileArea:
    """Return a file area in a folder."""
    return FileArea(folder / "files")
