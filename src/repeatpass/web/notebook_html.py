"""A notebook as a document: prose, folded code, outputs; safe to stand on our pages.

Markdown and code go through nbconvert's own filters, then through `sanitising`. Vega-Lite outputs are drawn by
vl-convert, without network. SVG becomes a picture, in which no script runs.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape, unescape
from typing import Any

from markupsafe import Markup

from repeatpass.web.mathematics import with_mathml
from repeatpass.web.sanitising import clean, html_output
from repeatpass.web.views import Link
from repeatpass.web.words import plural

LONG = 20_000  # characters of text shown of one output
HEADING = re.compile(r"<(/?)h([1-5])\b")
TITLE = re.compile(r'<h([2-3])[^>]*?id="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
VEGALITE = re.compile(r"application/vnd\.vegalite\.v(\d+)(?:\.\d+)?\+json")
LIBRARY = {"4": "5.8", "5": "5.20", "6": "6.4"}  # the Vega-Lite that draws each major version
Cell = Mapping[str, Any]


def notebook_html(notebook: Mapping[str, Any], hide: frozenset[str] = frozenset({"injected-parameters"})) -> Markup:
    """The notebook (nbformat 4, as a mapping) as HTML for inside ``<div class="notebook">``.

    Code is folded; cells tagged with one of *hide* keep their outputs and lose their source. Never raises for the
    content of a cell: what cannot be drawn is said in its place.
    """
    language = str(notebook.get("metadata", {}).get("language_info", {}).get("name", "python"))
    return Markup("\n".join(cell_html(cell, language, hide) for cell in notebook.get("cells", ())))


def contents(html: Markup) -> tuple[Link, ...]:
    """The headings of a rendered notebook, for its table of contents."""
    found = TITLE.findall(str(html))
    return tuple(Link(text=unescape(re.sub("<[^>]+>|¶", "", text)).strip(), href=f"#{at}") for _, at, text in found)


def cell_html(cell: Cell, language: str, hide: frozenset[str]) -> str:
    """One cell."""
    source = text_of(cell.get("source", ""))
    if cell.get("cell_type") == "markdown":
        return f'<div class="cell prose">{markdown(source)}</div>'
    if cell.get("cell_type") != "code":
        return ""
    hidden = hide & set(cell.get("metadata", {}).get("tags", ()))
    code = "" if hidden or not source.strip() else code_html(source, language, cell.get("execution_count"))
    outputs = "".join(output_html(each) for each in cell.get("outputs", ()))
    return f'<div class="cell">{code}{outputs}</div>' if code or outputs else ""


def text_of(source: str | list[str]) -> str:
    """nbformat stores text as a string or as a list of lines."""
    return source if isinstance(source, str) else "".join(source)


def markdown(source: str) -> str:
    """Markdown as safe HTML, headings one level down, since the page has its own first heading."""
    from nbconvert.filters import markdown2html

    lowered = HEADING.sub(lambda m: f"<{m[1]}h{int(m[2]) + 1}", with_mathml(clean(markdown2html(source))))
    return re.sub(r"<a [^>]*>¶</a>", "", lowered)


@cache
def highlighter() -> Any:
    """Pygments through nbconvert, made once."""
    from nbconvert.filters import highlight

    make: Any = highlight.Highlight2HTML
    return make()


def code_html(source: str, language: str, count: int | None) -> str:
    """Source, folded under its first line."""
    lines = source.strip().splitlines()
    head = f"<code>{escape(lines[0][:80])}</code>"
    rest = f" and {plural(len(lines) - 1, 'more line')}" if len(lines) > 1 else ""
    number = f"Cell {count}: " if count is not None else ""
    body = clean(highlighter()(source, language=language)).replace("<pre>", '<pre tabindex="0">')
    return f'<details class="code"><summary>{number}{head}{rest}</summary>{body}</details>'


def output_html(output: Cell) -> str:
    """One output in its best form."""
    kind = output.get("output_type")
    if kind == "stream":
        return plain(text_of(output.get("text", "")))
    if kind == "error":
        return plain(
            "\n".join(output.get("traceback", ())) or f"{output.get('ename')}: {output.get('evalue')}", "error"
        )
    for inside in forms(output.get("data", {})):
        if inside:
            return f'<div class="output">{inside}</div>'
    return plain(text_of(output.get("data", {}).get("text/plain", "")))


def forms(data: Mapping[str, Any]) -> Iterator[str]:
    """The forms an output offers, best first: chart, picture, HTML, Markdown."""
    name = text_of(data.get("text/plain", "")).strip()[:80] or "Output of the cell"
    for media in data:
        if found := VEGALITE.fullmatch(media):
            yield chart(data[media], LIBRARY.get(found[1], "6.4"))
    for media in PICTURES:
        if media in data:
            yield picture(media, re.sub(r"[^A-Za-z0-9+/=]", "", text_of(data[media])), name)
    if "image/svg+xml" in data:
        yield picture("image/svg+xml", encoded(text_of(data["image/svg+xml"])), name)
    if "text/html" in data:
        yield html_output(text_of(data["text/html"]), name)
    if "text/markdown" in data:
        yield f'<div class="prose">{markdown(text_of(data["text/markdown"]))}</div>'


def encoded(text: str) -> str:
    """Text for a data address."""
    return base64.b64encode(text.encode()).decode()


def picture(media: str, data: str, name: str) -> str:
    """A picture whose bytes stand in the page."""
    return f'<img src="data:{media};base64,{data}" alt="{escape(name)}">'


def chart(spec: Any, version: str) -> str:
    """A Vega-Lite output as a picture; what cannot be drawn is said."""
    import vl_convert

    try:
        svg = vl_convert.vegalite_to_svg(json.dumps(spec), vl_version=version, allowed_base_urls=[])
    except ValueError as error:
        return f'<p class="note">This chart could not be drawn: {escape(str(error).splitlines()[0][:200])}</p>'
    described = spec.get("description") or spec.get("title") if isinstance(spec, dict) else None
    return picture("image/svg+xml", encoded(svg), described if isinstance(described, str) else "Chart")


def plain(text: str, css: str = "") -> str:
    """Text as it was printed, without terminal colours, cut where it is very long."""
    from nbconvert.filters import ansi

    strip: Any = ansi.strip_ansi
    text = strip(text)
    if not text.strip():
        return ""
    cut = f"\n… {len(text) - LONG} more characters are in the notebook itself." if len(text) > LONG else ""
    body = escape(text[:LONG]) + cut
    return f'<div class="output {css}"><pre tabindex="0">{body}</pre></div>'
