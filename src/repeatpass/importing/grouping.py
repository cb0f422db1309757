"""A report as a person reads it: file by file, and ten thousand rows with the same trouble as one line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from repeatpass.importing.records import Dropped, Fate, Refused, Report, Taken

Said = TypeVar("Said", Taken, Refused, Dropped)
QUOTED = re.compile(r"“[^”]*”|\(\d+ rows\)")  # what differs from row to row
MOST = 12  # runs of lines that are written out


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Everything of one file of which the same is to be said."""

    fate: Fate
    field: str
    reason: str  # of the first
    lines: str  # “line 7”, “lines 3, 5–9”; empty: the file as a whole
    number: int
    todo: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FileReport:
    """What became of one file."""

    file: str
    kind: str  # empty where it was refused
    became: tuple[str, ...]  # addresses of pages
    says: str
    refused: tuple[Refused, ...]
    groups: tuple[Group, ...]


def by_file(report: Report) -> list[FileReport]:
    """Return a report file by file, in the order of their names; of what is dropped, before what is changed."""
    taken, refused, dropped = _listed(report.files), _listed(report.refused), _listed(report.dropped)
    return [
        _one(name, taken.get(name, []), refused.get(name, []), dropped.get(name, []))
        for name in sorted({*taken, *refused, *dropped})
    ]


def _listed(every: Sequence[Said]) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = {}
    for each in every:
        found.setdefault(each.file, []).append(each)
    return found


def _one(name: str, taken: list[Taken], refused: list[Refused], dropped: list[Dropped]) -> FileReport:
    became = tuple(dict.fromkeys(page for each in taken for page in each.became))
    return FileReport(
        file=name, kind=str(taken[0].kind) if taken else "", became=became,
        says="; ".join(dict.fromkeys(each.says for each in taken if each.says)), refused=tuple(refused),
        groups=tuple(sorted(_groups(dropped), key=lambda each: each.fate is Fate.CHANGED)),
    )  # fmt: skip


def _groups(dropped: Sequence[Dropped]) -> Iterator[Group]:
    found: dict[tuple[str, ...], list[Dropped]] = {}
    for each in dropped:
        found.setdefault((each.fate, each.field, QUOTED.sub("…", each.reason), each.todo), []).append(each)
    for same in found.values():
        first = same[0]
        yield Group(
            fate=first.fate, field=first.field, reason=first.reason, number=len(same), todo=first.todo,
            lines=lines_in_words([each.line for each in same if each.line]),
        )  # fmt: skip


def lines_in_words(lines: Sequence[int]) -> str:
    """Return lines as text, neighbours as a range; of very many the first, and how many more there are."""
    every = sorted(set(lines))
    runs: list[list[int]] = []
    for line in every:
        if runs and line == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], line]
        else:
            runs.append([line])
    if not runs:
        return ""
    shown = ", ".join("–".join(map(str, run)) for run in runs[:MOST])
    rest = sum(run[-1] - run[0] + 1 for run in runs[MOST:])
    return f"line{'s' if len(every) > 1 else ''} {shown}" + (f" and {rest} more" if rest else "")


def counted(report: Report) -> Mapping[str, int]:
    """Return how many files were taken and refused, and how many things changed and dropped."""
    fates = [each.fate for each in report.dropped]
    return {
        "files taken": len({each.file for each in report.files}),
        "files not taken": len({each.file for each in report.refused}),
        "things changed": fates.count(Fate.CHANGED),
        "things dropped": fates.count(Fate.DROPPED),
    }
