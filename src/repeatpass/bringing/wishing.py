"""Reading what somebody says of their data: checked field by field before anything is sent or fetched."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from repeatpass.bringing.records import Wish
from repeatpass.core.errors import Invalid
from repeatpass.core.ids import check_name
from repeatpass.core.times import iso, parse_time

NATURES = ("observation", "observation-based analysis", "model output")
LENGTHS = {"title": 200, "description": 20_000, "licence_title": 300, "provider": 200, "citation": 2_000}
FIELDS = ("id", *LENGTHS, "licence", "nature", "keywords", "start", "end")
LICENCES = (  # that data often have; any other of SPDX is taken as well
    ("CC-BY-4.0", "Creative Commons Attribution 4.0"),
    ("CC0-1.0", "Creative Commons Zero: no rights reserved"),
    ("CC-BY-SA-4.0", "Creative Commons Attribution, share alike 4.0"),
    ("CC-BY-NC-4.0", "Creative Commons Attribution, not commercial 4.0"),
    ("ODbL-1.0", "Open Database License 1.0"),
    ("ODC-By-1.0", "Open Data Commons Attribution 1.0"),
    ("OGL-UK-3.0", "Open Government Licence 3.0 (UK)"),
    ("etalab-2.0", "Etalab Open License 2.0 (France)"),
    ("other", "Another one, in the words below"),
)


def read_wish(given: Mapping[str, Any]) -> Wish:
    """Return the wish that *given* states; raise Invalid naming the field, its value and what would be right."""
    text = {name: str(given.get(name) or "").strip() for name in FIELDS if name != "keywords"}
    if unknown := sorted(set(given) - set(FIELDS)):
        raise Invalid(f"“{unknown[0]}” is not known here. Right would be: {', '.join(FIELDS)}.", field=unknown[0])
    for name, most in LENGTHS.items():
        if len(text[name]) > most:
            raise Invalid(f"“{name}” has {len(text[name]):,} letters; {most:,} are the most.", field=name)
    if not text["title"]:
        raise Invalid("“title” is empty. Right would be: a few words that say what the data are.", field="title")
    nature = text["nature"] or NATURES[0]
    if nature not in NATURES:
        raise Invalid(f"“nature” is “{nature}”. Right would be: {', '.join(NATURES)}.", field="nature")
    start, end = _times(text["start"], text["end"])
    return Wish(
        id=_id(text["id"], text["title"]), title=text["title"], description=text["description"],
        licence=_licence(text["licence"], text["licence_title"]), licence_title=text["licence_title"],
        provider=text["provider"], nature=nature, keywords=_keywords(given.get("keywords")), start=start, end=end,
        citation=text["citation"],
    )  # fmt: skip


def _id(stated: str, title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()  # Ö becomes O
    made = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")
    try:
        return check_name(stated or made, "a collection")
    except Invalid as error:
        raise Invalid(f"“id”: {error.message}", field="id") from None


def _licence(stated: str, title: str) -> str:
    some = ", ".join(name for name, _ in LICENCES)
    if not stated:
        raise Invalid(
            f"“licence” is empty: say what others may do with the data. Right would be: {some}.", field="licence"
        )
    if stated.lower() in ("other", "proprietary"):
        if not title:
            raise Invalid(
                "“licence_title” is empty: a licence that is none of SPDX must be said in words.", field="licence_title"
            )
        return "other"
    try:
        return str(canonicalize_license_expression(stated))
    except InvalidLicenseExpression:
        raise Invalid(
            f"“licence” is “{stated[:60]}”, which SPDX does not list. Right would be: {some}, or any id of "
            "https://spdx.org/licenses.",
            field="licence",
        ) from None


def _keywords(given: Any) -> tuple[str, ...]:
    listed = given.split(",") if isinstance(given, str) else list(given or ())
    found = tuple(dict.fromkeys(str(each).strip()[:60] for each in listed if str(each).strip()))
    if len(found) > 30:
        raise Invalid(f"“keywords” has {len(found)} words; 30 are the most.", field="keywords")
    return found


def _times(start: str, end: str) -> tuple[str, str]:
    found = []
    for name, text in (("start", start), ("end", end)):
        try:
            found.append(iso(parse_time(text)) if text else "")
        except (ValueError, Invalid):
            raise Invalid(
                f"“{name}” is “{text[:40]}”. Right would be: 2024-05-03 or 2024-05-03T12:00:00Z.", field=name
            ) from None
    if all(found) and found[0] > found[1]:
        raise Invalid(f"“end” ({end}) is before “start” ({start}).", field="end")
    return found[0] or found[1], found[1] or found[0]
