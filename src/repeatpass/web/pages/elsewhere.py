"""Catalogues elsewhere: the list, one of them, one of its collections."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from repeatpass.access import Actor, Right
from repeatpass.catalog.registry.plain import first_sentence
from repeatpass.catalog.search.geometry import box_of
from repeatpass.catalog.search.records import Search
from repeatpass.core.errors import Invalid, RepeatpassError, Unavailable
from repeatpass.core.times import parse_time
from repeatpass.core.times import words as date_words
from repeatpass.remotes.harvesting import local_id
from repeatpass.remotes.records import Found, Kind, Remote
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.notebook_html import markdown
from repeatpass.web.views import Action, Fact, Field, Link
from repeatpass.web.views.elsewhere import (
    FarCollection,
    FarCollectionPage,
    FarItem,
    RemotePage,
    RemoteRow,
    RemotesPage,
)

DESCRIPTION = (
    "STAC APIs and static catalogues of others, looked through where they are, or harvested into the registry."
)
HOME, REMOTES = Link(text="Home", href="/"), Link(text="Catalogues elsewhere", href="/remotes")
EVERY = {"PT1H": "Every hour", "PT6H": "Every six hours", "P1D": "Every day", "P7D": "Every week"}
FIELDS = (
    Field(name="id", label="Name here", required=True, help="lower-case letters, digits and hyphens"),
    Field(name="url", label="Address", required=True, address=True, help="of a STAC API, or a static root catalogue"),
    Field(name="title", label="Title", help="empty: what it calls itself"),
    Field(name="every", label="Copy into the registry", choices=(("", "Never: look through it there"), *EVERY.items())),
    Field(name="collections", label="Collections to copy", help="ids with commas; empty: all"),
)
SHOWN = 20  # items at once


def remotes_page(desk: Desk, actor: Actor, form: Mapping[str, str] | None = None, refused: str = "") -> RemotesPage:
    """Every mounted catalogue, and the form that mounts one."""
    given = form or {}
    return RemotesPage(
        title="Catalogues elsewhere",
        path="/remotes",
        description=DESCRIPTION,
        json_href="/remotes.json",
        rows=tuple(_row(each) for each in desk.house.mounted.remotes.remotes()),
        may_mount=actor.may(Right.CURATE),
        form=tuple(field.filled(given) for field in FIELDS),
        refused=refused,
    )


def remote_page(desk: Desk, actor: Actor, id: str, asked: str) -> RemotePage:
    """One catalogue, with its collections; where it is down and was never read, only what is known of it."""
    house = desk.house
    remote = house.mounted.remotes.remote(id)
    try:
        listed = house.mounted.browsing.collections(remote, asked)
        bodies, trouble, moment = listed.collections, listed.trouble, listed.asked
    except RepeatpassError as error:
        bodies, trouble, moment = (), error.message, None
    here = {each.id for each in house.catalog.overviews.heads() if each.id.startswith(f"{remote.id}.")}
    return RemotePage(
        title=remote.title,
        path=f"/remotes/{id}",
        description=f"A catalogue at {remote.url}.",
        json_href=f"/remotes/{id}.json",
        crumbs=(HOME, REMOTES, Link(text=remote.title)),
        row=_row(remote),
        facts=_facts(remote),
        words=asked,
        rows=tuple(_collection(remote, body, here) for body in bodies),
        trouble=trouble,
        asked=moment if trouble else None,
        actions=_actions(remote, actor),
    )


def far_collection_page(
    desk: Desk, actor: Actor, id: str, name: str, given: Mapping[str, str], refused: str = ""
) -> FarCollectionPage:
    """One collection elsewhere, with a page of its items."""
    mounted = desk.house.mounted
    remote = mounted.remotes.remote(id)
    body = mounted.browsing.collection(remote, name)
    try:
        found, trouble = mounted.browsing.search(remote, wanted_of(name, given)), ""
    except Invalid as error:
        found, refused = None, refused or error.message
    except Unavailable as error:
        found, trouble = None, error.message
    more = {key: given[key] for key in ("bbox", "from", "to") if given.get(key)}
    path = f"/remotes/{id}/collections/{quote(name, safe='')}"
    return FarCollectionPage(
        title=str(body.get("title") or name),
        path=path,
        description=first_sentence(str(body.get("description", ""))),
        json_href=f"{path}.json",
        crumbs=(
            HOME,
            REMOTES,
            Link(text=remote.title, href=f"/remotes/{id}"),
            Link(text=str(body.get("title") or name)),
        ),
        remote=Link(text=remote.title, href=f"/remotes/{id}"),
        about=Markup(markdown(str(body.get("description", "")))),
        facts=_body_facts(remote, body, desk),
        bbox=given.get("bbox", ""),
        begin=given.get("from", ""),
        end=given.get("to", ""),
        rows=tuple(_item(path, each, actor) for each in found.items) if found else (),
        more=f"{path}?{urlencode({**more, 'token': found.next})}" if found and found.next else "",
        snippet=_snippet(remote, name, given),
        trouble=found.trouble if found else trouble if not refused else "",
        refused=refused,
        asked=found.asked if found and found.trouble else None,
    )


def wanted_of(name: str, given: Mapping[str, str]) -> Search:
    """Return the search that a form or an address describes; raise Invalid naming what is not right."""
    box = given.get("bbox", "").strip()
    limit = given.get("limit") or str(SHOWN)
    if not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise Invalid(f"“limit” is “{limit}”; give a whole number from 1 to 1000.", field="limit")
    return Search(
        collections=(name,) if name else (),
        bbox=box_of(box.split(",")) if box else None,
        start=parse_time(given["from"]) if given.get("from", "").strip() else None,
        end=parse_time(given["to"]) if given.get("to", "").strip() else None,
        limit=int(limit),
        token=given.get("token", ""),
    )


def search_twin(desk: Desk, id: str, name: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return a page of items as a GeoJSON FeatureCollection, with when they were read."""
    mounted = desk.house.mounted
    found: Found = mounted.browsing.search(mounted.remotes.remote(id), wanted_of(name, given))
    read = {"repeatpass:read": found.asked, "repeatpass:trouble": found.trouble}
    return {"type": "FeatureCollection", "features": list(found.items), "next": found.next} | read


def _row(remote: Remote) -> RemoteRow:
    state, word = ("succeeded", "Harvested") if remote.looked else ("waiting", "Not harvested yet")
    if not remote.harvest:
        state, word = "unchanged", "Looked through"
    if remote.failures:
        state, word = "failed", "Does not answer"
    count = f"{words.plural(remote.collections, 'collection')}, {words.plural(remote.items, 'item')}"
    return RemoteRow(
        id=remote.id, href=f"/remotes/{remote.id}", title=remote.title, url=remote.url,
        kind="STAC API" if remote.kind is Kind.API else "Static catalogue", state=state, word=word,
        harvested=count if remote.looked else "", looked=remote.looked, error=remote.error,
    )  # fmt: skip


def _facts(remote: Remote) -> tuple[Fact, ...]:
    facts = [Fact(label="Address", text=remote.url, href=remote.url, copy=remote.url)]
    if remote.harvest:
        facts += [
            Fact(label="Harvested", text=words.moment(remote.looked) if remote.looked else "not yet"),
            Fact(label="How often", text=EVERY.get(remote.every) or remote.every),
            Fact(label="Next", text=words.moment(remote.next_look)),
            Fact(label="Collections", text=", ".join(remote.wanted) or "all"),
        ]  # fmt: skip
    return (*facts, Fact(label="Mounted", text=date_words(remote.created)))


def _actions(remote: Remote, actor: Actor) -> tuple[Action, ...]:
    if not actor.may(Right.CURATE):
        return ()
    again = (Action(label="Harvest now", href=f"/remotes/{remote.id}/harvest"),) if remote.harvest else ()
    return (*again, Action(label="Unmount", href=f"/remotes/{remote.id}/unmount"))


def _collection(remote: Remote, body: Mapping[str, Any], here: set[str]) -> FarCollection:
    id, ours = str(body["id"]), local_id(remote, str(body["id"]))
    return FarCollection(
        title=str(body.get("title") or id),
        href=f"/remotes/{remote.id}/collections/{quote(id, safe='')}",
        sentence=first_sentence(str(body.get("description", ""))),
        span=_span(body),
        licence=str(body.get("license", "")),
        here=Link(text="in the registry", href=f"/collections/{ours}") if ours in here else None,
    )


def _span(body: Mapping[str, Any]) -> str:
    """STAC 1.1 was checked, so there is an interval; its texts may be anything."""
    first, last = body["extent"]["temporal"]["interval"][0]
    try:
        begin, end = (words.day(parse_time(each)) if each else "" for each in (first, last))
    except Invalid:
        return ""
    return f"{begin or '…'} to {end or 'now'}" if begin or end else ""


def _body_facts(remote: Remote, body: Mapping[str, Any], desk: Desk) -> tuple[Fact, ...]:
    box = ", ".join(f"{each:g}" for each in body["extent"]["spatial"]["bbox"][0])
    makers = ", ".join(str(each.get("name", "")) for each in body.get("providers") or ())
    facts = [Fact(label="Catalogue", text=remote.title, href=f"/remotes/{remote.id}"),
             Fact(label="Id there", text=str(body["id"]), mono=True), Fact(label="When", text=_span(body) or "not stated"),
             Fact(label="Where", text=box, note="west, south, east, north"),
             Fact(label="Licence", text=str(body.get("license", "")))]  # fmt: skip
    facts += [Fact(label="Made by", text=makers)] if makers else []
    ours = local_id(remote, str(body["id"]))
    if desk.house.catalog.some([ours]):
        facts.append(Fact(label="Here", text=ours, href=f"/collections/{ours}", mono=True))
    return tuple(facts)


def _item(path: str, item: Mapping[str, Any], actor: Actor) -> FarItem:
    properties = item.get("properties", {})
    ends = [properties.get("datetime") or properties.get(f"{end}_datetime") for end in ("start", "end")]
    moments = list(dict.fromkeys(_moment(str(each)) for each in ends if each))
    files = tuple(Link(text=str(asset.get("title") or key), href=str(asset["href"]))
                  for key, asset in item.get("assets", {}).items() if str(asset.get("href", "")).startswith("http"))  # fmt: skip
    fetch = Action(label="Bring here", href=f"{path}/fetch", fields=(("item", str(item["id"])),))
    return FarItem(
        id=str(item["id"]),
        when=" to ".join(moments) or "not stated",
        box=", ".join(f"{each:.5g}" for each in item.get("bbox") or ()),
        files=files,
        fetch=fetch if files and actor.may(Right.CURATE) else None,
    )


def _moment(text: str) -> str:
    """Return a time as people write it; what is none, as it is."""
    try:
        found = parse_time(text)
    except Invalid:
        return text
    return words.day(found) if (found.hour, found.minute, found.second) == (0, 0, 0) else words.moment(found)


def _snippet(remote: Remote, name: str, given: Mapping[str, str]) -> str:
    """Lines that open it where it is, with the search that was asked."""
    if remote.kind is Kind.STATIC:
        lines = ["import pystac", "", f'catalog = pystac.Catalog.from_file("{remote.url}")']
        return "\n".join([*lines, f'items = list(catalog.get_child("{name}").get_items())'])
    asked = [f'collections=["{name}"]']
    if box := given.get("bbox", "").strip():
        asked.append(f"bbox=[{box}]")
    if given.get("from") or given.get("to"):
        asked.append(f'datetime="{given.get("from") or ".."}/{given.get("to") or ".."}"')
    lines = ["import pystac_client", "", f'catalog = pystac_client.Client.open("{remote.url}")']
    return "\n".join([*lines, f"items = list(catalog.search({', '.join(asked)}, max_items=20).items())"])
