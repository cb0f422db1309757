"""How to open a collection elsewhere: lines to copy for Python, R and a terminal, steps for QGIS.

The lines for Python are run by the tests against a real server.
"""

import json
import shlex

from repeatpass.web.snippet_facts import CSV, ENDINGS, NETCDF, PARQUET, TIFF, VECTOR, ZARR, ZARR_ZIP, Opened
from repeatpass.web.snippets_elsewhere import qgis, r
from repeatpass.web.views.collections import Snippet


def snippets_of(asked: Opened | None, code: str) -> tuple[Snippet, ...]:
    """Every way to open it; *code* are the lines that do in a notebook of this house, empty where its files are elsewhere."""
    recorded = "What it reads is recorded, so that a run can be repeated." if "repeatpass.open" in code else ""
    here = (Snippet(name="Python, in a notebook here", language="python", text=code, note=recorded),) if code else ()
    if asked is None or _reading(asked) is None or not asked.href.startswith(("http://", "https://")):
        return here
    ways = (_python(asked), qgis(asked), r(asked), _shell(asked))
    return (*here, *(each for each in ways if each is not None))


BY_ADDRESS = (TIFF, *NETCDF, ZARR, ZARR_ZIP, *PARQUET, CSV)  # that repeatpass.open reads where they lie


def opening_elsewhere(media_type: str, href: str, endpoint: str = "", region: str = "") -> str:
    """Return the lines that open, in a notebook here, a file at an address of the web or of S3."""
    text, far = json.dumps(href), href.startswith("s3://")
    if media_type in BY_ADDRESS:
        facts = {"media_type": media_type, "endpoint": endpoint, "region": region}
        given = "".join(f",\n    {name}={json.dumps(value)}" for name, value in facts.items() if value)
        return f"import repeatpass\n\ndata = repeatpass.open(\n    {text}{given},\n)\ndata"
    if media_type in VECTOR:
        place = json.dumps(f"/vsis3/{href[5:]}") if far else text
        return f"import geopandas\n\ndata = geopandas.read_file({place})\ndata"
    needed = "import fsspec  # with its package s3fs" if far else "import fsspec"
    if media_type.endswith("json"):
        return f"import json\n\n{needed}\n\nwith fsspec.open({text}) as file:\n    data = json.load(file)\ndata"
    return f"{needed}\n\nwith fsspec.open({text}) as file:\n    content = file.read()\nlen(content)"


def _python(asked: Opened) -> Snippet:
    imports, lines = _reading(asked) or ((), "")
    names = sorted({"pystac_client", *imports}, key=lambda name: (name not in ("io",), name))
    head = "import io\n\n" if "io" in names else ""
    head += "\n".join(f"import {name}" for name in names if name != "io")
    given = "" if asked.public else ', headers={"Authorization": "Bearer YOUR-TOKEN"}'
    found = (
        f'item = next(catalog.search(collections=["{asked.collection}"], max_items=1).items())\n'
        f"href = item.assets[{json.dumps(asked.key)}].href"
        if asked.of_item
        else f'collection = catalog.get_collection("{asked.collection}")\n'
        f"href = collection.assets[{json.dumps(asked.key)}].href"
    )
    text = f'{head}\n\ncatalog = pystac_client.Client.open("{asked.root}"{given})\n{found}\n{lines}\nprint(data)'
    needed = " ".join(sorted({"pystac-client", *(PACKAGES[name] for name in imports if name in PACKAGES)}))
    return Snippet(name="Python, anywhere", language="python", text=text, note=f"It needs: pip install {needed}")


PACKAGES = {
    "rioxarray": "rioxarray",
    "xarray": "xarray h5netcdf",
    "zarr": "zarr",
    "pandas": "pandas pyarrow",
    "geopandas": "geopandas pyarrow",
    "requests": "requests",
}


def _reading(asked: Opened) -> tuple[tuple[str, ...], str] | None:
    """The packages, and the lines that make *data* of *href*; None where nothing common reads it."""
    kind = asked.media_type
    fetched = "content = requests.get(href, timeout=60).content" if asked.public else (
        'content = requests.get(href, headers={"Authorization": "Bearer YOUR-TOKEN"}, timeout=60).content')  # fmt: skip
    if kind == TIFF:
        return ("rioxarray",), "data = rioxarray.open_rasterio(href, masked=True)"
    if kind in NETCDF:
        return (
            "io",
            "requests",
            "xarray",
        ), f'{fetched}\ndata = xarray.open_dataset(io.BytesIO(content), engine="h5netcdf")'
    if kind == ZARR_ZIP:
        name = f"{asked.collection}.zarr.zip"
        lines = f'{fetched}\nwith open("{name}", "wb") as file:\n    file.write(content)\n'
        return (
            "requests",
            "xarray",
            "zarr",
        ), f'{lines}data = xarray.open_zarr(zarr.storage.ZipStore("{name}", mode="r"))'
    if kind in PARQUET:
        library = "geopandas" if asked.spatial else "pandas"
        return ("io", "requests", library), f"{fetched}\ndata = {library}.read_parquet(io.BytesIO(content))"
    if kind == CSV:
        return ("io", "pandas", "requests"), f"{fetched}\ndata = pandas.read_csv(io.BytesIO(content))"
    if kind in VECTOR:
        return ("io", "geopandas", "requests"), f"{fetched}\ndata = geopandas.read_file(io.BytesIO(content))"
    return None


def _shell(asked: Opened) -> Snippet:
    given = "" if asked.public else '-H "Authorization: Bearer YOUR-TOKEN" '
    file = f"{asked.collection}{ENDINGS.get(asked.media_type, '')}"
    lines = [f"curl {given}-o {file} {shlex.quote(asked.href)}"]
    if asked.media_type == TIFF:
        lines.append(f"gdalinfo {shlex.quote('/vsicurl/' + asked.href)}")
    return Snippet(name="Terminal", language="shell", text="\n".join(lines))
