"""Addresses of indicators: pages, points, tables, pictures, passports."""

import csv
import io
from dataclasses import asdict, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from repeatpass.core.times import iso, iso_short
from repeatpass.verification.passport import Passport
from repeatpass.web.charts import for_page, page_spec
from repeatpass.web.desk import Desk, Series
from repeatpass.web.pages import charting, mapping
from repeatpass.web.pages.freshness import freshness
from repeatpass.web.pages.home import home_page
from repeatpass.web.pages.indicator import Shown, indicator_page, shown_of
from repeatpass.web.pages.indicators import indicators_page
from repeatpass.web.pages.resting import changed_of
from repeatpass.web.pages.seals import series_seal
from repeatpass.web.pages.value import changed_inputs, passport, value_page
from repeatpass.web.routes.answering import actor_of, answer, as_json, etag, unchanged
from repeatpass.web.twins import plain

FOREVER = "public, max-age=31536000, immutable"
COLUMNS = ("place", "time", "value", "lower", "upper", "reference", "flag", "revision", "run")


def indicators_router(desk: Desk) -> APIRouter:
    """The front page and everything under /indicators."""
    router = APIRouter()

    @router.get("/")
    @router.get("/home.json")
    def home(request: Request) -> Response:
        return answer(desk, request, home_page(desk))

    @router.get("/indicators")
    @router.get("/indicators.json")
    def indicators(request: Request) -> Response:
        return answer(desk, request, indicators_page(desk, request.query_params))

    _drawn(router, desk)
    _told(router, desk)
    _mapped(router, desk)
    _passports(router, desk)
    return router


def _drawn(router: APIRouter, desk: Desk) -> None:
    """An indicator as a table, as a picture and as Vega-Lite."""

    @router.get("/indicators/{id}.csv")
    def table(id: str, request: Request, place: str = "") -> Response:
        series = desk.series(id)
        if same := unchanged(request, series.stamp):
            return same
        shown = shown_of(series, place, "").place if place else ""
        name = f'attachment; filename="{id}.csv"'
        headers = {"content-disposition": name, "etag": etag(series.stamp), "cache-control": "no-cache"}
        return Response(csv_of(series, shown), headers=headers, media_type="text/csv; charset=utf-8")

    @router.get("/indicators/{id}.png")
    @router.get("/indicators/{id}.svg")
    def picture(id: str, request: Request, place: str = "", theme: str = "light") -> Response:
        series = desk.series(id)
        if same := unchanged(request, series.stamp):
            return same
        form = request.url.path.rpartition(".")[2]
        content = charting.picture(desk, series, shown_of(series, place, "").place, form, theme)
        media = "image/png" if form == "png" else "image/svg+xml"
        return Response(content, headers={"etag": etag(series.stamp), "cache-control": "no-cache"}, media_type=media)

    @router.get("/indicators/{id}.vl.json")
    def vega_lite(id: str, place: str = "", width: str = "") -> Response:
        series = desk.series(id)
        spec = charting.spec_of(series, shown_of(series, place, "").place)
        return as_json(spec | charting.size_of(width))


def _told(router: APIRouter, desk: Desk) -> None:
    """Its page and its JSON twin, and what the page's chart asks for."""

    @router.get("/indicators/{id}.json")
    def twin(id: str) -> Response:
        return as_json(indicator_json(desk, desk.series(id)))

    @router.get("/indicators/{id}")
    def indicator(id: str, request: Request, place: str = "", t: str = "") -> Response:
        twin = indicator_json(desk, desk.series(id)) if "json" in request.headers.get("accept", "") else None
        return answer(desk, request, indicator_page(desk, id, place, t, actor_of(request)), twin)

    @router.get("/indicators/{id}/points")
    def points(id: str, request: Request, place: str = "") -> Response:
        series = desk.series(id)
        return unchanged(request, series.stamp) or as_json(
            points_json(series, shown_of(series, place, "")), headers={"etag": etag(series.stamp)}
        )

    @router.get("/indicators/{id}/spec.json")
    def spec(id: str, request: Request, place: str = "", narrow: bool = False) -> Response:
        series = desk.series(id)
        return unchanged(request, series.stamp) or as_json(
            spec_json(series, shown_of(series, place, ""), narrow), headers={"etag": etag(series.stamp)}
        )


def _mapped(router: APIRouter, desk: Desk) -> None:
    """The frames of its map, and their legend."""

    @router.get("/indicators/{id}/legend")
    def legend(id: str) -> Response:
        shown = mapping.map_of(desk, series := desk.series(id), shown_of(series, "", "").place, "")
        return as_json(asdict(shown.legend) if shown and shown.legend else {})

    @router.get("/indicators/{id}/frames/{time}.png")
    def frame(id: str, time: str) -> Response:
        content = mapping.frame_png(desk, desk.series(id), time)
        return Response(content, headers={"cache-control": FOREVER}, media_type="image/png")


def _passports(router: APIRouter, desk: Desk) -> None:
    """The page of one value."""

    @router.get("/indicators/{id}/values/{place}/{time}.json")
    def passport_twin(id: str, place: str, time: str, request: Request, revision: int | None = None) -> Response:
        found = passport(desk, id, place, time, revision)
        return answer(desk, request, value_page(desk, found), passport_json(desk, found))

    @router.get("/indicators/{id}/values/{place}/{time}")
    def value(id: str, place: str, time: str, request: Request, revision: int | None = None) -> Response:
        found = passport(desk, id, place, time, revision)
        return answer(desk, request, value_page(desk, found), passport_json(desk, found))


def csv_of(series: Series, place: str = "") -> str:
    """The current values as a table, of one place or of all."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(COLUMNS)
    for value in series.values:
        if not place or value.place == place:
            numbers = ("" if number is None else repr(number) for number in value.numbers)
            writer.writerow((value.place, iso(value.time), *numbers, value.flag, value.revision, value.run))
    return sink.getvalue()


def spec_json(series: Series, shown: Shown, narrow: bool = False) -> dict[str, Any]:
    """The specification that the page brings to life, laid out for a desk or for a phone."""
    if charting.across_places(series):
        return for_page(charting.spec_of(series, shown.place))
    size = charting.NARROW if narrow else charting.WIDE
    return page_spec(replace(charting.series_chart(series, shown.place), width=size[0], height=size[1]))


def points_json(series: Series, shown: Shown) -> dict[str, Any]:
    """The points of one place, as the chart draws them."""
    points = [
        {"time": iso_short(each.time), "value": each.value, "lower": each.lower, "upper": each.upper,
         "reference": each.reference, "flag": each.flag, "revision": each.revision}
        for each in shown.values
    ]  # fmt: skip
    return {"indicator": series.id, "place": shown.place, "unit": series.indicator.unit, "revision": series.stamp,
            "points": points}  # fmt: skip


def passport_json(desk: Desk, found: Passport) -> dict[str, Any]:
    """The passport, and which of its inputs have other bytes now."""
    return found.to_json() | {"changed_inputs": list(changed_inputs(desk, found))}


def indicator_json(desk: Desk, series: Series) -> dict[str, Any]:
    """An indicator with everything it says of itself, its seal and all current values."""
    seal = series_seal(series, desk.verdicts([series]))
    changed = changed_of(desk, series)
    values = [
        {name: getattr(value, name) for name in COLUMNS} | {"time": iso(value.time)}
        | ({"changed_inputs": list(changed[value.run])} if value.run in changed else {})
        for value in series.values
    ]  # fmt: skip
    latest = next((each for each in values if series.latest and each["time"] == iso(series.latest.time)), None)
    definition: dict[str, Any] = plain(asdict(series.indicator))
    fresh = freshness(desk, series)
    return definition | {
        "freshness": plain(fresh),
        "stamp": series.stamp, "latest": latest, "held": len(series.held),
        "seal": {"verdict": seal.verdict, "when": seal.when.isoformat() if seal.when else None, "href": seal.href,
                 "caveat": seal.caveat},
        "values": values,
    }  # fmt: skip
