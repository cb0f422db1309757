"""What schemathesis makes of our own description of the API, right and wrong, is answered as the description says.

Requests are made up from the description, the same in every run; most are pointed at things that there are, so that they
get behind the first refusal. No answer may be a 5xx, or of a kind or form that the description does not name.
"""

import random
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.errors import UnsupportedSchema
from tests.served import Served

pytestmark = pytest.mark.slow

EXAMPLES = 6  # of each operation, right ones and wrong ones
CHECKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
           "response_schema_conformance")  # fmt: skip
RASTERS, SETS = ("warmth", "vienna", "ice", "sea", "quakes"), ("WebMercatorQuad", "WorldCRS84Quad")
THERE: dict[str, tuple[str, ...]] = {
    "layer": ("warmth", "warmth:rain", "vienna"),
    "styleId": ("default", "rain", "temperature:viridis"), "tileMatrixSetId": SETS, "tms": SETS,
    "tileMatrix": ("0", "1"), "tileRow": ("0", "1"), "tileCol": ("0", "1"), "z": ("0", "1"), "x": ("0",), "y": ("0",),
    "item_id": ("scene-0", "march"), "feature": ("0", "1"), "collection": ("warmth", "vienna"), "name": ("viridis",),
    "style": ("default", "viridis"), "zoom": ("0", "1"), "row": ("0",), "column": ("0", "1"), "i": ("3",), "j": ("7",),
}  # fmt: skip
IDS = {"/processes": ("echo",), "/jobs": ("nothing",), "/runs": ("nothing",), "/wps": ("nothing",)}
SENSIBLE = {"coords": "POINT(10 50)", "point": "10,50", "within": "100", "within-units": "km", "width": "64",
            "height": "32", "datetime": "2020-02-01T00:00:00Z/..", "time": "2020-02-01", "filter": "mag > 5",
            "sortby": "-mag", "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84", "bbox": "0,40,12,50",
            "expression": "temperature*2", "rescale": "0,40", "colormap": "viridis", "limit": "3", "lon": "10",
            "lat": "50", "area": "0,40,10,50", "tms": "WebMercatorQuad"}  # fmt: skip
# What the services in XML need before they look at the rest; OpenAPI cannot say that it depends on the operation.
MAP = {"service": "WMS", "layers": "warmth:rain", "styles": "", "crs": "EPSG:4326", "bbox": "40,0,50,12", "width": "32",
       "height": "16", "format": "image/png", "query_layers": "warmth:rain", "layer": "warmth:rain", "i": "3", "j": "4",
       "version": "1.3.0"}  # fmt: skip
TILE = {"service": "WMTS", "version": "1.0.0", "layer": "warmth:rain", "style": "default", "format": "image/png",
        "TileMatrixSet": "WebMercatorQuad", "TileMatrix": "1", "TileRow": "0", "TileCol": "1", "I": "3", "J": "4",
        "InfoFormat": "text/plain"}  # fmt: skip
EXECUTE = {"service": "WPS", "version": "2.0.0", "identifier": "echo", "jobId": "nothing"}
NEEDED = {"/wms": MAP, "/wmts": TILE, "/wps": EXECUTE}
FAMILIES = ("/collections", "/processes", "/jobs", "/tileMatrixSets", "/stac", "/series", "/runs", "/files", "/tiles",
            "/wms", "/wmts", "/wps")  # fmt: skip


@pytest.fixture(scope="module")
def described(read_by_clients: Served) -> Any:
    """The description, as schemathesis reads it."""
    load_all_checks()
    return schemathesis.openapi.from_url(f"{read_by_clients.address}/ogc/api")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_answer_is_as_described(read_by_clients: Served, described: Any, family: str) -> None:
    troubles: dict[str, str] = {}
    for operation, mode in _asked(described, family):
        _ask(operation, mode, read_by_clients.token, family, troubles)
    assert not troubles, "\n\n".join(troubles.values())


def _asked(described: Any, family: str) -> Iterator[tuple[Any, GenerationMode]]:
    """The operations of a family, each to be asked rightly, and wrongly where something can be wrong in it."""
    for result in described.get_all_operations():
        operation = result.ok()
        if operation.path == family or operation.path.startswith(f"{family}/"):
            yield operation, GenerationMode.POSITIVE
            if len(operation.query) or operation.body:
                yield operation, GenerationMode.NEGATIVE


def _ask(operation: Any, mode: GenerationMode, token: str, family: str, troubles: dict[str, str]) -> None:
    checks = CHECKS.get_by_names(CHECKED)

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(operation.as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        _point(case, family)
        try:
            case.call_and_validate(checks=checks, headers={"Authorization": f"Bearer {token}"}, timeout=60)
        except AssertionError as trouble:
            troubles.setdefault(f"{operation.label} {str(trouble)[:80]}", f"{operation.label}: {trouble}")
        except BaseExceptionGroup as found:
            for trouble in found.exceptions:
                troubles.setdefault(f"{operation.label} {str(trouble)[:80]}", f"{operation.label}: {trouble}")

    try:
        asked()
    except (hypothesis.errors.Unsatisfiable, UnsupportedSchema):
        pass  # nothing wrong can be made of it, or not by schemathesis


def _point(case: Any, family: str) -> None:
    """Put ids that there are, and values that make sense, in the place of most of those that were made up."""
    dice = random.Random(repr((case.path_parameters, case.query)))
    known = THERE | {"id": IDS.get(family, RASTERS), "process": ("echo",)}
    for name in case.path_parameters or ():
        if name in known and dice.random() < 0.8:
            case.path_parameters[name] = dice.choice(known[name])
    if family in NEEDED and case.query is not None:
        kept = {name: value for name, value in NEEDED[family].items() if dice.random() < 0.9}
        case.query |= {name: value for name, value in kept.items() if name not in case.path_parameters}
        return
    for name in list(case.query or ()):
        if name in SENSIBLE and dice.random() < 0.7:
            case.query[name] = SENSIBLE[name]
