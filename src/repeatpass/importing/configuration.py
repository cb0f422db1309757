"""A v5 catalogue's configuration as entries of the registry: collections, indicators that group them, layers."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from repeatpass.entries import Draft, Remark
from repeatpass.entries.documents import checked
from repeatpass.entries.lines import Lined, read_lined
from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.entry import entry_of, layer_of
from repeatpass.importing.keeping import unkept
from repeatpass.importing.processes import Notebooks, processes_of
from repeatpass.importing.records import Dropped, Fate, Kind, Plan, Refused, Source, Taken
from repeatpass.importing.stories import PAGE, Texts, kept_stories, links_of, text_of, unneeded
from repeatpass.importing.telling import CATALOGUE, REASONS, changed_at, dropped_at, listed

ORDER = {Kind.COLLECTION: 0, Kind.LAYER: 1, Kind.INDICATOR: 2}  # an indicator leads to collections that are known then


class _Reading:
    """The files of a configuration while they are read one after another."""

    def __init__(self, sources: Sequence[Source], notebooks: Notebooks) -> None:
        self.drafts: dict[str, Draft] = {}  # by id
        self.members: dict[str, str] = {}  # id by the name that an indicator calls a collection
        self.themes: dict[str, list[str]] = {}  # by indicator code
        self.dropped: list[Dropped] = []
        self.refused: list[Refused] = []
        self.taken: list[Taken] = []
        self.texts = Texts(sources)
        self.rendered = _rendered(sources)
        self.notebooks = notebooks

    def take(self, sheet: Sheet, source: Source) -> None:
        """Add the entry that one file, or one of its parts, makes."""
        dropped = [_remarked(each) for each in sheet.lined.remarks]
        self._beside(sheet, source, dropped)
        made = self._made(sheet, source.kind, dropped)
        if made is None or made.body is None:
            self.refused.append(_nameless(sheet))
            return
        id = str(made.body["id"])
        wrong = _wrong(made)
        if id in self.drafts:
            wrong = f"An entry “{id}” comes from {self.drafts[id].name} already."
        if wrong:
            self.refused.append(Refused(file=sheet.file, reason=wrong, line=sheet.lined.line(())))
            return
        lost, said = unkept(sheet, made, dropped)
        self.drafts[id] = made
        self.dropped += [*dropped, *lost]
        self.taken.append(Taken(file=sheet.file, kind=source.kind, became=(f"/collections/{id}",), says=said))
        self.members |= {str(each): id for each in (sheet.lined.value.get("Name"), id) if each}
        self.themes |= _themes(sheet)

    def _made(self, sheet: Sheet, kind: Kind, dropped: list[Dropped]) -> Draft | None:
        if kind is Kind.LAYER:
            return layer_of(sheet, dropped)
        stories = links_of(sheet, self.texts, self.rendered, dropped)
        processes = processes_of(sheet, self.notebooks, dropped)
        return entry_of(sheet, kind, self.members, [*stories, *processes], dropped)

    def _beside(self, sheet: Sheet, source: Source, dropped: list[Dropped]) -> None:
        """Put the text of a file beside it in place of its path."""
        path = sheet.text("Description")
        text = self.texts.described_by(path, source.path or source.name) if path.endswith(".md") else None
        if text is None:
            return
        sheet.fields["Description"] = text_of(text)
        self.texts.described[text.name] = sheet.file
        self.taken.append(Taken(file=text.name, kind=Kind.STORY, says=f"taken as the description in {sheet.file}"))
        dropped.append(changed_at(sheet, "Description", f"The text of {text.path or text.name} stands in its place."))


def plan_configuration(
    sources: Sequence[Source],
    keep: Path,
    licence: str = "",
    known: Mapping[str, Path] | None = None,
    notebooks: Notebooks | None = None,
) -> tuple[Plan, dict[str, list[str]]]:
    """Return what would be made of a configuration, and the themes that it states by indicator code.

    *keep* is a folder into which stories are written as they are; *known* are the stories of earlier imports, by name;
    *notebooks* are those here that a process may be called like.
    """
    reading = _Reading(sources, notebooks or {})
    for source in sorted((each for each in sources if each.kind in ORDER), key=lambda each: ORDER[each.kind]):
        for sheet in _sheets(source, reading.refused):
            reading.take(sheet, source)
    stories, said, taken = kept_stories(reading.texts, licence, known or {}, keep)
    dropped = [*reading.dropped, *said, *unneeded(reading.texts)]
    for source in sources:
        if source.kind is Kind.CATALOG:
            dropped += _catalog(source, reading.members, reading.refused)
            taken.append(Taken(file=source.name, kind=source.kind, says="its list was compared with the files"))
    drafts = [*reading.drafts.values(), *([stories] if stories else [])]
    plan = Plan(entries=drafts, dropped=dropped, refused=reading.refused, files=[*reading.taken, *taken])
    return plan, reading.themes


def _rendered(sources: Sequence[Source]) -> str:
    """Return where a catalogue shows its stories, with ``{id}`` in the address; empty where none says."""
    for source in sources:
        for sheet in _sheets(source, []) if source.kind is Kind.CATALOG else ():
            given = sheet.fields.get("stories_endpoint")
            address = str(given.get("rendered_url") or "") if isinstance(given, Mapping) else ""
            if "{id}" in address:
                return address
    return ""


def _remarked(remark: Remark) -> Dropped:
    """Return what was said of a file as it was read: a field that stands there twice, a tab."""
    return Dropped(
        file=remark.file,
        field=remark.field,
        reason=remark.message,
        line=remark.line,
        todo=remark.fix,
        fate=Fate.CHANGED,
    )


def _sheets(source: Source, refused: list[Refused]) -> Iterator[Sheet]:
    text = source.content.decode("utf-8-sig")  # what is none was refused when it was found
    lined = read_lined(text.replace("\t", "  ") if source.name.endswith(".json") else text, source.name)
    if lined.value is None:
        worst = lined.remarks[-1] if lined.remarks else None
        refused.append(
            Refused(file=source.name, reason=worst.message, line=worst.line, todo=worst.fix)
            if worst else Refused(file=source.name, reason="It holds no fields.")
        )  # fmt: skip
    elif isinstance(lined.value, list):
        for number, each in enumerate(lined.value):
            if isinstance(each, dict):
                lines = {path[1:]: line for path, line in lined.lines.items() if path[:1] == (number,)}
                yield Sheet(source.name, Lined(value=each, lines=lines))
    elif isinstance(lined.value, dict):
        yield Sheet(source.name, lined)


def _wrong(draft: Draft) -> str:
    """Return why what would be made is no STAC; empty where it is."""
    found: list[Remark] = []
    checked(dict(draft.body or {}), "collection", draft.name, found)
    for item in draft.items:
        checked({name: value for name, value in item.items() if name != "collection"}, "item", draft.name, found)
    return " ".join(f"{each.field}: {each.message}" for each in found[:3])


def _nameless(sheet: Sheet) -> Refused:
    needed = "id, url and a protocol such as xyz, WMS or WMTS" if "url" in sheet.lined.value else "Name and Title"
    return Refused(file=sheet.file, reason=f"It needs {needed}.", line=sheet.lined.line(()))


def _themes(sheet: Sheet) -> dict[str, list[str]]:
    given = sheet.lined.value
    code, themes = given.get("EodashIdentifier") or given.get("Name"), given.get("Themes")
    return {str(code): [str(each) for each in themes]} if code and isinstance(themes, list) and themes else {}


def _catalog(source: Source, members: Mapping[str, str], refused: list[Refused]) -> Iterator[Dropped]:
    """Yield what a catalogue says beyond its list: the list itself is what the folders hold."""
    for sheet in _sheets(source, refused):
        for number, each in enumerate(listed(sheet, "collections")):
            if str(each) not in members:
                reason = f"“{each}” is not among the files."
                yield dropped_at(sheet, f"collections[{number}]", reason, "Import its file with it.")
        for name in ("id", "title", "description"):
            sheet.take(name)
        for name in sheet.fields:
            if name == "stories_endpoint":
                yield changed_at(sheet, name, f"It tells where stories are; those among the files are kept at {PAGE}.")
            else:
                yield dropped_at(sheet, name, *REASONS.get(name, CATALOGUE))
