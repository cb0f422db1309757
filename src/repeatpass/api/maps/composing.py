"""One picture of several layers, on a background where it is wanted, in the format that was asked for."""

import io
from collections.abc import Sequence
from hashlib import sha256

from repeatpass.data.pngs import png
from repeatpass.data.records import Picture

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
FORMATS = {PNG: "png", JPEG: "jpg", WEBP: "webp"}
WHITE = (255, 255, 255)
Colour = tuple[int, int, int]


def composed(pictures: Sequence[Picture], media_type: str, background: Colour | None) -> Picture:
    """Lay *pictures* (PNG of one size, the first lowest) over each other and over *background* (None: transparent).

    One transparent picture stays what it is, byte for byte.
    """
    if len(pictures) == 1 and background is None and pictures[0].media_type == media_type:
        return pictures[0]
    from PIL import Image

    under: Image.Image | None = None
    for each in pictures:  # one after the other: each takes 64 MiB where it is as large as may be
        image = Image.open(io.BytesIO(each.content)).convert("RGBA")
        if under is None:
            under = Image.new("RGBA", image.size, (*(background or WHITE), 0 if background is None else 255))
        under.alpha_composite(image)
    assert under is not None
    content = encoded(under, media_type)
    told = " ".join([*(each.etag for each in pictures), media_type, str(background)])
    empty = background is None and all(each.empty for each in pictures)
    return Picture(content=content, media_type=media_type, etag=sha256(told.encode()).hexdigest()[:32], empty=empty)


def encoded(image: "object", media_type: str) -> bytes:
    """Encode a Pillow image."""
    import numpy as np
    from PIL import Image

    assert isinstance(image, Image.Image)
    into = io.BytesIO()
    if media_type == JPEG:
        image.convert("RGB").save(into, "JPEG", quality=85)
    elif media_type == WEBP:
        image.save(into, "WEBP", lossless=True)
    else:
        return png(np.asarray(image.convert("RGBA")))
    return into.getvalue()


def message(text: str, width: int, height: int, media_type: str, background: Colour | None) -> bytes:
    """Draw a picture that says *text*: an exception for clients that show nothing but pictures."""
    from PIL import Image, ImageDraw

    made = blank(width, height, background)
    assert isinstance(made, Image.Image)
    across = max(8, width // 7)  # letters of six pixels
    lines = [text[at : at + across] for at in range(0, len(text), across)]
    plain = "\n".join(lines).encode("latin-1", "replace").decode("latin-1")
    ImageDraw.Draw(made).multiline_text((4, 4), plain, fill=(176, 0, 32, 255))
    return encoded(made, media_type)


def blank(width: int, height: int, background: Colour | None) -> object:
    """Return an empty Pillow image."""
    from PIL import Image

    return Image.new("RGBA", (width, height), (*(background or WHITE), 0 if background is None else 255))
