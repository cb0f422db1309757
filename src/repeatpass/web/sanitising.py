"""What of foreign HTML may stand on a page.

Two sieves, both nh3 (ammonia): `clean` for what becomes part of the page, `framed` for rich outputs that get a
sandboxed frame of opaque origin, without scripts. Neither lets anything be loaded from elsewhere.
"""

import re
from html import escape

import nh3

IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
REFERENCE = re.compile(r"(https?://|mailto:|#|/(?!/)|\./)", re.IGNORECASE)
RICH = re.compile(r"<(script|style|iframe|object|embed|svg|input|button|form|link|canvas|video|audio)\b", re.IGNORECASE)
REMOTE_CSS = re.compile(r"@import[^;]*;?|url\(\s*['\"]?(?!data:)[^)]*\)", re.IGNORECASE)
CLASSES = {"class"}
PAGE_ATTRIBUTES = {
    "*": CLASSES | {"title", "lang", "id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start"},
}
SHAPES = {"svg", "g", "path", "rect", "circle", "line", "polyline", "polygon", "text", "tspan", "defs", "symbol", "use"}
FRAME_TAGS = nh3.ALLOWED_TAGS | SHAPES | {"style", "input", "label", "button", "section", "main", "figure"}
FRAME_ATTRIBUTES = {
    "*": {
        "class",
        "id",
        "style",
        "title",
        "width",
        "height",
        "viewBox",
        "d",
        "x",
        "y",
        "x1",
        "x2",
        "y1",
        "y2",
        "cx",
        "cy",
        "r",
        "points",
        "fill",
        "stroke",
        "stroke-width",
        "transform",
        "text-anchor",
        "font-size",
    },
    "input": {"type", "checked"},
    "label": {"for"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "img": {"src", "alt"},
    "use": {"href"},
}


def kept(tag: str, attribute: str, value: str) -> str | None:
    """The value an attribute may have, or None: pictures only from data, links only to pages, ids set apart."""
    if attribute == "src":
        return value if IMAGE.match(value) else None
    if attribute == "href" and tag == "use":
        return value if value.startswith("#") else None
    if attribute == "href":
        return value if REFERENCE.match(value) else None
    if attribute == "id":
        return f"nb-{value}"
    return value


def framed_value(tag: str, attribute: str, value: str) -> str | None:
    """As `kept`, but ids stay, since style sheets and labels inside the frame use them."""
    if attribute == "id":
        return value
    if attribute == "style":
        return REMOTE_CSS.sub("", value)
    return kept(tag, attribute, value)


def clean(html: str) -> str:
    """*html* without scripts, handlers, frames, forms, styles, and without anything loaded from elsewhere."""
    made = nh3.clean(
        html,
        attributes=PAGE_ATTRIBUTES,
        attribute_filter=kept,
        link_rel="noopener noreferrer",
        url_schemes={"http", "https", "mailto", "data"},
    )
    return re.sub(r"<img(?![^>]*\ssrc=)[^>]*>", "", made)  # a picture from elsewhere has lost its address


def framed(html: str, name: str) -> str:
    """*html* in a sandboxed frame: its own styles, no scripts, an opaque origin, nothing from elsewhere."""
    inside = nh3.clean(
        REMOTE_CSS.sub("", html),
        tags=FRAME_TAGS,
        clean_content_tags={"script"},
        attributes=FRAME_ATTRIBUTES,
        attribute_filter=framed_value,
        url_schemes={"data", "https"},
    )
    document = f"<!doctype html><meta charset=utf-8><title>{escape(name)}</title>{inside}"
    return f'<iframe sandbox="" loading="lazy" title="{escape(name)}" srcdoc="{escape(document)}"></iframe>'


def html_output(html: str, name: str) -> str:
    """Plain tables and text become part of the page, richer things a frame."""
    without = re.sub(r"<style scoped>.*?</style>", "", html, flags=re.DOTALL)  # pandas writes one into each table
    return framed(without, name) if RICH.search(without) else clean(without)
