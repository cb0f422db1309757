"""The forms of a series: JSON of our own, CSV, CoverageJSON."""

import hashlib
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from repeatpass.api.negotiating import JSON, accepted
from repeatpass.api.tiles.answering import kept, matches
from repeatpass.api.tiles.asking import Asked
from repeatpass.core.errors import Invalid
from repeatpass.data.areas import Area
from repeatpass.data.series.coverages import MEDIA_TYPE, series_coverage
from repeatpass.data.series.records import TimeSeries
from repeatpass.data.series.writing import as_csv, as_json

CSV = "text/csv"
FORMS: Mapping[str, str] = {"json": JSON, "csv": CSV, "covjson": MEDIA_TYPE}
# What else OGC API – EDR calls them.
SYNONYMS = {"coveragejson": "covjson", "coverage+json": "covjson", "application/prs.coverage+json": "covjson",
            "text/csv": "csv", "application/json": "json"}  # fmt: skip
FORM = "1"  # part of every ETag; changes when the same request gives another answer


def form_of(request: Request, offered: Sequence[str]) -> str:
    """Return which of the forms *offered* is wanted: by ``f``, otherwise by Accept; the first where all are alike."""
    named = request.query_params.get("f", "")
    if named:
        form = SYNONYMS.get(named.lower(), named.lower())
        if form not in offered:
            raise Invalid(f"f is “{named[:40]}”; it can be {', '.join(offered)}.", field="f")
        return form
    return max(offered, key=lambda form: (accepted(request, FORMS[form]), -offered.index(form)))


def etag_of(request: Request, stamp: str, form: str, body: bytes = b"") -> str:
    """Return what changes with the content of the layer (its *stamp*), the address and what was sent."""
    words = sorted(request.query_params.multi_items())
    return hashlib.sha256(repr((FORM, request.url.path, words, stamp, form, body)).encode()).hexdigest()[:32]


def known_already(request: Request, asked: Asked, etag: str) -> Response | None:
    """Return 304 where the asker has the answer."""
    return Response(status_code=304, headers=headers_of(request, asked, etag)) if matches(request, etag) else None


def headers_of(request: Request, asked: Asked, etag: str) -> dict[str, str]:
    """Return the headers that let caches keep an answer."""
    return {"ETag": f'"{etag}"', "Cache-Control": kept(request, asked), "Vary": "Accept, Accept-Encoding"}


def written(form: str, found: TimeSeries, area: Area | None, headers: Mapping[str, str]) -> Response:
    """Answer with a series in *form*."""
    if form == "csv":
        disposition = f'attachment; filename="{_filename(found)}.csv"'
        return PlainTextResponse(as_csv(found), media_type=CSV, headers={**headers, "Content-Disposition": disposition})
    if form == "covjson":
        return JSONResponse(series_coverage(found, area), media_type=MEDIA_TYPE, headers=dict(headers))
    return JSONResponse(as_json(found), headers=dict(headers))


def _filename(found: TimeSeries) -> str:
    return "".join(each if each.isascii() and (each.isalnum() or each in "-_.") else "-" for each in found.layer)
