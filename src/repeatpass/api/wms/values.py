"""Single values in the query of a WMS: formats, colours, systems, pixels."""

import re

from repeatpass.api.maps.composing import Colour
from repeatpass.api.maps.numbers import whole
from repeatpass.api.maps.refusing import missing, wrong
from repeatpass.api.maps.systems import System, system
from repeatpass.api.ows.query import Query
from repeatpass.api.wms.asked import V130, Version

TRUTH = {"TRUE": True, "FALSE": False, "1": True, "0": False}


def format_of(query: Query, name: str, known: tuple[str, ...], otherwise: str) -> str:
    """Return the media type of a parameter, *otherwise* where it is not sent; raise Refused for an unknown one."""
    text = query.get(name)
    # A + that was not encoded arrives as a space; the parameters of a media type change nothing here.
    plain = text.partition(";")[0].strip().lower().replace(" ", "+").replace("jpg", "jpeg")
    if not plain and otherwise:
        return otherwise
    if not plain:
        raise missing(name, f"one of {', '.join(known)}")
    if plain not in known:
        raise wrong(name, text, f"one of {', '.join(known)}", "InvalidFormat")
    return plain


def background(query: Query, media_type: str) -> Colour | None:
    """Return the colour behind the picture, None where it is transparent; raise Refused."""
    transparent = truth(query, "transparent")
    text = query.get("bgcolor") or "0xFFFFFF"
    found = re.fullmatch(r"(?:0x|#)([0-9a-fA-F]{6})", text)
    if found is None:
        raise wrong("bgcolor", text, "a colour such as 0xFFFFFF")
    colour = tuple(bytes.fromhex(found[1]))
    return None if transparent and media_type != "image/jpeg" else (colour[0], colour[1], colour[2])


def truth(query: Query, name: str) -> bool:
    """Read TRUE or FALSE (nothing: FALSE); raise Refused for anything else."""
    text = query.get(name) or "FALSE"
    if text.upper() not in TRUTH:
        raise wrong(name, text, "TRUE or FALSE")
    return TRUTH[text.upper()]


def system_of(query: Query, version: Version) -> System:
    """Return the coordinate system that is asked for; raise Refused."""
    name, code = ("crs", "InvalidCRS") if version == V130 else ("srs", "InvalidSRS")
    text = query.get(name, "crs", "srs")
    if not text:
        raise missing(name, "a coordinate system such as EPSG:3857")
    found = system(text)
    if found is None:
        raise wrong(name, text, "a coordinate system such as EPSG:3857", code)
    return found


def pixel_of(query: Query, name: str, size: int) -> int:
    """Return a column or row of the picture, by the name of either version; raise Refused."""
    other = {"i": "x", "j": "y", "x": "i", "y": "j"}[name]
    return whole(query.get(name, other), name, 0, size - 1, "InvalidPoint")
