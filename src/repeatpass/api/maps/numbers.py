"""Numbers in requests: boxes and whole numbers, each with an answer that says what would be right."""

import math
import re

from repeatpass.api.maps.refusing import missing, wrong
from repeatpass.api.maps.systems import FAR
from repeatpass.data.records import Box

BOX = "four numbers with commas between them, the lower corner first, such as -10,40,10,60"


def box(text: str, name: str) -> Box:
    """Return a box in the order in which it was sent, each lower number smaller than its upper; raise Refused."""
    if not text:
        raise missing(name, BOX)
    try:
        numbers = tuple(float(each) for each in text.split(","))
    except ValueError:
        raise wrong(name, text, BOX) from None
    if len(numbers) != 4 or not all(math.isfinite(each) and abs(each) <= FAR for each in numbers):
        raise wrong(name, text, BOX)
    first, second, third, fourth = numbers
    if first >= third or second >= fourth:
        raise wrong(name, text, "a box whose lower corner is below and left of the upper")
    return (first, second, third, fourth)


def whole(text: str, name: str, least: int, most: int, code: str = "InvalidParameterValue") -> int:
    """Return a whole number from *least* to *most*; raise Refused."""
    right = f"a whole number from {least} to {most}"
    if not text:
        raise missing(name, right)
    # Some clients send 256.0
    if not re.fullmatch(r"-?\d{1,9}(\.0*)?", text) or not least <= int(float(text)) <= most:
        raise wrong(name, text, right, code)
    return int(float(text))
