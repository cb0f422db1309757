"""Notebooks from strangers: readable, and harmless."""

import pytest
from markupsafe import Markup

from repeatpass.web.mathematics import with_mathml
from repeatpass.web.notebook_html import contents, notebook_html
from repeatpass.web.sanitising import clean, framed

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<iframe src="https://example.org"></iframe>',
    '<img src="https://example.org/pixel.png">',
    '<img src="//example.org/pixel.png">',
    "<svg><script>alert(1)</script></svg>",
    '<b style="background:url(https://example.org/x)">x</b>',
    "<style>@import 'https://example.org/x.css';</style>",
    '<form action="https://example.org"><input name=password></form>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<object data="https://example.org"></object><embed src="https://example.org">',
    '<link rel=stylesheet href="https://example.org/x.css"><meta http-equiv=refresh content="0;url=https://example.org">',
    '<base href="https://example.org">',
)
NEVER = (
    "<script",
    "onerror=",
    "javascript:",
    "<iframe",
    'src="http',
    'src="//',
    "url(https",
    "@import",
    "<form",
    "<object",
    "<embed",
    "<link",
    "<meta",
    "<base",
    "data:text/html",
)


def code(*outputs: dict) -> dict:
    """A notebook of one cell."""
    cell = {"cell_type": "code", "execution_count": 1, "source": "x = 1\ny", "metadata": {}, "outputs": list(outputs)}
    return {"metadata": {}, "cells": [cell]}


def display(media: str, data: object) -> dict:
    """An output."""
    return {"output_type": "display_data", "data": {media: data}, "metadata": {}}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_made_harmless(text: str) -> None:
    html = str(notebook_html({"metadata": {}, "cells": [{"cell_type": "markdown", "source": f"Hello\n\n{text}\n"}]}))
    assert "Hello" in html
    assert [word for word in NEVER if word in html.replace("&lt;", "")] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_html_outputs_are_made_harmless_or_put_into_a_frame_without_scripts(text: str) -> None:
    html = str(notebook_html(code(display("text/html", f"<p>Hello</p>{text}"))))
    assert "Hello" in html
    assert html.count("<iframe") == html.count('<iframe sandbox="" ')
    assert "<script" not in html and "alert(1)</script" not in html
    inside = html.partition("srcdoc=")[2].replace("&lt;", "<").replace("&quot;", '"')
    forbidden = ("<script", 'onerror="', "javascript:", 'src="http', "<link", "<meta http")
    assert [word for word in forbidden if word in inside] == []


def test_a_rich_output_keeps_its_own_styles_in_its_frame() -> None:
    html = framed("<style>.a{color:red}</style><input type=checkbox id=c><label for=c class=a>Data</label>", "Cube")
    assert 'sandbox=""' in html and ".a{color:red}" in html and "allow-" not in html


def test_a_picture_of_svg_cannot_run_scripts() -> None:
    html = str(notebook_html(code(display("image/svg+xml", "<svg onload='alert(1)'/>"))))
    assert '<img src="data:image/svg+xml;base64,' in html and "onload" not in html


def test_a_vega_lite_output_is_drawn_and_never_fetches() -> None:
    good = {
        "data": {"values": [{"a": 1, "b": 2}]},
        "mark": "point",
        "encoding": {"x": {"field": "a"}, "y": {"field": "b"}},
        "description": "One point",
    }
    html = str(notebook_html(code(display("application/vnd.vegalite.v6+json", good))))
    assert 'alt="One point"' in html and "data:image/svg+xml" in html
    bad = good | {"data": {"url": "https://example.org/x.json"}}
    html = str(notebook_html(code(display("application/vnd.vegalite.v5+json", bad))))
    assert "could not be drawn" in html


def test_code_is_folded_and_long_output_is_cut() -> None:
    html = str(notebook_html(code({"output_type": "stream", "name": "stdout", "text": "\x1b[31mx" * 30_000})))
    assert '<details class="code"><summary>Cell 1: <code>x = 1</code> and 1 more line</summary>' in html
    assert "more characters are in the notebook itself" in html and "\x1b" not in html


def test_injected_parameters_are_hidden_and_headings_go_one_down() -> None:
    cell = {"cell_type": "code", "source": "secret = 1", "metadata": {"tags": ["injected-parameters"]}, "outputs": []}
    html = notebook_html({"metadata": {}, "cells": [cell, {"cell_type": "markdown", "source": "# First\n\n## Second"}]})
    assert "secret" not in html and "<h1" not in html
    assert [link.text for link in contents(html)] == ["First", "Second"]
    assert isinstance(html, Markup)


def test_formulas_become_mathml_and_prices_do_not() -> None:
    html = with_mathml(r"<p>$\frac{N - R}{N + R}$ costs $5 or $6</p><code>$x$</code>")
    assert "<mfrac>" in html and "costs $5 or $6" in html and "<code>$x$</code>" in html


@pytest.mark.parametrize(
    "tex",
    [
        r"\text{&lt;script&gt;x&lt;/script&gt;}",
        r"\text{&lt;meta http-equiv=refresh&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\text{&lt;mi onclick=alert(1)&gt;}",
        r"\frac{",
    ],
)
def test_a_formula_cannot_write_anything_but_mathml(tex: str) -> None:
    assert with_mathml(f"<p>${tex}$</p>") == f"<p>${tex}$</p>"


def test_links_to_sources_stay() -> None:
    assert 'href="https://doi.org/10.1/x"' in clean('<a href="https://doi.org/10.1/x">x</a>')
