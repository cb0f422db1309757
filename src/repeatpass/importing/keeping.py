"""What of a configuration stands in the entry that was made: each of its statements is looked for there.

So nothing can be lost without a word, whatever a person wrote where.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repeatpass.entries import Draft
from repeatpass.entries.lines import Path, dotted
from repeatpass.entries.original.sheet import Sheet
from repeatpass.importing.records import Dropped, Fate
from repeatpass.importing.resources import moment_of
from repeatpass.importing.telling import LOST, UNKEPT, dropped_at, slug_of, steps_of


def statements(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each number, text and truth value of a document with its path."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from statements(each, (*path, str(name)))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from statements(each, (*path, number))
    elif value not in (None, ""):
        yield path, value


def unkept(sheet: Sheet, draft: Draft, told: Sequence[Dropped]) -> tuple[list[Dropped], str]:
    """Return what stands neither in the entry nor in what is *told* of the file already; and how much was kept, in words."""
    about = [(steps_of(each.field), each.fate) for each in told]
    known = _Known([draft.body, *draft.items])
    lost: list[Dropped] = []
    kept = every = 0
    for path, value in statements(sheet.lined.value):
        every += 1
        fate = next((fate for steps, fate in about if steps and path[: len(steps)] == steps), None)
        if fate is None and not known.has(value) and not _is_form(path):
            reason, todo = UNKEPT.get(_name(path), LOST)
            lost.append(dropped_at(sheet, dotted(path), f"“{str(value)[:60]}”: {reason}", todo))
            fate = Fate.DROPPED
        kept += fate is None
    return lost, f"{kept} of {every} statements kept as they are"


def _is_form(path: Path) -> bool:
    """Whether it says of which kind a resource, a service or a layer is, which its link tells by its rel."""
    return path == ("protocol",) or (path[0] in ("Resources", "Services") and path[-1] == "Name")


def _name(path: Path) -> str:
    """Return the innermost name of a path: of ``Provider[0].Roles[1]`` it is ``Roles``."""
    return next((each for each in reversed(path) if isinstance(each, str)), "")


class _Known:
    """Everything that an entry says."""

    def __init__(self, documents: Sequence[Any]) -> None:
        values = [value for _path, value in statements(list(documents))]
        self.values = {_plain(each) for each in values}
        self.text = json.dumps([str(each).casefold() for each in values], ensure_ascii=False)

    def has(self, value: Any) -> bool:
        """Say whether a statement stands there: as it is, as a part of a longer text, as an id or as a time in UTC."""
        given = _plain(value)
        if given in self.values or slug_of(given) in self.values:
            return True
        plain = " ".join(given.removeprefix("https://doi.org/").removeprefix("http://doi.org/").rstrip("/").split())
        if len(plain) > 3 and json.dumps(plain, ensure_ascii=False)[1:-1] in self.text:
            return True
        moment = moment_of(given) if given[:4].isdigit() and len(given) > 6 else ""
        return bool(moment) and moment.casefold() in self.text


def _plain(value: Any) -> str:
    """Return a value as text that is the same for 10 and 10.0, and for any case of letters."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(float(value))
    return str(value).strip().casefold()
