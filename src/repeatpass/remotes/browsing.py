"""Looking through a catalogue where it is: its collections, and their items by place and time."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from repeatpass.catalog.collection_search import found_collections
from repeatpass.catalog.records import Collection
from repeatpass.catalog.search.records import Search
from repeatpass.core.errors import Conflict, Invalid, NotFound, Unavailable
from repeatpass.core.times import now
from repeatpass.remotes.linking import href_of, hrefs, listed, tidy, whole_links
from repeatpass.remotes.records import Answer, Found, Kind, Listed, Remote
from repeatpass.remotes.remembering import Remembering
from repeatpass.remotes.searching import matches, packed, query_of, unpacked

FRESH_S = 300.0  # what was read so recently is shown to browsers without asking again
MOST_COLLECTIONS = 2000
PAGE = 250  # items that an API is asked for at once
MOST_ITEMS = 500  # of a static catalogue that one look may read


class Browsing:
    """Looks through catalogues elsewhere. *fresh_s*: how old what is shown may be, in seconds."""

    def __init__(self, reading: Remembering, fresh_s: float = FRESH_S) -> None:
        self.reading = reading
        self.fresh_s = fresh_s

    def landing(self, url: str) -> Answer:
        """Return the landing page or root catalog at *url*; raise Invalid where it is none of STAC."""
        found = self.reading.read(url)
        document = found.document
        if not isinstance(document, dict) or document.get("type") not in ("Catalog", "Collection", None):
            raise Invalid(f"What stands at {url} is no STAC catalog.", address=url)
        if "stac_version" not in document or not isinstance(document.get("links"), list):
            raise Invalid(f"What stands at {url} is no STAC catalog: it lacks “stac_version” or “links”.", address=url)
        return found

    def collections(self, remote: Remote, words: str = "") -> Listed:
        """Return the collections of *remote*, by words of title, text and keywords where they are given."""
        answers: list[Answer] = []
        found = [body for body, _ in self._collections(remote, answers)]
        if words:
            known = [_as_ours(each) for each in found]
            keep = {each.id for each in found_collections(known, words)}
            found = [each for each in found if each["id"] in keep]
        first = min(answers, key=lambda each: each.asked)
        return Listed(collections=found, asked=first.asked, trouble=_trouble(answers))

    def collection(self, remote: Remote, id: str) -> Mapping[str, Any]:
        """Return one collection; raise NotFound if *remote* has none of this id."""
        return self._placed(remote, id, [])[0]

    def search(self, remote: Remote, wanted: Search) -> Found:
        """Return a page of items by collections, ids, box, time and limit; *wanted.token* is ``next`` of the page before.

        Raise Invalid for other conditions: they are not carried elsewhere.
        """
        if wanted.filter is not None or wanted.intersects is not None or wanted.sort:
            raise Invalid(
                "Catalogues elsewhere are searched by collections, ids, bbox and datetime only.", field="filter"
            )
        return self._static(remote, wanted) if remote.kind is Kind.STATIC else self._api(remote, wanted)

    def item(self, remote: Remote, collection: str, id: str) -> Mapping[str, Any]:
        """Return one item; raise NotFound, or Unavailable where that cannot be said now."""
        if remote.kind is Kind.API:
            body, place = self._placed(remote, collection, [])
            address = f"{href_of(body, 'items', place) or f'{place}/items'}".partition("?")[0]
            answer = self.reading.read(f"{address.rstrip('/')}/{id}", self.fresh_s)
            if (found := tidy(answer.document, "item", answer.url)) is not None:
                return found
        answers: list[Answer] = []
        for each in self._linked(remote, collection, answers) if remote.kind is Kind.STATIC else ():
            if each["id"] == id:
                return each
        if trouble := _trouble(answers):  # it may be among those that could not be asked for
            raise Unavailable(trouble)
        raise NotFound(f"“{collection}” of {remote.title} has no item “{id}”.", item=id)

    def every_item(self, remote: Remote, collection: str, most: int) -> Iterator[dict[str, Any] | None]:
        """Yield all items of a collection, *most* at most, None for one that is no valid STAC.

        Raise Unavailable as soon as one cannot be asked for: what is not seen is not gone.
        """
        if remote.kind is Kind.STATIC:
            body, place = self._placed(remote, collection, [])
            for address in hrefs(body, "item", place)[:most]:
                answer = _sure(self.reading.read(address, self.fresh_s))
                yield tidy(answer.document, "item", answer.url)
            return
        wanted, count = Search(collections=(collection,), limit=PAGE), 0
        while count < most:
            page = self.search(remote, wanted)
            if page.trouble:
                raise Unavailable(page.trouble)
            yield from page.items  # type: ignore[misc]
            yield from (None for _ in range(page.left_out))
            count += len(page.items) + page.left_out
            if not page.next or page.next == wanted.token:
                return
            wanted = replace(wanted, token=page.next)

    # API ------------------------------------------------------------------------------------------------------

    def _api(self, remote: Remote, wanted: Search) -> Found:
        landing = self.reading.read(remote.url, self.fresh_s)
        if wanted.token:
            address = unpacked(remote, wanted.token)
        elif search := href_of(landing.document, "search", landing.url):
            address = f"{search.partition('?')[0]}?{query_of(wanted)}"
        elif len(wanted.collections) == 1:  # an API of collections alone: OGC API – Features
            body, place = self._placed(remote, wanted.collections[0], [])
            items = href_of(body, "items", place) or f"{place.rstrip('/')}/items"
            address = f"{items.partition('?')[0]}?{query_of(wanted, with_collections=False)}"
        else:
            raise Conflict(f"{remote.title} cannot be searched as a whole; choose one of its collections.")
        answer = self.reading.read(address, self.fresh_s)
        features = listed(answer.document, "features")
        found = [item for each in features if (item := tidy(each, "item", answer.url))]
        following = href_of(answer.document, "next", answer.url) if features else ""
        return Found(
            items=found, next=packed(following), left_out=len(features) - len(found), asked=answer.asked,
            trouble=answer.trouble,
        )  # fmt: skip

    # both -----------------------------------------------------------------------------------------------------

    def _collections(self, remote: Remote, answers: list[Answer]) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield collections and where they stand."""
        landing = self.reading.read(remote.url, self.fresh_s)
        answers.append(landing)
        if remote.kind is Kind.STATIC:
            yield from self._children(landing, answers, {landing.url})
            return
        address: str = href_of(landing.document, "data", landing.url) or f"{remote.url.rstrip('/')}/collections"
        count = 0
        while address and count < MOST_COLLECTIONS:
            answer = self.reading.read(address, self.fresh_s)
            answers.append(answer)
            for each in listed(answer.document, "collections"):
                count += 1
                place = href_of(each, "self", answer.url) or f"{address.partition('?')[0].rstrip('/')}/{each.get('id')}"
                if (body := tidy(each, "collection", place)) is not None:
                    yield body | {"links": whole_links(each, place)}, place
            following = href_of(answer.document, "next", answer.url)
            address = following if following != address else ""

    def _placed(self, remote: Remote, id: str, answers: list[Answer]) -> tuple[dict[str, Any], str]:
        for body, place in self._collections(remote, answers):
            if body["id"] == id:
                return body, place
        raise NotFound(f"{remote.title} has no collection “{id}”.", collection=id)

    # static -------------------------------------------------------------------------------------------------------

    def _children(self, answer: Answer, answers: list[Answer], seen: set[str]) -> Iterator[tuple[dict[str, Any], str]]:
        document = answer.document
        if isinstance(document, dict) and document.get("type") == "Collection":
            if (body := tidy(document, "collection", answer.url)) is not None:
                yield body | {"links": whole_links(document, answer.url)}, answer.url
            return
        for address in hrefs(document, "child", answer.url):
            if address in seen or len(seen) > MOST_COLLECTIONS:
                continue
            seen.add(address)
            child = self._asked(address)
            if child is None or child.document is None:
                continue  # one that cannot be read does not hide the others
            answers.append(child)
            yield from self._children(child, answers, seen)

    def _asked(self, address: str) -> Answer | None:
        """Return what stands there, nothing with its trouble where it cannot be asked for, None where it is gone."""
        try:
            return self.reading.read(address, self.fresh_s)
        except NotFound:
            return None
        except Unavailable as down:
            return Answer(url=address, document=None, asked=now(), trouble=down.message)

    def _linked(self, remote: Remote, collection: str, answers: list[Answer]) -> Iterator[dict[str, Any]]:
        body, place = self._placed(remote, collection, answers)
        for address in hrefs(body, "item", place)[:MOST_ITEMS]:
            if (answer := self._asked(address)) is None:
                continue
            answers.append(answer)
            if (item := tidy(answer.document, "item", answer.url)) is not None:
                yield item | {"collection": collection}

    def _static(self, remote: Remote, wanted: Search) -> Found:
        answers: list[Answer] = [self.reading.read(remote.url, self.fresh_s)]
        names = wanted.collections or [str(body["id"]) for body, _ in self._collections(remote, answers)]
        every = [item for name in names for item in self._linked(remote, name, answers)]
        found = [each for each in every if matches(each, wanted)]
        begin = int(wanted.token) if wanted.token.isdigit() else 0
        following = str(begin + wanted.limit) if begin + wanted.limit < len(found) else ""
        asked = min(each.asked for each in answers)
        return Found(items=found[begin : begin + wanted.limit], next=following, asked=asked, trouble=_trouble(answers))


def _sure(answer: Answer) -> Answer:
    if answer.trouble:
        raise Unavailable(answer.trouble)
    return answer


def _trouble(answers: list[Answer]) -> str:
    return next((each.trouble for each in answers if each.trouble), "")


def _as_ours(body: Mapping[str, Any]) -> Collection:
    moment = now()
    title = str(body.get("title") or body["id"])
    return Collection(id=str(body["id"]), version="", title=title, body=body, owner="", created=moment, updated=moment)
