"""Taking collections from elsewhere into our own catalog, again and again. What is down elsewhere breaks nothing here."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from repeatpass.access import Actor
from repeatpass.catalog.records import Collection
from repeatpass.catalog.room import Catalog
from repeatpass.core.digests import digest_json
from repeatpass.core.durations import seconds_of
from repeatpass.core.errors import Conflict, Gone, Invalid, NotFound, Unavailable
from repeatpass.core.loops import LONGEST_S, Loop
from repeatpass.core.times import now
from repeatpass.notices.troubles import in_words
from repeatpass.remotes.browsing import Browsing
from repeatpass.remotes.records import Remote
from repeatpass.remotes.room import Remotes

log = logging.getLogger(__name__)
OF = "repeatpass:remote"  # the mounted catalogue that a collection came from
AS = "repeatpass:remote_collection"  # its id there
DIGEST = "repeatpass:harvested"  # of what was there
MOST = 20_000  # items of one collection
FIRST_RETRY_S = 60.0
CLAIMED_S = 3600.0  # after which another server may begin a harvest that did not end


class Harvesting:
    """Harvests the catalogues whose time has come, in a thread of its own."""

    def __init__(
        self,
        remotes: Remotes,
        catalog: Catalog,
        actor: Callable[[str], Actor],
        now: Callable[[], datetime] = now,
    ) -> None:
        """*actor*: who has an id; collections are registered under the name of who mounted the catalogue."""
        self.remotes = remotes
        self.catalog = catalog
        self.actor = actor
        self.now = now
        self.browsing = Browsing(remotes.browsing.reading, fresh_s=0.0)  # always asked, with conditions
        self._loop = Loop("harvest", self.step)

    def start(self) -> None:
        """Begin to look at the time."""
        self.remotes.when_changed = self._loop.wake
        self._loop.start()

    def stop(self) -> None:
        """End after what is under way, and close what is open."""
        self._loop.stop()
        self.browsing.reading.close()

    def step(self) -> float:
        """Harvest what is due; return the seconds until something is."""
        for remote in self.remotes.remotes():
            if remote.harvest and remote.next_look <= self.now():
                self.harvest(remote)
        due = [each.next_look for each in self.remotes.remotes() if each.harvest]
        return (min(due) - self.now()).total_seconds() if due else LONGEST_S

    def harvest(self, remote: Remote) -> Remote:
        """Harvest one catalogue; whatever goes wrong is written down and tried again."""
        if not self.remotes.claim(remote, self.now() + timedelta(seconds=CLAIMED_S)):
            return remote
        try:
            seen = self._harvested(remote)
        except Exception as error:  # whatever is wrong elsewhere: it is said, and tried again
            seen = self._failed(remote, error)
        self.remotes.keep(seen)
        return seen

    def _harvested(self, remote: Remote) -> Remote:
        listed = self.browsing.collections(remote)
        if listed.trouble:
            raise Unavailable(listed.trouble)
        bodies = {str(each["id"]): each for each in listed.collections}
        chosen = [bodies[id] for id in remote.wanted if id in bodies] if remote.wanted else list(bodies.values())
        notes = [f"It has no collection “{id}”." for id in remote.wanted if id not in bodies]
        count, changed, left_out = 0, False, list[str]()
        for body in chosen:
            try:
                items, new = self._taken(remote, body, left_out)
            except (NotFound, Conflict, Gone, Invalid) as error:
                notes.append(f"{body['id']}: {error.message}")
                continue
            count, changed = count + items, changed or new
        if left_out:
            notes.append(f"{len(left_out)} items are no valid STAC, or have no name for an address; they are left out.")
        moment = self.now()
        return replace(
            remote, looked=moment, changed=moment if changed else remote.changed, failures=0,
            error=" ".join(notes)[:1000], collections=len(chosen), items=count,
            next_look=moment + timedelta(seconds=seconds_of(remote.every)),
        )  # fmt: skip

    def _taken(self, remote: Remote, body: Mapping[str, Any], left_out: list[str]) -> tuple[int, bool]:
        """Take one collection in; return how many items it has, and whether anything was new."""
        id = local_id(remote, str(body["id"]))
        items = list(self._items(remote, str(body["id"]), id, left_out))
        links = [each for each in body.get("links", ()) if each.get("rel") not in ("item", "items")]
        made = {**body, "id": id, "links": links, OF: remote.id, AS: str(body["id"])}
        made[DIGEST] = digest_json([{name: value for name, value in made.items() if name != DIGEST}, items])
        known = self._known(id)
        if known is not None and known.body.get(DIGEST) == made[DIGEST]:
            return len(items), False
        if known is not None and known.body.get(OF) != remote.id:
            raise Conflict(f"“{id}” is a collection of our own, which is left as it is.")
        self._register(remote, known, made, items)
        return len(items), True

    def _register(self, remote: Remote, known: Collection | None, made: dict[str, Any], items: list[Any]) -> None:
        """Files that were brought here belong to the version that is known, and stay."""
        files = self.catalog.assets(made["id"], known.version) if known else []
        version = known.version if known else "1"
        self.catalog.register(self.actor(remote.owner), made | {"version": version}, items, files)

    def _known(self, id: str) -> Collection | None:
        try:
            return self.catalog.collection(id)
        except Gone:
            raise
        except NotFound:
            return None

    def _items(self, remote: Remote, collection: str, id: str, left_out: list[str]) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        for each in self.browsing.every_item(remote, collection, MOST):
            if each is None or not fits(each):
                left_out.append(collection)
            elif each["id"] not in seen:
                seen.add(str(each["id"]))
                yield {**each, "collection": id}

    def _failed(self, remote: Remote, error: Exception) -> Remote:
        pause = min(FIRST_RETRY_S * 2 ** min(remote.failures, 10), max(FIRST_RETRY_S, seconds_of(remote.every)))
        said = in_words(error)
        log.warning("%s cannot be harvested: %s", remote.id, said)
        following = self.now() + timedelta(seconds=pause)
        return replace(remote, failures=remote.failures + 1, error=said[:1000], next_look=following)


def local_id(remote: Remote, collection: str) -> str:
    """Return the id that a collection of elsewhere has here."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", collection.lower()).strip("-._")
    return f"{remote.id}.{plain}"[:80].rstrip("-._")


def fits(item: Mapping[str, Any]) -> bool:
    """Say whether an item's id can be part of our addresses."""
    return isinstance(item.get("id"), str) and 0 < len(item["id"]) <= 200 and "/" not in item["id"]
