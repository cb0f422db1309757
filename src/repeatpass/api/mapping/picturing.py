"""The picture that an address asks for: its format, its background, and how it is sent."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from repeatpass.api.mapping.choosing import Chosen
from repeatpass.api.maps.composing import FORMATS, JPEG, PNG, Colour, composed
from repeatpass.api.maps.refusing import wrong
from repeatpass.api.maps.sending import sent
from repeatpass.api.negotiating import accepted
from repeatpass.api.tiles.asking import require_known
from repeatpass.data.records import Layer, Picture
from repeatpass.data.styles import WORDS

NAMES = {name: media_type for media_type, name in FORMATS.items()} | {"jpeg": JPEG} | {each: each for each in FORMATS}
DRAWING = ("f", "datetime", "time", "transparent", "bgcolor", *WORDS)


def check_words(layer: Layer, words: Mapping[str, str], *more: str) -> None:
    """Raise Invalid for a parameter that is not known here."""
    require_known(words, (*DRAWING, *layer.dimensions, *more))


def format_of(request: Request) -> str:
    """Return the media type that is asked for, by ``f`` or by Accept; PNG where all is the same. Raise Refused."""
    text = request.query_params.get("f", "")
    if text:
        if text.lower() not in NAMES:
            raise wrong("f", text, "png, jpg or webp")
        return NAMES[text.lower()]
    if "image/" not in request.headers.get("accept", "") or accepted(request, PNG) >= 1:
        return PNG
    return max(FORMATS, key=lambda each: accepted(request, each))


def background(words: Mapping[str, str], media_type: str) -> Colour | None:
    """Return the colour behind the data, None where it is transparent (as it is unless said otherwise)."""
    text = words.get("transparent", "").lower()
    if text not in {"", "true", "false"}:
        raise wrong("transparent", words["transparent"], "true or false")
    stated = words.get("bgcolor", "")
    if text == "true" or (not text and not stated and media_type != JPEG):
        return None if media_type != JPEG else (255, 255, 255)
    return _colour(stated or "0xFFFFFF")


def _colour(text: str) -> Colour:
    from PIL import ImageColor

    try:
        found = ImageColor.getrgb(f"#{text[2:]}" if text.lower().startswith("0x") else text)
    except ValueError:
        raise wrong("bgcolor", text, "a colour such as 0xFFFFFF, #ffffff or white") from None
    return (found[0], found[1], found[2])


def drawn_as(media_type: str, behind: Colour | None) -> str:
    """Return the format to draw in, from which the picture is made."""
    return FORMATS[media_type] if behind is None else FORMATS[PNG]


def answered(
    request: Request,
    found: Chosen,
    picture: Picture,
    media_type: str,
    behind: Colour | None,
    headers: Mapping[str, str],
) -> Response:
    """Answer with a picture on its background."""
    made = composed([picture], media_type, behind)
    time = {"Content-Datetime": found.shown.time} if found.shown.time else {}
    stated = {**headers, **time, **found.shown.headers, "Vary": "Accept"}
    return sent(request, made.content, made.media_type, made.etag, public=found.public, headers=stated)
