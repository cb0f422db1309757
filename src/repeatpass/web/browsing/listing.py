"""The list of the browser: which layers a person may choose from, by what they may do with them."""

from collections.abc import Collection as Collection_
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from repeatpass.access import ANYONE, Actor
from repeatpass.assembly import House
from repeatpass.catalog.registry import Entry, asked_of, find
from repeatpass.core.errors import Invalid
from repeatpass.data.records import Layer
from repeatpass.features import FeatureSet
from repeatpass.web.browsing.places import is_place

Group = Literal["public", "mine", "commercial", "demand"]
GROUPS: Mapping[Group, str] = {"public": "Public", "mine": "Mine", "commercial": "Commercial", "demand": "On demand"}
COMMERCIAL = frozenset({"commercial", "commercial data"})
DEMAND = frozenset({"on-demand", "on demand", "on-demand data", "on demand data"})
SHOWN = 40  # collections in the list at a time


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A collection in the list, with its layers; one that cannot be drawn here has none."""

    entry: Entry
    group: Group
    layers: tuple[Layer, ...]
    features: FeatureSet | None = None  # what of it is drawn as features
    reason: str = ""  # why nothing of it is drawn


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What was found, the first of it with its layers."""

    listed: tuple[Listed, ...]
    total: int  # collections found in the group
    counts: Mapping[Group, int]  # collections that speak of the words, by group


def listing_of(house: House, actor: Actor, words: str, group: str) -> Listing:
    """The collections that *actor* may see and that speak of *words*, of one *group* or (empty) of all.

    The words may hold what the registry understands (``tags:a,b``). Raise Invalid for a group that is none.
    """
    if group and group not in GROUPS:
        raise Invalid(f"group is “{group[:40]}”; it can be {', '.join(GROUPS)}.", field="group")
    registry, layers = house.registry, house.layers.as_seen_by(actor)
    asked = asked_of([("q", words), ("sort", "title")])
    found = find(registry.entries(), asked, hidden=registry.hidden_from(actor)).entries
    closed = registry.hidden_from(ANYONE)
    by_group = {each.id: group_of(each, actor, closed) for each in found}
    counts: dict[Group, int] = {name: sum(1 for each in by_group.values() if each == name) for name in GROUPS}
    wanted = [each for each in found if not group or by_group[each.id] == group]
    sets = {id: known for id, known in house.features.sets().items() if is_place(known)}
    wanted.sort(key=lambda entry: not (_drawn(entry) or entry.id in sets))  # stable: by title, the drawn ones first
    listed = tuple(
        _with_reason(house, Listed(
            entry=each, group=by_group[each.id], layers=layers.of(each.id) if _drawn(each) else (),
            features=sets.get(each.id),
        ))
        for each in wanted[:SHOWN]
    )  # fmt: skip
    return Listing(listed=listed, total=len(wanted), counts=counts)


def _with_reason(house: House, each: Listed) -> Listed:
    """The same; where nothing of it is drawn, with why."""
    if each.layers or each.features or each.group in ("commercial", "demand"):
        return each
    if _drawn(each.entry):
        return replace(each, reason="It has no grid with a place.")
    if not each.entry.kinds:
        return replace(each, reason="It has no file of a kind that lies on a map.")
    return replace(each, reason=house.offering.why_not(each.entry.id))


def _drawn(entry: Entry) -> bool:
    """Whether it has files of a kind that can lie on a map."""
    return "Images" in entry.kinds or "Cubes" in entry.kinds


def group_of(entry: Entry, actor: Actor, closed: Collection_[str]) -> Group:
    """Where a collection stands: by its tags, as registry entries say it, else by whose it is; *closed*: not public."""
    if entry.keys & COMMERCIAL:
        return "commercial"
    if entry.keys & DEMAND:
        return "demand"
    return "mine" if entry.id in closed or entry.owner == actor.id else "public"


def provider_of(entry: Entry) -> tuple[str, str]:
    """Who offers a collection, and their address; both may be empty."""
    by_role = sorted(entry.providers, key=lambda each: "host" not in each.roles)
    if not by_role:
        return "", ""
    href = by_role[0].url
    return by_role[0].name, href if href.startswith(("https://", "http://")) else ""
