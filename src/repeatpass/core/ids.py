"""Identifiers: short, sortable by time, safe in addresses and file names."""

import re
import secrets
import time

from repeatpass.core.errors import Invalid

# Crockford's base 32 in lower case: no i, l, o or u, so nothing is misread aloud.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
NAME = re.compile(r"^[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?$")


def _encode(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def new_id() -> str:
    """Return a new identifier: 9 characters of milliseconds, 11 of randomness (55 bits)."""
    return _encode(time.time_ns() // 1_000_000, 9) + _encode(secrets.randbits(55), 11)


def check_name(name: str, what: str) -> str:
    """Return *name* if it can be part of an address; raise Invalid otherwise."""
    if not NAME.match(name):
        raise Invalid(
            f"“{name}” cannot name {what}: use up to 80 lower-case letters, digits, dots, hyphens and "
            "underscores, beginning and ending with a letter or digit.",
            name=name,
        )
    return name
