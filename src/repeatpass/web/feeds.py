"""Atom feeds (RFC 4287): what was delivered, released, rejected and told of indicators."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from xml.etree import ElementTree

from repeatpass.catalog.registry import Change
from repeatpass.core.times import iso
from repeatpass.indicators.records import Delivery, Value, ValueState
from repeatpass.schedules.alerts import Alert, Told
from repeatpass.web import words
from repeatpass.web.desk import Desk
from repeatpass.web.pages.changelog import sentence_of, title_of

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 50
CATEGORIES = {Told.STALE: "stale", Told.FRESH: "fresh", Told.HELD: "held"}
JUDGED = {ValueState.RELEASED: ("Released", "released"), ValueState.REJECTED: ("Rejected", "rejected")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry. *key* says what it is, for ever: its id is made from it."""

    key: str
    title: str
    text: str
    category: str
    href: str  # without host
    updated: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed. *base* is the address of the house, without a slash at its end."""

    key: str
    title: str
    path: str
    page: str
    base: str
    entries: Sequence[Entry]
    since: datetime  # when it was last changed, if it has no entry


def alerts_feed(desk: Desk, base: str) -> Feed:
    """The alerts of all indicators."""
    alerts = desk.house.scheduling.alerts.recent(limit=ENTRIES)
    return Feed(
        key="alerts", title="Alerts of Repeatpass", path="/feeds/alerts.atom", page="/indicators", base=base,
        entries=[_alert(each) for each in alerts], since=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
    )  # fmt: skip


def indicator_feed(desk: Desk, id: str, base: str) -> Feed:
    """What was delivered to one indicator, released and rejected by people, and told of it."""
    series = desk.series(id)
    indicator, house = series.indicator, desk.house
    entries = [_delivery(each, indicator.title) for each in series.deliveries[:ENTRIES]]
    entries += _judged(house.indicators.judgements(id), indicator.title)
    entries += [_alert(each) for each in house.scheduling.alerts.recent(id, ENTRIES) if each.kind is not Told.HELD]
    return Feed(
        key=f"indicator {id}", title=indicator.title, path=f"/indicators/{id}/feed.atom", page=f"/indicators/{id}",
        base=base, entries=sorted(entries, key=lambda entry: entry.updated, reverse=True)[:ENTRIES],
        since=house.indicators.updated(id),
    )  # fmt: skip


def collections_feed(desk: Desk, base: str, id: str = "") -> Feed:
    """What happened to the collections that the viewer may see, or to one of them; raise NotFound if there is none."""
    house = desk.house
    hidden = house.registry.hidden_from(house.catalog.viewer)
    changes = house.history.of(id, ENTRIES) if id else house.history.recent(ENTRIES, hidden=hidden)
    page = f"/collections/{id}" if id else "/collections"
    return Feed(
        key=f"collection {id}" if id else "collections",
        title=house.catalog.collection(id).title if id else "Collections of Repeatpass",
        path=f"{page}/feed.atom" if id else "/feeds/collections.atom",
        page=page,
        base=base,
        entries=[_change(desk, each) for each in changes],
        since=house.catalog.collection(id).created if id else datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
    )


def _change(desk: Desk, change: Change) -> Entry:
    known = desk.house.registry.entry(change.collection) is not None
    return Entry(
        key=f"collection {change.collection} {change.id}",
        title=f"{title_of(desk, change.collection)}: {sentence_of(change)}",
        text=change.detail or f"{sentence_of(change)}.",
        category=change.kind,
        href=f"/collections/{change.collection}" if known else "/registry/changes",
        updated=change.when,
    )


def _alert(alert: Alert) -> Entry:
    page = f"/indicators/{alert.indicator}" + ("/held" if alert.kind is Told.HELD else "")
    return Entry(
        key=f"alert {alert.id}", title=alert.sentence, text=alert.sentence, category=CATEGORIES[alert.kind], href=page,
        updated=alert.created,
    )  # fmt: skip


def _delivery(delivery: Delivery, title: str) -> Entry:
    counts = f"{delivery.released} new, {delivery.unchanged} unchanged, {delivery.held} held back"
    return Entry(
        key=f"delivery {delivery.indicator} {delivery.run}",
        title=f"{title}: {'nothing could be taken' if delivery.reason else counts}",
        text=delivery.reason or f"Run {delivery.run} brought {counts}.",
        category="held" if delivery.held else "delivery",
        href=f"/runs/{delivery.run}",
        updated=delivery.created,
    )


def _judged(values: Sequence[Value], title: str) -> list[Entry]:
    """One entry for the values that were judged together."""
    found = []
    for (state, reason), group in groupby(values, lambda value: (value.state, value.reason)):
        members = list(group)
        word, category = JUDGED[state]
        found.append(
            Entry(
                key=f"judged {members[0].indicator} {members[0].id}",
                title=f"{title}: {words.plural(len(members), 'value')} {word.lower()} by a person",
                text=reason,
                category=category,
                href=f"/indicators/{members[0].indicator}",
                updated=members[-1].created,
            )
        )
    return found


def written(feed: Feed) -> bytes:
    """The feed as XML."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    newest = max((entry.updated for entry in feed.entries), default=feed.since)
    _text(root, "id", _id(f"feed {feed.key}"))
    _text(root, "title", feed.title)
    _text(root, "updated", iso(newest))
    _text(_sub(root, "author"), "name", "Repeatpass")
    _text(root, "generator", "Repeatpass")
    _sub(root, "link", rel="self", type="application/atom+xml", href=feed.base + feed.path)
    _sub(root, "link", rel="alternate", type="text/html", href=feed.base + feed.page)
    for entry in feed.entries:
        _write(_sub(root, "entry"), entry, feed.base)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _write(element: ElementTree.Element, entry: Entry, base: str) -> None:
    _text(element, "id", _id(entry.key))
    _text(element, "title", entry.title)
    _text(element, "updated", iso(entry.updated))
    _text(element, "published", iso(entry.updated))
    _sub(element, "link", rel="alternate", type="text/html", href=base + entry.href)
    _sub(element, "category", term=entry.category)
    _text(element, "content", entry.text).set("type", "text")


def _id(key: str) -> str:
    """A lasting id: the same thing has it in every answer, on every address of the house (RFC 4287, 4.2.6)."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'urn:repeatpass:{key}')}"


def _sub(parent: ElementTree.Element, name: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    made = _sub(parent, name)
    made.text = "".join(letter for letter in text if letter >= " " or letter in "\n\t")  # XML 1.0 has no others
    return made
