"""A maker of XML elements that no text can break, and the namespaces that every service uses."""

import re
from collections.abc import Mapping

from lxml import etree

Element = etree._Element
XLINK = "http://www.w3.org/1999/xlink"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
XML = "http://www.w3.org/XML/1998/namespace"
HREF = f"{{{XLINK}}}href"
LANG = f"{{{XML}}}lang"
LANGUAGE = "en"
# XML 1.0, 2.2: what may not stand in a document at all, not even escaped.
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def made(
    tag: str,
    prefixes: Mapping[str | None, str],
    content: tuple[Element | str | None, ...],
    attributes: Mapping[str, str | None],
) -> Element:
    """Make an element; content and attributes that are None are left out."""
    found = etree.Element(tag, nsmap=dict(prefixes))  # type: ignore[arg-type]  # the stubs forget the default prefix
    for name, value in attributes.items():
        if value is not None:
            found.set(name, clean(value))
    for part in content:
        if isinstance(part, str):
            found.text = clean(part)
        elif part is not None:
            found.append(part)
    return found


def clean(text: str) -> str:
    """Return *text* with what XML cannot hold replaced by �: titles and messages come from people's notebooks."""
    return FORBIDDEN.sub("\ufffd", text)


def holds(text: str) -> bool:
    """Say whether a document can hold *text* unchanged."""
    return FORBIDDEN.search(text) is None


def written(root: Element, *, doctype: str = "") -> bytes:
    """Write a document in UTF-8, with the document type where there is one."""
    body: bytes = etree.tostring(root, encoding="UTF-8", pretty_print=True)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' + (f"{doctype}\n" if doctype else "")
    return head.encode() + body.removeprefix(b"<?xml version='1.0' encoding='UTF-8'?>\n")
