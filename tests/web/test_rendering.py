"""Pages as text: complete, escaped, within their budgets."""

import gzip
import re

import pytest
import sample_documents
import sample_indicators

from repeatpass.web.assets import DIST, assets
from repeatpass.web.chart_palette import LIGHT
from repeatpass.web.rendering import TEMPLATE_OF, TEMPLATES, render
from repeatpass.web.static_files import inside
from repeatpass.web.views import Cover, ErrorPage, HomePage

COVER = Cover(version="0.1.0")
KILO = 1024


def packed(text: str | bytes) -> int:
    """Bytes on the wire."""
    return len(gzip.compress(text.encode() if isinstance(text, str) else text))


def test_every_template_says_what_it_receives() -> None:
    for path in TEMPLATES.glob("*.html"):
        assert path.read_text("utf-8").startswith("{#"), path.name


def test_every_page_has_a_template() -> None:
    assert all((TEMPLATES / name).is_file() for name in TEMPLATE_OF.values())


def test_an_empty_house_still_has_a_front_page() -> None:
    html = render(HomePage(title="Repeatpass", path="/", lead=None, lead_chart=None), COVER)
    assert "The first findings will stand here." in html


def test_what_people_wrote_is_escaped() -> None:
    page = ErrorPage(title="<b>", path="/x", status=404, happened="<script>alert(1)</script>", todo="CO₂ & more")
    html = render(page, COVER)
    assert "<script>alert" not in html
    assert "CO<sub>2</sub> &amp; more" in html


def test_the_verdict_is_told_by_shape_word_and_date() -> None:
    html = render(sample_documents.value(), COVER)
    assert "Identical" in html and "21 November 2026" in html and 'class="seal identical stamp"' in html
    assert "stroke-dasharray" in html  # inputs not fully known: the outer ring is open


def test_home_and_indicator_stay_within_their_budget() -> None:
    scripts = sum(packed(path.read_bytes()) for path in entry_scripts())
    for page in (sample_indicators.home(), sample_indicators.indicator()):
        assert packed(render(page, COVER)) + packed(assets().sheet) + scripts <= 150 * KILO


def entry_scripts() -> list:
    """The entry script and the chunks it imports before anything is lazy."""
    if not assets().scripts:
        pytest.skip("the front end was not built")
    main = DIST / assets().script.rpartition("/")[2]
    text = main.read_text("utf-8")
    return [main, *(DIST / name for name in re.findall(r'import[^("]*"\./([\w-]+\.js)"', text))]


def test_the_entry_script_is_at_most_five_kilobytes() -> None:
    assert sum(packed(path.read_bytes()) for path in entry_scripts()) <= 5 * KILO


def test_the_colours_of_charts_are_those_of_the_style_sheet() -> None:
    sheet = assets().sheet.decode()
    for role in LIGHT:
        found = re.search(rf"--chart-{role}: (?:var\(--(\w+)\)|light-dark\((#\w+), (#\w+)\))", sheet)
        assert found, role
        light = found[2] or re.search(rf"--{found[1]}: light-dark\((#\w+)", sheet)[1]
        assert light.lower() == LIGHT[role].lower(), role


def test_only_static_files_are_served() -> None:
    assert inside("mark.svg") is not None
    assert inside("../assets.py") is None
    assert inside("../../../../etc/passwd") is None
