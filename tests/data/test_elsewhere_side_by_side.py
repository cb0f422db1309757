"""Many who read one file elsewhere at the same time, over connections that are kept and looked at before they are made."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.data.test_layers_elsewhere import BOUNDS, COG, FarRooms
from tests.kit.elsewhere import Elsewhere as Server
from tests.layers import File
from tests.rasters import write_cog

from repeatpass.access import SYSTEM
from repeatpass.core.errors import Unavailable
from repeatpass.data.elsewhere import connecting, reading, room
from repeatpass.data.elsewhere.asking import Asking
from repeatpass.data.elsewhere.connecting import AT_ONCE
from repeatpass.data.elsewhere.reading import Held
from repeatpass.data.elsewhere.records import FarFile
from repeatpass.data.records import Layer, Style
from repeatpass.kit.connectors import requesting
from repeatpass.kit.connectors.parts import BLOCK, RemoteFile
from repeatpass.kit.errors import KitError
from repeatpass.notices.targets import Targets

pytestmark = pytest.mark.slow

DRAWN = Style(rescale=((0, 4000),))


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[FarRooms]:
    made = FarRooms(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A raster of 16 MB that does not compress."""
    cells = np.random.default_rng(1).integers(1, 4000, (2, 2048, 2048)).astype("uint16")
    return write_cog(tmp_path_factory.mktemp("large") / "large.tif", cells, BOUNDS, nodata=0)


def remote(server: Server, path: str = "/file.bin", private: str = "all") -> tuple[Held, FarFile]:
    file = FarFile(collection="a", item="", key="b", address=server.url + path, media_type="image/tiff")
    return Held(Asking(targets=Targets.read(private))), file


def drawn(rooms: FarRooms, layer: Layer, x: int) -> bytes:
    return rooms.drawing.tile(layer, DRAWN, "", "WebMercatorQuad", 9, 270 + x % 7 * 2, 176 + x // 7 * 2, "png").content


def test_many_draw_one_raster_at_once_as_it_is_drawn_here_and_no_part_comes_twice(
    rooms: FarRooms, there: Server, large: Path
) -> None:
    rooms.register("here", File(path=large, media_type=COG, bbox=BOUNDS))
    rooms.point_to("far", ("all", there.put("/large.tif", large.read_bytes()), COG))
    (far,), (near,) = rooms.looked("far"), rooms.layers.of("here")
    rooms.far.held.forget(rooms.far.file(far.sources[0].checksum))
    there.asked.clear()
    there.delay, before = 0.02, there.connections
    with ThreadPoolExecutor(16) as crowd:
        found = list(crowd.map(lambda x: drawn(rooms, far, x), range(48)))
    assert found == [drawn(rooms, near, x) for x in range(48)]
    parts = [headers["Range"] for _, _, headers in there.asked]
    starts = [int(part[6:].partition("-")[0]) for part in parts]
    stops = [int(part.rpartition("-")[2]) + 1 for part in parts]
    blocks = [number for a, b in zip(starts, stops, strict=True) for number in range(a // BLOCK, b // BLOCK)]
    assert len(blocks) == len(set(blocks)) > AT_ONCE
    assert there.most_at_once > 2
    assert there.connections - before <= AT_ONCE


def test_what_was_unpacked_stays_open_and_is_closed_when_the_file_is_forgotten(
    rooms: FarRooms, there: Server, large: Path
) -> None:
    rooms.point_to("far", ("all", there.put("/large.tif", large.read_bytes()), COG))
    (far,) = rooms.looked("far")
    drawn(rooms, far, 0)
    handles: Any = rooms.far.held._handles
    (kept,) = handles._idle
    drawn(rooms, far, 1)
    assert handles._idle == [kept] and not kept.dataset.closed
    with rooms.far.raster(far.sources[0].checksum) as lent:
        assert lent is kept.dataset
        rooms.far.held.forget(rooms.far.file(far.sources[0].checksum))
        assert lent.read(1, window=((0, 8), (0, 8))).shape == (8, 8)  # who reads still reads on
    assert kept.dataset.closed and handles._idle == []
    drawn(rooms, far, 2)
    rooms.far.close()
    assert handles._idle == []


def test_one_question_answers_all_who_wait_for_it_also_if_it_fails(
    there: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.put("/file.bin", bytes(3 * BLOCK))
    held, file = remote(there)
    there.delay = 0.1
    with ThreadPoolExecutor(8) as crowd:
        found = set(crowd.map(lambda _: held.of(file), range(8)))
    assert len(found) == 1 and len(there.asked) == 1
    (one,) = found
    assert isinstance(one, RemoteFile)
    there.refusing["/file.bin"] = (404, {}, b"")

    def asked(_: int) -> str:
        with pytest.raises(KitError) as caught:
            one.part(BLOCK, 10)
        return str(caught.value)

    with ThreadPoolExecutor(8) as crowd:
        assert len(set(crowd.map(asked, range(8)))) == 1
    assert len(there.asked) == 2
    del there.refusing["/file.bin"]
    assert one.part(BLOCK, 10) == bytes(10)  # a failure is not held


def test_neighbours_come_in_one_request_and_what_lies_apart_at_the_same_time(there: Server) -> None:
    content = np.random.default_rng(2).integers(0, 255, 40 * BLOCK, dtype="uint8").tobytes()
    there.put("/file.bin", content)
    held, file = remote(there)
    one = held.of(file)
    assert isinstance(one, RemoteFile)
    there.asked.clear()
    there.delay, there.most_at_once = 0.4, 0
    spans = [(BLOCK, 10), (2 * BLOCK + 5, 2 * BLOCK), (20 * BLOCK - 1, 2), (40 * BLOCK - 3, 100)]
    assert one.ranges(spans) == [content[start : start + length] for start, length in spans]
    assert sorted(headers["Range"] for _, _, headers in there.asked) == sorted(
        f"bytes={a * BLOCK}-{b * BLOCK - 1}" for a, b in ((1, 5), (19, 21), (39, 40))
    )
    assert there.most_at_once == 3


def test_a_file_that_is_asked_for_anew_and_is_the_same_keeps_what_is_known_of_it(
    there: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.put("/file.bin", bytes(BLOCK))
    held, file = remote(there)
    first = held.of(file)
    monkeypatch.setattr(reading, "FRESH_S", 0.0)
    assert held.of(file) is first and len(there.asked) == 2
    there.put("/file.bin", bytes(BLOCK - 1))
    assert held.of(file) is not first


def test_a_kept_connection_that_the_other_end_closed_is_made_again_without_a_pause(
    there: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requesting, "PAUSE", 60.0)
    there.put("/file.bin", bytes(3 * BLOCK))
    held, file = remote(there)
    one = held.of(file)
    assert isinstance(one, RemoteFile) and there.connections == 1
    there.closing = True
    begun = time.monotonic()
    assert one.part(BLOCK, 1) + one.part(2 * BLOCK, 1) == bytes(2)
    held.forget(file)
    assert held.of(file)
    assert there.connections > 1 and time.monotonic() - begun < 30


def test_a_name_that_comes_to_mean_a_private_address_is_not_connected_to(
    there: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer of the name's server leads into the house's own network."""
    means, real = ["127.0.0.1"], socket.getaddrinfo

    def looked_up(host: Any, *more: Any, **also: Any) -> Any:
        return real(means[0] if host == "files.example.org" else host, *more, **also)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    there.put("/file.bin", bytes(3 * BLOCK))
    held, file = remote(there, private="127.0.0.1/32")
    file = replace(file, address=there.url.replace("127.0.0.1", "files.example.org") + "/file.bin")
    one = held.of(file)
    assert isinstance(one, RemoteFile)
    means[0] = "127.0.0.2"
    assert one.part(BLOCK, 1) == b"\0"  # the connection that is open leads where it led
    assert there.connections == 1
    connecting.connections(held.asking.targets).clear()  # it is closed
    with pytest.raises(Exception, match=r"127\.0\.0\.2.*private network"):
        Held(held.asking).of(file)
    assert there.connections == 1


def test_a_crowd_at_a_server_that_dies_hears_of_it_once_and_soon(rooms: FarRooms, there: Server, large: Path) -> None:
    rooms.point_to("far", ("all", there.put("/large.tif", large.read_bytes()), COG))
    (far,) = rooms.looked("far")
    there.refusing["/large.tif"] = (503, {}, b"")
    rooms.far.held.forget(rooms.far.file(far.sources[0].checksum))
    there.delay, before = 0.2, len(there.asked)

    def asked(x: int) -> str:
        with pytest.raises(Unavailable) as caught:
            drawn(rooms, far, x)
        return caught.value.message

    begun = time.monotonic()
    with ThreadPoolExecutor(16) as crowd:
        said = set(crowd.map(asked, range(32)))
    assert all("cannot be reached since" in each for each in said)
    assert len(there.asked) - before <= 8 and time.monotonic() - begun < 20


def test_the_first_minute_of_a_server_looks_only_at_what_somebody_asks_for(
    tmp_path: Path, there: Server, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = FarRooms(tmp_path)
    first.point_to("far", ("all", there.put("/large.tif", large.read_bytes()), COG))
    first.point_to("empty", ("all", "https://data.example.org/a.csv", "text/csv"))
    first.layers.all()
    first.far.later("far")  # as when it is registered
    assert first.far.wait(0.1) and there.asked == []
    assert first.looked("far") and first.looked("empty") == ()
    first.close()
    there.asked.clear()
    again, looked = FarRooms(tmp_path), list[str]()
    monkeypatch.setattr(again.far, "_look_at", looked.append)
    try:
        assert [each.collection for each in again.layers.all()] == ["far"]
        assert again.layers.of("empty") == ()  # that there is nothing is known from before
        monkeypatch.setattr(room, "AGAIN_S", 0.0)
        assert again.layers.of("far")  # what is old is drawn, and looked at when the server has settled
        assert again.far.wait(1) and looked == [] and there.asked == []
        again.far._settled()
        assert again.far.wait(1) and looked == ["far"]
        again.catalog.register(SYSTEM, dict(again.catalog.collection("empty").body) | {"title": "New"}, [], [])
        again.layers.of("empty")
        assert again.far.wait(1) and looked == ["far", "empty"]
    finally:
        again.close()
