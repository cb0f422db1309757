"""What licences allow, in plain words. SPDX identifiers as STAC gives them (spdx.org/licenses); no legal advice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from repeatpass.catalog.registry.plain import records_in


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """A licence as a person understands it."""

    name: str  # CC BY 4.0, or as the source words it
    use: str  # what it allows, in few words: one may look collections up by it
    sentence: str
    href: str = ""  # its own text


ANY, NAMED, ALIKE = "Any use", "Any use, naming the makers", "Any use, shared under the same terms"
UNCHANGED, UNPAID, OWN, UNSTATED = "Only unchanged", "Not for commerce", "Own terms", "Not stated"
SENTENCES: Mapping[str, str] = {
    ANY: "Copy, change and share it for any purpose, also for money. Nobody has to be named, though it is polite.",
    NAMED: "Copy, change and share it for any purpose, also for money, if you name the makers and keep their notice.",
    ALIKE: "Copy, change and share it, also for money, if you name the makers and pass on what you make of it under "
    "the same terms.",
    UNCHANGED: "Copy and share it as it is, naming the makers. What you change may not be shared.",
    UNPAID: "Copy, change and share it naming the makers, but not for money or in a company's service.",
    OWN: "Its makers have terms of their own; read them before you share anything made from it.",
    UNSTATED: "Nobody said what is allowed. Without a licence only looking is safe: ask the makers.",
}
# The first that fits decides.
KNOWN: tuple[tuple[str, str], ...] = (
    (r"cc0|pddl|unlicense|0bsd|public.?domain|wtfpl|us-pd", ANY),
    (r"cc-by-(nc)", UNPAID),
    (r"non.?commercial", UNPAID),
    (r"cc-by-nd", UNCHANGED),
    (r"cc-by-sa|odbl|(a|l)?gpl|gfdl|mpl|cdla-sharing|share.?alike", ALIKE),
    (r"cc-by|odc-by|mit\b|bsd|apache|isc\b|etalab|ogl|dl-de|cdla-permissive|nlod|open government licence", NAMED),
    (r"copernicus (sentinel|licen|data)|sentinel data legal notice", NAMED),
)
SHORT = {"CC0-1.0": "CC0 1.0", "ODbL-1.0": "ODbL 1.0", "PDDL-1.0": "PDDL 1.0"}
VAGUE = {"other", "proprietary", "various", ""}


def terms_of(body: Mapping[str, Any]) -> Terms:
    """Return the terms of a STAC collection: of its licence, and of how the source words it where that says more."""
    identifier = str(body.get("license") or "")
    title = str(body.get("repeatpass:license_title") or _link(body).get("title") or "")
    use = _use(identifier) if identifier not in VAGUE else _use(title)
    if use == OWN and not title and not _link(body) and identifier in ("", "other"):
        use = UNSTATED
    name = title if title else SHORT.get(identifier) or _spaced(identifier)
    return Terms(name=name or "Not stated", use=use, sentence=SENTENCES[use], href=str(_link(body).get("href", "")))


@lru_cache(maxsize=1000)
def _use(text: str) -> str:
    lowered = text.lower()
    return next((use for pattern, use in KNOWN if re.search(rf"(?<![a-z]){pattern}", lowered)), OWN)


def _spaced(identifier: str) -> str:
    """CC-BY-SA-4.0 as people write it: CC BY-SA 4.0."""
    found = re.fullmatch(r"CC-(BY(?:-[A-Z]{2})*)-([\d.]+)(?:-[A-Z]+)?", identifier)
    return f"CC {found[1]} {found[2]}" if found else "" if identifier in VAGUE else identifier


def _link(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((each for each in records_in(body.get("links")) if each.get("rel") == "license"), {})
