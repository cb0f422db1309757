"""Texts beside a configuration: descriptions in files of their own; and stories, whose Markdown is kept as it stands."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from repeatpass.core.digests import digest_bytes
from repeatpass.entries import Draft, OwnFile
from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.records import Dropped, Fate, Kind, Source, Taken
from repeatpass.importing.telling import WORLD, dropped_at, listed
from repeatpass.importing.writing import ORIGIN

NAME = "eodash-stories"
PAGE = f"/collections/{NAME}"
MARKDOWN = "text/markdown"
FOLDERS = {"stories", "narratives"}
DIRECTIVE = re.compile(r"<!--\s*\{(.*?)\}\s*-->", re.DOTALL)
COUNTED = {  # what of a story is no plain text, and how it is known
    "headings with directives": DIRECTIVE,
    "maps": re.compile(r"as=[\"']eox-map[\"']"),
    "charts": re.compile(r"as=[\"']eox-chart[\"']"),
    "pictures and films elsewhere": re.compile(r"src=[\"'][^\"']+[\"']|!\[[^\]]*\]\("),
}
NOT_SHOWN = "Its Markdown is kept byte for byte; it is not shown as a story here"
LATER = f"Read it at {PAGE}; pictures, films and layers that it names stay where they are."
NO_STORY = "It is no story (no folder stories/, no front matter, no directive), and no entry describes itself by it."


class Texts:
    """The Markdown files of an import, and which of them were needed."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.all = [each for each in sources if each.kind is Kind.STORY]
        self.described: dict[str, str] = {}  # the entry that a text describes, by its file
        self.named: set[str] = set()  # files of the stories that an entry names

    def described_by(self, path: str, near: str) -> Source | None:
        """Return the text that a description names by its path: the one whose path agrees most, the nearest of those."""
        same = [each for each in self.all if _name(each) == PurePosixPath(path).name]
        ranked = sorted(same, key=lambda each: _rank(each, path, near), reverse=True)
        if len(ranked) > 1 and _rank(ranked[0], path, near) == _rank(ranked[1], path, near):
            return None
        return ranked[0] if ranked else None

    def story(self, id: str) -> Source | None:
        """Return the story that is called so."""
        return next((each for each in self.all if PurePosixPath(_name(each)).stem == id), None)

    def stories(self) -> list[Source]:
        """Return what is a story: what an entry names as one, or what looks like one and describes no entry."""
        return [
            each for each in self.all
            if each.name in self.named or (each.name not in self.described and _looks_like_story(each))
        ]  # fmt: skip


def _name(source: Source) -> str:
    return PurePosixPath(source.path or source.name).name


def _rank(source: Source, path: str, near: str) -> tuple[int, int]:
    there = PurePosixPath(source.path or source.name)
    return _common(there.parts[::-1], PurePosixPath(path).parts[::-1]), _common(there.parts, PurePosixPath(near).parts)


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    return next((n for n, pair in enumerate(zip(first, second, strict=False)) if pair[0] != pair[1]),
                min(len(first), len(second)))  # fmt: skip


def _looks_like_story(source: Source) -> bool:
    folders = {each.lower() for each in PurePosixPath(source.path).parts[:-1]}
    text = text_of(source)
    return bool(folders & FOLDERS) or text.startswith("---") or bool(DIRECTIVE.search(text))


def text_of(source: Source) -> str:
    """Return a Markdown file as text; what is no UTF-8 is shown as such."""
    return source.content.decode("utf-8-sig", "replace")


def links_of(sheet: Sheet, texts: Texts, rendered: str, dropped: list[Dropped]) -> list[dict[str, Any]]:
    """Return links to the stories of an entry: to the text that is kept here, or to where it is shown.

    *rendered* is the address that a catalogue states for all its stories, with ``{id}`` in it; empty for none.
    """
    links = []
    for number, each in enumerate(listed(sheet, "Stories")):
        given = each if isinstance(each, Mapping) else {"Id": each}
        id, title = str(given.get("Id") or ""), str(given.get("Name") or given.get("Id") or "")
        if story := texts.story(id):
            texts.named.add(story.name)
            links.append(_link(f"/files/{digest_bytes(story.content)}", title, MARKDOWN, id))
        elif address := _address(given, id, rendered):
            links.append(_link(address, title, "text/html", id))
        else:
            reason = f"The story “{id or title}” is not among the files, and no address is given."
            todo = "Import the folder with the stories together with the catalogue."
            dropped.append(dropped_at(sheet, f"Stories[{number}]", reason, todo))
    return links


def _address(given: Mapping[str, Any], id: str, rendered: str) -> str:
    address = str(given.get("Url") or (rendered.replace("{id}", id) if id else ""))
    return address if address.startswith(("http://", "https://")) else ""


def _link(href: str, title: str, media_type: str, id: str) -> dict[str, Any]:
    named = {"eodash:story": id} if id else {}
    return {"rel": "about", "href": href, "type": media_type, "title": f"Story: {title or id}"} | named


def kept_stories(
    texts: Texts, licence: str, known: Mapping[str, Path], keep: Path
) -> tuple[Draft | None, list[Dropped], list[Taken]]:
    """Return the entry that keeps all stories, those of earlier imports (*known*) too, and what is to be said of each."""
    stories = {each.name: each for each in texts.stories()}
    if not stories:
        return None, [], []
    files = {name: path for name, path in known.items() if name not in stories}
    for name, story in stories.items():
        files[name] = keep / name
        files[name].write_bytes(story.content)
    own = [OwnFile(key=name, path=files[name], media_type=MARKDOWN) for name in sorted(files)]
    said = [_said(each) for each in stories.values()]
    taken = [Taken(file=name, kind=Kind.STORY, became=(PAGE,), says="kept byte for byte") for name in stories]
    return Draft(name=NAME, body=_body(own, licence), files=own), said, taken


def _said(story: Source) -> Dropped:
    text = text_of(story)
    counted = {what: len(pattern.findall(text)) for what, pattern in COUNTED.items()}
    told = ", ".join(f"{what}: {number}" for what, number in counted.items() if number)
    reason = f"{NOT_SHOWN}{f' ({told})' if told else ''}."
    return Dropped(file=story.name, field="", reason=reason, todo=LATER, fate=Fate.CHANGED)


def _body(own: Sequence[OwnFile], licence: str) -> dict[str, Any]:
    terms = (
        {"license": licence} if licence else {"license": "other", "repeatpass:license_title": "No licence is stated"}
    )
    titles = {each.key: title_of(each.path.read_text("utf-8-sig", "replace"), each.key) for each in own}
    return {
        "type": "Collection", "stac_version": "1.1.0", "id": NAME, "title": "Stories of imported dashboards",
        "description": "The texts of stories, as Markdown, byte for byte:\n\n"
        + "\n".join(f"- {title}" for title in titles.values()),
        **terms, "keywords": ["eodash", "stories"],
        "extent": {"spatial": {"bbox": [WORLD]}, "temporal": {"interval": [[None, None]]}},
        "assets": {
            key: {"title": title, "type": MARKDOWN, "roles": ["metadata", "story"]} for key, title in titles.items()
        },
        "stac_extensions": [], "links": [], ORIGIN: {"form": "eodash stories", "files": list(titles)},
    }  # fmt: skip


def title_of(text: str, name: str) -> str:
    """Return what a story is called: its front matter, or its first heading without the directive; else its file."""
    front = re.match(r"---\s*\n(.*?)\n---", text, re.DOTALL)
    stated = re.search(r"^title:\s*(.+)$", front[1], re.MULTILINE) if front else None
    heading = re.search(r"^#\s+(.+)$", DIRECTIVE.sub("", text), re.MULTILINE)
    found = stated or heading
    return " ".join(found[1].strip().strip("\"'").split())[:200] if found else name


def unneeded(texts: Texts) -> Iterator[Dropped]:
    """Yield the texts that are no story and describe nothing."""
    stories = {each.name for each in texts.stories()}
    for each in texts.all:
        if each.name not in texts.described and each.name not in stories:
            todo = "Put it into a folder stories/ if it is one."
            yield Dropped(file=each.name, field="", reason=NO_STORY, todo=todo)
