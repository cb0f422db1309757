"""Layers of files that lie elsewhere: drawn and measured as the same files are here, and what happens when they are not there."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xarray as xr
from tests.buckets import served_buckets
from tests.kit.elsewhere import Elsewhere as Server
from tests.layers import COG, NETCDF, File, Rooms
from tests.rasters import grid, write_cog

from repeatpass.access import SYSTEM
from repeatpass.core.errors import Unavailable
from repeatpass.data.areas import Point, area_of
from repeatpass.data.elsewhere import asking as asking_module
from repeatpass.data.elsewhere.asking import Asking, Signed
from repeatpass.data.elsewhere.reading import Held
from repeatpass.data.elsewhere.records import FarFile
from repeatpass.data.elsewhere.room import Elsewhere
from repeatpass.data.layers import Layers
from repeatpass.data.records import Layer, Style
from repeatpass.data.rendering import Rendering
from repeatpass.data.series import copies
from repeatpass.data.series.copies import Copies
from repeatpass.data.series.room import Series
from repeatpass.entries.adding import Adding, read_drafts
from repeatpass.entries.folders import Said
from repeatpass.notices.targets import Targets

pytestmark = pytest.mark.slow


ZARR = "application/vnd.zarr"
BOUNDS = (10.0, 40.0, 20.0, 50.0)


class FarRooms(Rooms):
    """The rooms below a house, with the files elsewhere."""

    def __init__(self, home: Path, private: str = "all") -> None:
        super().__init__(home)
        asking = Asking(targets=Targets.read(private), signed=Signed.read("all" if private == "all" else "none"))
        self.far = Elsewhere(self.catalog, home / "cache" / "elsewhere", asking)
        self.layers = Layers(self.catalog, self.files, home / "cache" / "layers", self.far)
        self.series = Series(self.catalog, self.files, Copies(home / "cache" / "series", 10**9), self.far)
        self.drawing = Rendering(self.files, self.far)

    def point_to(self, id: str, *assets: tuple[str, str, str], body: dict[str, Any] | None = None) -> None:
        """Register a collection of items, one for each of *assets*: item, address, media type."""
        items = [
            {
                "id": item, "bbox": list(BOUNDS), "properties": {"datetime": "2020-01-01T00:00:00Z"},
                "geometry": {"type": "Point", "coordinates": [15, 45]},
                "assets": {"data": {"href": href, "type": kind, "roles": ["data"]}},
            }
            for item, href, kind in assets
        ]  # fmt: skip
        extent = {"spatial": {"bbox": [list(BOUNDS)]}, "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]}}
        known = {"id": id, "title": id, "description": id, "license": "CC0-1.0", "extent": extent}
        self.catalog.register(SYSTEM, known | (body or {}), items, [])

    def looked(self, id: str) -> tuple[Layer, ...]:
        """The layers of a collection once its files were looked at."""
        self.layers.of(id)
        assert self.far.wait(30)
        return self.layers.of(id)

    def close(self) -> None:
        self.far.close()
        super().close()


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[FarRooms]:
    made = FarRooms(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cells = np.random.default_rng(1).integers(1, 4000, (3, 700, 700)).astype("uint16")
    return write_cog(tmp_path_factory.mktemp("scene") / "scene.tif", cells, BOUNDS, nodata=0, scale=0.0001)


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    lat, lon = np.arange(49.75, 40, -0.5), np.arange(10.25, 20, 0.5)
    return grid(lat, lon, 6, sst=lambda y, x, t: y + x / 10 + t)


def put_store(server: Server, folder: Path, name: str) -> str:
    for each in folder.rglob("*"):
        if each.is_file():
            server.put(f"/{name}/{each.relative_to(folder).as_posix()}", each.read_bytes())
    return f"{server.url}/{name}"


def tiles(drawing: Rendering, layer: Layer, time: str = "") -> list[bytes]:
    style = Style(rescale=((0, 60),) if layer.kind == "cube" else ((0, 0.4),))
    return [
        drawing.tile(layer, style, time, "WebMercatorQuad", z, x, y, "png").content
        for z, x, y in ((0, 0, 0), (5, 17, 11), (6, 34, 22), (7, 69, 45))
    ]


def test_a_cog_elsewhere_is_drawn_as_the_same_file_here(rooms: FarRooms, there: Server, scene: Path) -> None:
    rooms.register("here", File(path=scene, media_type=COG, bbox=BOUNDS))
    rooms.point_to("far", ("all", there.put("/scene.tif", scene.read_bytes()), COG))
    assert rooms.layers.of("far") == ()  # nobody waits for another computer
    (far,), (near,) = rooms.looked("far"), rooms.layers.of("here")
    assert (far.bounds, far.shape, far.bands, far.times, far.style) == (
        near.bounds, near.shape, near.bands, near.times, near.style,
    )  # fmt: skip
    assert tiles(rooms.drawing, far) == tiles(rooms.drawing, near)
    area = area_of("12,42,13,43")
    cut = [rooms.drawing.cutout(each, Style(), area=area, form="csv").content for each in (far, near)]
    assert cut[0] == cut[1]
    point = [rooms.drawing.point(each, Style(bands=("b2",)), "", 12.34, 43.21).values for each in (far, near)]
    assert point[0] == point[1]
    assert all("bytes=" in headers.get("Range", "") for _, _, headers in there.asked)


@pytest.mark.parametrize("kind", ["zarr2", "zarr3", "zip", "netcdf"])
def test_a_cube_elsewhere_gives_the_tiles_and_series_of_the_same_cube_here(
    rooms: FarRooms, there: Server, sea: xr.Dataset, tmp_path: Path, kind: str
) -> None:
    sea.to_netcdf(tmp_path / "sea.nc", engine="h5netcdf", encoding={"sst": {"chunksizes": (2, 10, 10)}})
    rooms.register("here", File(path=tmp_path / "sea.nc", media_type=NETCDF, bbox=BOUNDS))
    if kind == "netcdf":
        href, media_type = there.put("/sea.nc", (tmp_path / "sea.nc").read_bytes()), NETCDF
    else:
        version = 2 if kind == "zarr2" else 3
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            sea.chunk({"time": 2}).to_zarr(tmp_path / "sea.zarr", zarr_format=version, consolidated=True)
        href, media_type = put_store(there, tmp_path / "sea.zarr", "sea.zarr"), ZARR
    if kind == "zip":
        from repeatpass.kit.cubes.zipping import zip_store

        packed = zip_store(tmp_path / "sea.zarr", tmp_path / "sea.zip").read_bytes()
        href, media_type = there.put("/sea.zarr.zip", packed), "application/vnd.zarr+zip"
    rooms.point_to("far", ("all", href, media_type))
    (far,), (near,) = rooms.looked("far"), rooms.layers.of("here")
    assert (far.name, far.kind, far.times, far.bounds) == ("sst", "cube", near.times, near.bounds)
    assert far.style == near.style
    for time in (near.times[0], near.times[3]):
        assert tiles(rooms.drawing, far, time) == tiles(rooms.drawing, near, time)
    point, area = Point(lon=15.3, lat=44.4), area_of("11,41,14,44")
    for ask in (lambda each: rooms.series.point(each, Style(), "", point),
                lambda each: rooms.series.area(each, Style(), "", area)):  # fmt: skip
        one, other = ask(far), ask(near)
        assert one.times == other.times
        for name, values in other.variables[0].values.items():
            np.testing.assert_array_equal(one.variables[0].values[name], values)


def test_a_server_that_dies_breaks_its_layer_and_nothing_else(
    rooms: FarRooms, there: Server, scene: Path, tmp_path: Path
) -> None:
    rooms.register("here", File(path=scene, media_type=COG, bbox=BOUNDS))
    href = there.put("/scene.tif", scene.read_bytes())
    rooms.point_to("far", ("all", href, COG))
    (far,) = rooms.looked("far")
    there.refusing["/scene.tif"] = (500, {}, b"")
    rooms.far.held.forget(rooms.far.file(far.sources[0].checksum))
    with pytest.raises(Unavailable, match=r"scene\.tif cannot be reached since.*\(500\)"):
        tiles(rooms.drawing, far)
    asked = len(there.asked)
    with pytest.raises(Unavailable, match="cannot be reached since"):
        tiles(rooms.drawing, far)
    assert len(there.asked) == asked  # for a moment nobody waits again
    (down,) = rooms.layers.of("far")
    assert re.search(r"cannot be reached since \d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC: ", down.trouble)
    assert [each.collection for each in rooms.layers.all()] == ["far", "here"]
    again = FarRooms(tmp_path)  # after a restart what was known is known
    try:
        assert again.layers.of("far") == (down,)
    finally:
        again.close()
    del there.refusing["/scene.tif"]
    rooms.far.look("far")
    assert rooms.far.wait(20)
    (up,) = rooms.layers.of("far")
    assert (up.trouble, up.stamp) == ("", far.stamp)
    assert tiles(rooms.drawing, up)


def test_an_answer_that_breaks_off_in_the_middle_is_asked_for_twice_and_then_told(
    rooms: FarRooms, there: Server, scene: Path
) -> None:
    rooms.point_to("far", ("all", there.put("/scene.tif", scene.read_bytes()), COG))
    (far,) = rooms.looked("far")
    rooms.far.held.forget(rooms.far.file(far.sources[0].checksum))
    there.cut = 1
    assert tiles(rooms.drawing, far)
    rooms.far.held.forget(rooms.far.file(far.sources[0].checksum))
    there.cut, asked = 100, len(there.asked)
    with pytest.raises(Unavailable, match="broke off 2 times"):
        rooms.drawing.tile(far, Style(), "", "WebMercatorQuad", 6, 34, 22, "png")
    assert len(there.asked) == asked + 2


def test_a_file_that_was_changed_is_looked_at_again(
    rooms: FarRooms, there: Server, scene: Path, tmp_path: Path
) -> None:
    rooms.point_to("far", ("all", there.put("/scene.tif", scene.read_bytes()), COG))
    (old,) = rooms.looked("far")
    cells = np.full((3, 64, 64), 7, "uint16")
    there.put("/scene.tif", write_cog(tmp_path / "new.tif", cells, BOUNDS).read_bytes())
    rooms.far.held.forget(rooms.far.file(old.sources[0].checksum))
    with pytest.raises(Unavailable, match="was changed"):
        tiles(rooms.drawing, old)
    assert rooms.far.wait(20)
    (new,) = rooms.layers.of("far")
    assert new.shape == (64, 64) and new.stamp != old.stamp and not new.trouble


def test_private_addresses_are_not_asked_where_several_use_the_house(
    tmp_path: Path, there: Server, scene: Path
) -> None:
    rooms = FarRooms(tmp_path, private="none")
    try:
        href = there.put("/scene.tif", scene.read_bytes())
        rooms.point_to("far", ("one", href, COG), ("two", href.replace("127.0.0.1", "localhost"), COG))
        assert rooms.looked("far") == ()
        survey = rooms.far.known("far")
        assert survey is not None
        assert all("REPEATPASS_PRIVATE_TARGETS" in look.trouble for look in survey.looks)
        assert there.asked == []
    finally:
        rooms.close()


def test_a_redirect_to_a_private_address_is_not_followed(tmp_path: Path, there: Server, scene: Path) -> None:
    import socket

    rooms = FarRooms(tmp_path, private="127.0.0.1/32")
    inner = socket.create_server(("127.0.0.2", 0))
    inner.settimeout(0.2)
    try:
        where = f"http://127.0.0.2:{inner.getsockname()[1]}/scene.tif"
        there.refusing["/scene.tif"] = (302, {"Location": where}, b"")
        rooms.point_to("far", ("all", f"{there.url}/scene.tif", COG), ("two", f"{there.url}/other.tif", COG))
        there.refusing["/other.tif"] = (302, {"Location": where.replace("http", "ftp")}, b"")
        assert rooms.looked("far") == ()
        survey = rooms.far.known("far")
        assert survey is not None
        assert "127.0.0.2" in survey.looks[0].trouble and "private network" in survey.looks[0].trouble
        assert survey.looks[1].trouble
        with pytest.raises(TimeoutError):
            inner.accept()
    finally:
        inner.close()
        rooms.close()


def test_what_cannot_be_drawn_says_why(rooms: FarRooms, there: Server, sea: xr.Dataset, tmp_path: Path) -> None:
    sea.to_netcdf(tmp_path / "classic.nc", format="NETCDF3_64BIT", engine="scipy")
    there.put("/plain.zarr/zarr.json", b'{"zarr_format": 3, "node_type": "group", "attributes": {}}')
    rooms.point_to(
        "far",
        ("classic", there.put("/classic.nc", (tmp_path / "classic.nc").read_bytes()), NETCDF),
        ("text", there.put("/text.tif", b"no raster"), COG),
        ("gone", f"{there.url}/gone.tif", COG),
        ("zarr", f"{there.url}/plain.zarr", ZARR),
    )
    assert rooms.looked("far") == ()
    survey = rooms.far.known("far")
    assert survey is not None
    found = {look.file.item: look.note or look.trouble for look in survey.looks}
    assert "classic format" in found["classic"]
    assert "cannot be shown on a map" in found["text"]
    assert "There is nothing at" in found["gone"]
    assert "consolidated" in found["zarr"]


def test_hdf5_that_leads_to_files_of_this_machine_is_refused(rooms: FarRooms, there: Server, tmp_path: Path) -> None:
    import h5py

    (tmp_path / "secret").write_bytes(b"\0" * 64)
    with h5py.File(tmp_path / "bad.nc", "w") as file:
        file.create_dataset("a", (4, 4), "f4", external=[(str(tmp_path / "secret"), 0, 64)])
    rooms.point_to("far", ("all", there.put("/bad.nc", (tmp_path / "bad.nc").read_bytes()), NETCDF))
    assert rooms.looked("far") == ()
    survey = rooms.far.known("far")
    assert survey is not None and "external storage" in survey.looks[0].note


def test_of_many_rasters_one_is_looked_at_and_the_items_say_where_the_others_lie(
    rooms: FarRooms, there: Server, scene: Path
) -> None:
    content = scene.read_bytes()
    rooms.point_to("far", *((f"s{n}", there.put(f"/s{n}.tif", content), COG) for n in range(30)))
    (layer,) = rooms.looked("far")
    assert len(layer.sources) == 30
    assert len({path for _, path, _ in there.asked}) == 1
    assert tiles(rooms.drawing, layer)


@pytest.mark.slow
def test_a_copy_in_long_chunks_is_made_of_a_cube_elsewhere_and_gives_the_same_series(
    rooms: FarRooms, there: Server, sea: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "SLOW_FAR", 100)
    sea.to_netcdf(tmp_path / "sea.nc", engine="h5netcdf", encoding={"sst": {"chunksizes": (1, 20, 20)}})
    rooms.point_to("far", ("all", there.put("/sea.nc", (tmp_path / "sea.nc").read_bytes()), NETCDF))
    (layer,) = rooms.looked("far")
    first = rooms.series.point(layer, Style(), "", Point(lon=15.3, lat=44.4))
    assert not first.copied
    assert rooms.series.copies.wait(200)
    rooms.far.close()
    there.refusing["/sea.nc"] = (500, {}, b"")  # the copy lies with us
    second = rooms.series.point(layer, Style(), "", Point(lon=15.3, lat=44.4))
    assert second.copied
    np.testing.assert_array_equal(first.variables[0].values["value"], second.variables[0].values["value"])


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with served_buckets() as address:
        yield address


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Amazon's own client; nobody has an account at the store but who has the key."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    client = boto3.client("s3", region_name="us-east-1")
    client.create_bucket(Bucket="data")
    yield client
    client.close()


def test_a_bucket_added_as_an_entry_is_drawn_where_it_is(
    rooms: FarRooms, bucket: Any, endpoint: str, scene: Path, sea: xr.Dataset, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    bucket.put_object(Bucket="data", Key="fields/scene_2020-01-01.tif", Body=scene.read_bytes())
    (draft,) = read_drafts("s3://data/fields", Said(licence="CC0-1.0"))
    Adding(rooms.catalog, rooms.files).add(SYSTEM, draft)
    monkeypatch.delenv("AWS_ENDPOINT_URL")  # the entry says where its store is
    rooms.register("here", File(path=scene, media_type=COG, bbox=BOUNDS))
    (far,), (near,) = rooms.looked("fields"), rooms.layers.of("here")
    assert far.times == near.times
    assert tiles(rooms.drawing, far) == tiles(rooms.drawing, near)
    warnings.simplefilter("ignore", UserWarning)
    sea.to_zarr(tmp_path / "sea.zarr", zarr_format=2, consolidated=True)
    for each in (tmp_path / "sea.zarr").rglob("*"):
        if each.is_file():
            bucket.put_object(
                Bucket="data", Key=f"sea.zarr/{each.relative_to(tmp_path / 'sea.zarr')}", Body=each.read_bytes()
            )
    store = {"storage:schemes": {"own": {"type": "custom-s3", "platform": endpoint}}}
    asset = {"href": "s3://data/sea.zarr", "type": ZARR, "storage:refs": ["own"]}
    rooms.point_to("sea", body={"assets": {"data": asset}, **store})
    (cube,) = rooms.looked("sea")
    found = rooms.series.point(cube, Style(), "", Point(lon=15.3, lat=44.4)).variables[0].values["value"]
    np.testing.assert_array_equal(found, sea["sst"].sel(lon=15.25, lat=44.25).values)


def test_the_house_shows_its_key_only_for_the_buckets_that_its_operator_named(
    tmp_path: Path, there: Server, scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret")
    monkeypatch.setenv("HTTP_TOKEN_127_0_0_1", "sesame-open")
    for bucket in ("open", "named"):
        there.put(f"/{bucket}/scene.tif", scene.read_bytes())
    said = []
    for signed, named in (("none", "open"), ("named", "open"), ("named", "named"), ("all", "open")):
        monkeypatch.setenv("AWS_ENDPOINT_URL", there.url)
        asking = Asking(targets=Targets.read("all"), signed=Signed.read(signed))
        file = FarFile(collection="a", item="", key="b", address=f"s3://{named}/scene.tif", media_type="image/tiff")
        there.asked.clear()
        Held(asking).of(file)
        said.append("Authorization" in there.asked[0][2])
        assert asking == Asking.of_words(asking.words())
    assert said == [False, False, True, True]
    stated = FarFile(
        collection="a", item="", key="b", address="s3://named/scene.tif", media_type="image/tiff", endpoint=there.url
    )
    there.asked.clear()
    Held(Asking(targets=Targets.read("all"), signed=Signed.read("named"))).of(stated)
    assert "Authorization" not in there.asked[0][2]  # an entry does not say who hears of the key
    web = FarFile(collection="a", item="", key="b", address=f"{there.url}/open/scene.tif", media_type="image/tiff")
    for signed, shown in (("none", None), ("127.0.0.1", "Bearer sesame-open")):
        there.asked.clear()
        Held(Asking(targets=Targets.read("all"), signed=Signed.read(signed))).of(web)
        assert there.asked[0][2].get("Authorization") == shown


@pytest.mark.parametrize("kind", ["netcdf", "zarr"])
def test_a_cube_whose_server_dies_in_the_middle_is_told_in_a_sentence(
    rooms: FarRooms, there: Server, tmp_path: Path, kind: str
) -> None:
    lat, lon = np.arange(89.5, -90, -1), np.arange(-179.5, 180, 1)
    noise = np.random.default_rng(5).normal(size=(20, 180, 360))
    sea = grid(lat, lon, 20, sst=lambda y, x, t: noise[t])
    if kind == "netcdf":
        sea.to_netcdf(tmp_path / "sea.nc", engine="h5netcdf", encoding={"sst": {"chunksizes": (1, 180, 360)}})
        href, media_type = there.put("/sea.nc", (tmp_path / "sea.nc").read_bytes()), NETCDF
    else:
        sea.chunk({"time": 1}).to_zarr(tmp_path / "sea.zarr", zarr_format=2, consolidated=True)
        href, media_type = put_store(there, tmp_path / "sea.zarr", "sea.zarr"), ZARR
    rooms.point_to("far", ("all", href, media_type))
    (layer,) = rooms.looked("far")
    assert rooms.drawing.point(layer, Style(), layer.times[0], 0.5, 0.5).values[0].value is not None
    for path in there.files:
        there.refusing[path] = (500, {}, b"")
    with pytest.raises(Unavailable, match=r"cannot be reached since.*500"):
        rooms.drawing.point(layer, Style(), layer.times[7], 0.5, 0.5)
    with pytest.raises(Unavailable, match="cannot be reached since"):
        rooms.series.area(layer, Style(), "", area_of("0,0,20,20"))
    assert rooms.layers.of("far")[0].trouble


def test_an_answer_that_trickles_is_given_up(
    rooms: FarRooms, there: Server, scene: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_module, "LONGEST_S", 0.0)
    rooms.point_to("far", ("all", there.put("/scene.tif", scene.read_bytes()), COG))
    assert rooms.looked("far") == ()
    survey = rooms.far.known("far")
    assert survey is not None and "in 0 seconds" in survey.looks[0].trouble


def test_an_answer_that_is_too_large_is_not_held(
    rooms: FarRooms, there: Server, sea: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_module, "LARGEST", 1000)
    there.put("/big.zarr/.zmetadata", b" " * 100_000)
    rooms.point_to("far", ("all", f"{there.url}/big.zarr", ZARR))
    assert rooms.looked("far") == ()
    survey = rooms.far.known("far")
    assert survey is not None and "is larger than" in survey.looks[0].trouble


def test_what_a_harvested_catalogue_names_is_drawn(rooms: FarRooms, there: Server, scene: Path) -> None:
    """Assets of an item of another catalogue: a COG by its name alone, a picture, a page, addresses of other kinds."""
    href = there.put("/scene.tif", scene.read_bytes(), "application/octet-stream")
    rooms.point_to("far", ("all", href, ""))
    item = dict(rooms.catalog.items("far")[0].body)
    item["assets"] = {
        "B02": {"href": href},
        "thumb": {"href": href, "type": COG, "roles": ["thumbnail"]},
        "page": {"href": f"{there.url}/index.html", "type": "text/html"},
        "google": {"href": "gs://bucket/a.tif", "type": COG},
        "relative": {"href": "a.tif", "type": COG},
        "nonsense": {"href": "http://[::1/a.tif", "type": COG},
        "file": {"href": "file:///etc/passwd", "type": COG},
    }
    body = dict(rooms.catalog.collection("far").body)
    rooms.catalog.register(SYSTEM, body, [item], [])
    (layer,) = rooms.looked("far")
    assert layer.name == "B02"
    assert tiles(rooms.drawing, layer)
