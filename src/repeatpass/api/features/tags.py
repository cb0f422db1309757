"""What stands for the state of a feature, or of an answer: ETag, If-None-Match and If-Match (RFC 9110, 8.8.3 and 13.1)."""

import re

from starlette.requests import Request

from repeatpass.api.features.asked import Asked
from repeatpass.core.digests import digest_json
from repeatpass.core.errors import Invalid
from repeatpass.features import Feature, FeatureSet

OURS = re.compile(r'(?:W/)?"r(\d{1,18})(?:[-.][^"]*)?"')


def tag_of(feature: Feature, crs: str, form: str = "json") -> str:
    """Return the tag of a feature in one system and form. It begins with the revision, which alone locks."""
    return f'"r{feature.revision}-{crs.replace(":", "")}-{form}"'


def list_tag(known: FeatureSet, request: Request, asked: Asked) -> str:
    """Return the tag of a page of features: of the revision of them all, and of what was asked."""
    what = digest_json([known.collection, known.updated.isoformat(), sorted(request.query_params.multi_items()),
                        asked.form.name, str(request.base_url)])  # fmt: skip
    return f'W/"r{known.revision}-{what[7:23]}"'


def matches(request: Request, tag: str) -> bool:
    """Whether the asker has this state already (If-None-Match)."""
    stated = request.headers.get("if-none-match", "")
    theirs = {each.strip().removeprefix("W/") for each in stated.split(",")}
    return tag.removeprefix("W/") in theirs


def locks_of(request: Request) -> tuple[int, ...] | None:
    """Return the revisions that ``If-Match`` names; None for ``*`` or where it is missing. Raise Invalid for others."""
    stated = request.headers.get("if-match", "").strip()
    if stated in ("", "*"):
        return None
    found = [OURS.fullmatch(each.strip()) for each in stated.split(",")]
    if not any(found):
        if all(each.strip().strip('W/"') for each in stated.split(",")):
            return ()  # a tag, but none that was ever given here: nothing matches
        raise Invalid(f"If-Match is “{stated[:80]}”; send the ETag of the feature.", field="If-Match")
    return tuple(int(each[1]) for each in found if each)
