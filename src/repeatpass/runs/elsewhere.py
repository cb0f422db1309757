"""What a run read at other computers: its record is the notebook's own word, and is held to a form that cannot mislead."""

import re
from collections.abc import Mapping
from typing import Any

from repeatpass.core.errors import Invalid
from repeatpass.kit.connectors.places import clean
from repeatpass.runs.masking import Masks
from repeatpass.runs.records import RunInput

PREFIX = "remote:"  # no collection is called so: a colon is not in their names
KINDS = ("remote:http", "remote:s3")
CHECKSUM = re.compile(r"(parts-)?sha256:[0-9a-f]{64}")
ADDRESS = re.compile(r"(https?|s3)://[^\s/]+/?\S*")
LETTERS = {"item": 200, "asset": 80, "version": 40, "media_type": 200, "href": 4000}
MOST_BYTES = 2**62


def is_elsewhere(collection: str) -> bool:
    """Whether an input of a run was read at another computer: its bytes are not kept here."""
    return collection.startswith(PREFIX)


def input_elsewhere(run: str, entry: Mapping[str, Any], masks: Masks) -> RunInput:
    """Return one line of the record as an input, without secrets. Raise Invalid, naming the field that cannot be."""
    for name, most in LETTERS.items():
        if not isinstance(entry.get(name) or "", str) or len(entry.get(name) or "") > most or "\0" in str(entry[name]):
            raise Invalid(f"The record of reads elsewhere has no fit {name}: a text of at most {most} letters.")
    size, checksum, cell = entry.get("size"), str(entry.get("checksum")), entry.get("cell")
    if entry["collection"] not in KINDS or not ADDRESS.fullmatch(entry["href"]):
        raise Invalid(f"The record of reads elsewhere names no address of HTTP or S3: {entry['href'][:80]}.")
    if not CHECKSUM.fullmatch(checksum) or not isinstance(size, int) or not 0 <= size < MOST_BYTES:
        raise Invalid(f"The record of reads elsewhere has no SHA-256 or no size for {entry['href'][:80]}.")
    return RunInput(
        run=run,
        collection=entry["collection"],
        version=masks.text(entry["version"])[: LETTERS["version"]],
        item=masks.text(entry["item"] or "")[: LETTERS["item"]],
        asset=entry["asset"],
        href=masks.text(clean(entry["href"])),
        size=size,
        checksum=checksum,
        media_type=entry["media_type"],
        cell=cell if isinstance(cell, int) else None,
    )
