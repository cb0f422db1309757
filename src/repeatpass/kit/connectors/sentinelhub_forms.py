"""What is sent to Sentinel Hub: bodies of its Process, Statistical and Catalog API, formed by its own library."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from repeatpass.kit.connectors.pictures import check_bbox, check_size
from repeatpass.kit.errors import UnknownData, UnreadableData

MOST = 2500  # cells along one side, as the service's documentation says
WHAT = ("mosaic", "statistics", "dates")
PAGE = 100  # dates in one answer, the most that the service gives
# One band more than asked for in a mosaic, an output of its own in statistics: where there are data.
MOSAIC = """//VERSION=3
function setup() {{
  return {{input: [{{bands: {bands}}}], output: {{bands: {count}, sampleType: "FLOAT32"}}}};
}}
function evaluatePixel(s) {{
  return [{values}, s["dataMask"]];
}}
"""
STATISTICS = """//VERSION=3
function setup() {{
  return {{input: [{{bands: {bands}}}], output: [
    {{id: "default", bands: {names}, sampleType: "FLOAT32"}}, {{id: "dataMask", bands: 1}}]}};
}}
function evaluatePixel(s) {{
  return {{default: [{values}], dataMask: [s["dataMask"]]}};
}}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What somebody wants to know of a collection; the fields are those of `sentinelhub.open_sentinelhub`."""

    collection: str
    what: str
    bbox: Sequence[float]
    crs: str
    datetime: str
    bands: Sequence[str]
    evalscript: str
    size: tuple[int, int] | None
    resolution: tuple[float, float] | None
    maxcc: float | None
    mosaicking_order: str
    interval: str

    def check(self) -> None:
        """Raise UnknownData, naming the field, for what cannot be asked."""
        if self.what not in WHAT:
            raise UnknownData(f"what is {self.what!r}; write one of {', '.join(WHAT)}.", field="what")
        check_bbox(self.bbox)
        if self.size is not None:
            check_size(self.size, MOST)
        if self.what != "dates" and bool(self.bands) == bool(self.evalscript):
            raise UnknownData("Name either bands or an evalscript.", field="bands")
        if self.what != "mosaic" and not self.datetime:
            raise UnknownData("datetime is missing; write 2024-06-01/2024-06-30.", field="datetime")

    @property
    def script(self) -> str:
        """The evalscript (version 3)."""
        if self.evalscript:
            return self.evalscript
        names, values = json.dumps([*self.bands]), ", ".join(f"s[{json.dumps(band)}]" for band in self.bands)
        form = MOSAIC if self.what == "mosaic" else STATISTICS
        return form.format(
            bands=json.dumps([*self.bands, "dataMask"]), names=names, values=values, count=len(self.bands) + 1
        )

    def body(self) -> dict[str, Any]:
        """Return the body of the request."""
        library = _library()
        forms = {"mosaic": self._mosaic, "statistics": self._statistics, "dates": self._dates}
        try:
            return forms[self.what](library)
        except (ValueError, TypeError) as error:
            raise UnknownData(f"This cannot be asked of Sentinel Hub: {error}", collection=self.collection) from None

    def _mosaic(self, library: Any) -> dict[str, Any]:
        ask = library.SentinelHubRequest
        answers = [ask.output_response("default", library.MimeType.TIFF)]
        return dict(
            ask.body(
                request_bounds=self._bounds(library), request_data=[self._data(library)], evalscript=self.script,
                request_output=ask.output(responses=answers, resolution=self.resolution, size=self._size()),
            )
        )  # fmt: skip

    def _statistics(self, library: Any) -> dict[str, Any]:
        ask = library.SentinelHubStatistical
        aggregation = ask.aggregation(
            evalscript=self.script, time_interval=self._time(), aggregation_interval=self.interval, size=self._size(),
            resolution=self.resolution,
        )  # fmt: skip
        data = self._data(library)
        data.get("dataFilter", {}).pop("timeRange", None)  # it stands in the aggregation
        bounds = self._bounds(library)
        return dict(
            ask.body(request_bounds=bounds, request_data=[data], aggregation=aggregation, calculations={"default": {}})
        )

    def _dates(self, library: Any) -> dict[str, Any]:
        box = library.BBox(tuple(self.bbox), library.CRS(self.crs)).transform_bounds(library.CRS.WGS84)
        begin, end = library.parse_time_interval(self._time())
        return {
            "collections": [_collection(library, self.collection).catalog_id], "bbox": list(box), "limit": PAGE,
            "datetime": f"{begin.isoformat()}Z/{end.isoformat()}Z", "distinct": "date",
        }  # fmt: skip

    def _bounds(self, library: Any) -> Any:
        return library.SentinelHubRequest.bounds(bbox=library.BBox(tuple(self.bbox), library.CRS(self.crs)))

    def _data(self, library: Any) -> dict[str, Any]:
        return dict(
            library.SentinelHubRequest.input_data(
                _collection(library, self.collection), time_interval=self._time() if self.datetime else None,
                maxcc=self.maxcc, mosaicking_order=self.mosaicking_order,
            )
        )  # fmt: skip

    def _time(self) -> tuple[str, str]:
        begin, _, end = self.datetime.partition("/")
        return begin, end or begin

    def _size(self) -> tuple[int, int] | None:
        return self.size or (None if self.resolution else (512, 512))


def _library() -> Any:
    try:
        return import_module("sentinelhub")
    except ModuleNotFoundError as error:
        raise UnreadableData(
            f"Opening Sentinel Hub needs the package {error.name!r}: pip install 'repeatpass[sentinelhub]'.",
            package=error.name,
        ) from None


def _collection(library: Any, name: str) -> Any:
    listed = library.DataCollection
    for kind, define in (("byoc-", listed.define_byoc), ("batch-", listed.define_batch)):
        if name.startswith(kind):
            return define(name.removeprefix(kind))
    known = {each.name: each for each in listed} | {each.value.api_id: each for each in listed}
    if name not in known:
        names = ", ".join(sorted(each.name for each in listed))
        raise UnknownData(f"There is no collection {name!r}. The library knows {names}, byoc-… and batch-….")
    return known[name]
