"""The forms that features are given in, and which of them is asked for."""

from dataclasses import dataclass

from starlette.requests import Request

from repeatpass.api.negotiating import HTML, JSON, accepted
from repeatpass.core.errors import Invalid

GEOJSON = "application/geo+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One form of an answer: its name in ``f=``, its media type, what people call it, how its files end."""

    name: str
    media_type: str
    title: str
    ending: str = ""
    download: bool = False  # given whole, not page by page


FORMS = {
    form.name: form
    for form in (
        Form(name="json", media_type=GEOJSON, title="GeoJSON"),
        Form(name="html", media_type=HTML, title="a page"),
        Form(name="geojson-file", media_type=GEOJSON, title="GeoJSON, all in one file", ending="geojson", download=True),
        Form(name="csv", media_type="text/csv", title="CSV", ending="csv", download=True),
        Form(name="fgb", media_type="application/flatgeobuf", title="FlatGeobuf", ending="fgb", download=True),
        Form(name="parquet", media_type="application/vnd.apache.parquet", title="GeoParquet", ending="parquet",
             download=True),
    )
}  # fmt: skip
SYNONYMS = {"geojson": "json", "flatgeobuf": "fgb", "geoparquet": "parquet"}


def form_of(request: Request, *, downloads: bool = True) -> Form:
    """Return the form that is wanted: by ``f=``, else by Accept; raise Invalid for one that there is not."""
    there = [form for form in FORMS.values() if downloads or not form.download]
    if asked := request.query_params.get("f", ""):
        name = SYNONYMS.get(asked.lower(), asked.lower())
        if name not in {form.name for form in there}:
            raise Invalid(f"f is “{asked[:40]}”; there are {', '.join(form.name for form in there)}.", field="f")
        return FORMS[name]
    best = max(there, key=lambda form: _quality(request, form))
    return best if _quality(request, best) else FORMS["json"]


def _quality(request: Request, form: Form) -> float:
    stated = accepted(request, form.media_type)
    return max(stated, accepted(request, JSON)) if form.name == "json" else stated
