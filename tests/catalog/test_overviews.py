"""Lists of many collections read no more than they show, and see what the whole catalogue would show."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from tests.layers import COG, File, Rooms, register
from tests.rasters import write_cog

from repeatpass.access import ANYONE, SYSTEM
from repeatpass.catalog.records import Visibility
from repeatpass.runs.context import current_context

BOX = (0.0, 40.0, 10.0, 50.0)


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    home = tmp_path_factory.mktemp("overviews")
    made = Rooms(home)
    file = write_cog(home / "a.tif", np.ones((1, 64, 64), "float32"), BOX)
    for number in range(30):
        given = [
            File(path=file, item=f"day-{day}", time=f"2020-01-0{day}T00:00:00Z", media_type=COG, bbox=BOX)
            for day in (3, 1, 2)
        ]
        register(made.catalog, made.files, f"made-{number:02d}", given)
    register(made.catalog, made.files, "hidden", given, visibility=Visibility.PRIVATE)
    made.catalog.register(SYSTEM, {"id": "bare", "title": "bare", "description": "Nothing."}, [], [])
    yield made
    made.close()


class Asked:
    """What the database is asked while this is entered."""

    def __init__(self, rooms: Rooms) -> None:
        self.engine = rooms.database.engine
        self.queries: list[str] = []

    def __enter__(self) -> "Asked":
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, query: str, *_: object) -> None:
        if query.lstrip().upper().startswith("SELECT"):
            self.queries.append(query)


def test_a_page_holds_what_the_whole_list_holds_there(rooms: Rooms) -> None:
    seen = rooms.catalog.as_seen_by(ANYONE)
    every = [each.id for each in seen.collections()]
    page, number = seen.overviews.page(7, 20)
    assert [each.id for each in page] == every[20:27]
    assert number == len(every) == 31  # the private one is not counted
    assert [each.id for each in seen.overviews.heads()] == every
    assert rooms.catalog.overviews.page(5, 99) == ([], 32)


def test_the_context_of_runs_is_read_with_few_questions_and_has_items_in_order(rooms: Rooms) -> None:
    with Asked(rooms) as asked:
        found = current_context(rooms.catalog.as_seen_by(ANYONE)).collections
    assert len(asked.queries) <= 4
    assert len(found) == 31 and "hidden" not in found
    assert [each.id for each in found["made-07"].items] == ["day-1", "day-2", "day-3"]
    assert found["made-07"].items[0].datetime == "2020-01-01T00:00:00Z"
    assert not found["bare"].items


def test_all_layers_are_listed_again_without_reading_the_collections(rooms: Rooms) -> None:
    first = rooms.layers.all()
    with Asked(rooms) as asked:
        again = rooms.layers.all()
    assert again == first and len(first) == 31
    assert not any("collections.body" in query for query in asked.queries)
    assert len(asked.queries) <= 3


def test_a_changed_collection_is_read_again(rooms: Rooms, tmp_path: Path) -> None:
    rooms.layers.all()
    file = write_cog(tmp_path / "b.tif", np.ones((2, 64, 64), "float32"), BOX)
    rooms.register("later", File(path=file, media_type=COG, bbox=BOX))
    assert "later:data" in {each.id for each in rooms.layers.all()}
