"""A v5 catalogue's configuration as entries of the registry: collections, indicators that group them, layers."""

from collections.abc import Iterator, Mapping, Sequence

from repeatpass.entries import Draft, Remark
from repeatpass.entries.documents import checked
from repeatpass.entries.lines import Lined, read_lined
from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.entry import entry_of, layer_of
from repeatpass.importing.records import Dropped, Kind, Plan, Refused, Source
from repeatpass.importing.telling import NO_ROOM, dropped_at, listed

ORDER = {Kind.COLLECTION: 0, Kind.LAYER: 1, Kind.INDICATOR: 2}  # an indicator leads to collections that are known then


class _Reading:
    """The files of a configuration while they are read one after another."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.drafts: dict[str, Draft] = {}  # by id
        self.members: dict[str, str] = {}  # id by the name that an indicator calls a collection
        self.themes: dict[str, list[str]] = {}  # by indicator code
        self.dropped: list[Dropped] = []
        self.refused: list[Refused] = []
        self.texts = {each.name: each.content.decode("utf-8", "replace") for each in sources if each.kind is Kind.STORY}
        self.told: set[str] = set()  # of the texts, those that describe an entry

    def take(self, sheet: Sheet, kind: Kind) -> None:
        """Add the entry that one file, or one of its parts, makes."""
        self._beside(sheet)
        dropped: list[Dropped] = []
        made = layer_of(sheet, dropped) if kind is Kind.LAYER else entry_of(sheet, kind, self.members, dropped)
        if made is None or made.body is None:
            self.refused.append(_nameless(sheet))
            return
        id = str(made.body["id"])
        wrong = _wrong(made)
        if id in self.drafts:
            wrong = f"An entry “{id}” comes from {self.drafts[id].name} already."
        if wrong:
            self.refused.append(Refused(file=sheet.file, reason=wrong))
            return
        self.drafts[id] = made
        self.dropped += dropped
        self.members |= {str(each): id for each in (sheet.lined.value.get("Name"), id) if each}
        self.themes |= _themes(sheet)

    def _beside(self, sheet: Sheet) -> None:
        """Put the text of a file beside it in place of its path."""
        name = sheet.text("Description").rsplit("/", 1)[-1]
        if name in self.texts:
            sheet.fields["Description"] = self.texts[name]
            self.told.add(name)


def plan_configuration(sources: Sequence[Source]) -> tuple[Plan, dict[str, list[str]]]:
    """Return what would be made of a configuration, and the themes that it states by indicator code."""
    reading = _Reading(sources)
    for source in sorted((each for each in sources if each.kind in ORDER), key=lambda each: ORDER[each.kind]):
        for sheet in _sheets(source, reading.refused):
            reading.take(sheet, source.kind)
    dropped = [*reading.dropped, *(_story(each) for each in sources
               if each.kind is Kind.STORY and each.name not in reading.told)]  # fmt: skip
    for source in sources:
        if source.kind is Kind.CATALOG:
            dropped += _catalog(source, reading.members, reading.refused)
    return Plan(entries=list(reading.drafts.values()), dropped=dropped, refused=reading.refused), reading.themes


def _sheets(source: Source, refused: list[Refused]) -> Iterator[Sheet]:
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refused.append(Refused(file=source.name, reason=f"It is no text in UTF-8: byte {error.start} cannot be read."))
        return
    lined = read_lined(text.replace("\t", "  ") if source.name.endswith(".json") else text, source.name)
    if lined.value is None:
        worst = lined.remarks[-1] if lined.remarks else None
        reason = f"{worst.message} {worst.fix}".strip() if worst else "It holds no fields."
        refused.append(Refused(file=source.name, reason=reason, line=worst.line if worst else 0))
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


def _story(source: Source) -> Dropped:
    return Dropped(file=source.name, field="", reason=NO_ROOM)


def _catalog(source: Source, members: Mapping[str, str], refused: list[Refused]) -> Iterator[Dropped]:
    """Yield what a catalogue says beyond its list: the list itself is what the folders hold."""
    for sheet in _sheets(source, refused):
        for number, each in enumerate(listed(sheet, "collections")):
            if str(each) not in members:
                yield dropped_at(sheet, f"collections[{number}]", f"“{each}” is not among the files.")
        for name in ("id", "title", "description"):
            sheet.take(name)
        for name in sheet.fields:
            reason = NO_ROOM if name.startswith("stories") else "This house has one catalogue, made anew at /eodash."
            yield dropped_at(sheet, name, reason)
