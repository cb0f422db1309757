"""Answers that are files: all features that were asked for, written to a temporary file first and sent from it.

So an answer is whole or an error, it is of one moment of the database, and a slow reader keeps no transaction open. The
file has no name any more when it is sent: however the sending ends, its room on the disk is free again.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from repeatpass.api.callbacks import absolute
from repeatpass.api.features.asked import Asked
from repeatpass.api.features.documents import ALL_FORMS, feature_text, links_of, page_links
from repeatpass.core.times import iso, now
from repeatpass.features import Features, FeatureSet
from repeatpass.features.exporting import WRITERS, explained
from repeatpass.features.reading import Reading

PIECE = 256 * 1024  # bytes that are sent at a time


def file_answer(
    request: Request, features: Features, known: FeatureSet, asked: Asked, headers: Mapping[str, str]
) -> Response:
    """Return the features as a file; raise Invalid for what cannot be asked, Unavailable where the disk is full."""
    reading = Reading(features.searching, known, asked.wanted, asked.crs)
    with explained(), tempfile.TemporaryDirectory(prefix="repeatpass-features-") as folder:
        path = Path(folder) / f"features.{asked.form.ending}"
        if asked.form.name == "geojson-file":
            _write_geojson(request, features, reading, asked, path)
        else:
            WRITERS[asked.form.name](reading, path)
        file, size = path.open("rb"), path.stat().st_size  # which stays open when the folder is gone
    name = f"{known.collection}.{asked.form.ending}"
    kind = asked.form.media_type + ("; charset=utf-8; header=present" if asked.form.name == "csv" else "")
    more = {
        "Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(size),
        "OGC-NumberReturned": str(reading.number), **_next(request, reading, asked),
    }  # fmt: skip
    return StreamingResponse(_pieces(file), media_type=kind, headers={**headers, **more})


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece


def _next(request: Request, reading: Reading, asked: Asked) -> dict[str, str]:
    """Return where the rest is, for files that were asked for with a limit."""
    links = _following(request, reading, asked)
    return {"Link": f'<{links[0]["href"]}>; rel="next"'} if links else {}


def _following(request: Request, reading: Reading, asked: Asked) -> list[Any]:
    query, wanted = list(request.query_params.multi_items()), asked.wanted
    links = page_links(request.url.path, query, wanted.limit, wanted.offset, reading.more)
    return [each for each in links if each["rel"] == "next"]


def _write_geojson(request: Request, features: Features, reading: Reading, asked: Asked, path: Path) -> None:
    """Write one GeoJSON document (RFC 7946); what is known at the end only, as how many there are, stands at its end."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[')
        lead = "\n"
        for found in reading:
            for each in found:
                file.write(lead + feature_text(each, asked.crs))
                lead = ",\n"
        query = list(request.query_params.multi_items())
        links = links_of(reading.known.collection, request.url.path, query, asked.form, ALL_FORMS)
        facts = {
            "timeStamp": iso(now().replace(microsecond=0)), "numberReturned": reading.number,
            "numberMatched": _matched(features, reading, asked),
            "links": absolute({"links": [*links, *_following(request, reading, asked)]}, str(request.base_url))["links"],
        }  # fmt: skip
        file.write("\n]," + json.dumps(facts, ensure_ascii=False)[1:])


def _matched(features: Features, reading: Reading, asked: Asked) -> int:
    if not reading.more and (reading.number or not asked.wanted.offset):
        return asked.wanted.offset + reading.number
    return features.searching.matching(reading.known, asked.wanted)
