"""What is to be said of series files: how they are written, which rows were left out or are one, what they do not say."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from repeatpass.importing.records import Dropped, Fate
from repeatpass.kit.eodash import LeftOut, Row, Values, named_columns
from repeatpass.kit.eodash_rows import Form

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
COLUMN = "No column of that name is known."
SPELL = "Check the spelling; put what matters into Description."


def written(file: str, form: Form) -> Iterator[Dropped]:
    """Yield how a file differs from the plain form, and the columns that are none of the original's."""
    if form.separator in SEPARATORS:
        yield _changed(file, "", f"Its columns are separated by {SEPARATORS[form.separator]}; it is read so.")
    if form.comma:
        yield _changed(file, "Measurement Value", "Its numbers have decimal commas; they are read as points.")
    for name in form.twice:
        reason = f"“{name}” says what another column says; where both hold something, the later counts."
        yield _changed(file, name, reason, "Keep one of the two.")
    known = named_columns(form.columns)
    for name in dict.fromkeys(form.columns):
        if name and name not in known:
            yield Dropped(file=file, field=name, reason=COLUMN, todo=SPELL, line=1)


def _changed(file: str, field: str, reason: str, todo: str = "") -> Dropped:
    return Dropped(file=file, field=field, reason=reason, todo=todo, line=1, fate=Fate.CHANGED)


def left_out(values: Values) -> Iterator[Dropped]:
    """Yield the rows that became no value of their own, and those that were read otherwise than they are written."""
    for each in values.left_out:
        yield _row(each, Fate.DROPPED, "Correct the row, and import the file again.")
    for each in values.told_twice:
        disagree = each.reason.startswith("Rows disagree")
        yield _row(each, Fate.CHANGED, "Choose one on the page of the indicator." if disagree else "")
    for each in values.read_otherwise:
        yield _row(each, Fate.CHANGED, "")


def _row(each: LeftOut, fate: Fate, todo: str) -> Dropped:
    return Dropped(file=each.file, field=each.field, reason=each.reason, line=each.line, fate=fate, todo=todo)


def without_place(rows: Sequence[Row], names: Mapping[str, tuple[str, str]]) -> Iterator[Dropped]:
    """Yield what the rows say and nothing here can hold: once for each file and field."""
    for name, (field, reason) in names.items():
        for file, number in Counter(row.file for row in rows if getattr(row, name) not in ("", "/")).items():
            yield Dropped(file=file, field=field, reason=f"{reason} ({number} rows)", todo=KEPT)
    for file, number in Counter(row.file for row in rows if row.reference.startswith("[")).items():
        reason = f"Of [median,std,max,min] the standard deviation is left out; a value has one band. ({number} rows)"
        yield Dropped(file=file, field="Reference value", reason=reason, todo=KEPT)


KEPT = "It stands in the file, which is kept with the collection."


def unsaid(file: str, body: Mapping[str, object], unit: str, axis: str) -> Iterator[Dropped]:
    """Yield what the files should say and do not."""
    if body["license"] == "other":
        yield _missing(file, "licence", "No licence is stated.", "--license CC-BY-4.0 adds one.")
    if not body["providers"]:
        yield _missing(file, "Data Provider", "No provider is stated.", "--provider adds one.")
    if unit == "1" and not axis.endswith(("[1]", "(1)")):
        shown = f"The axis is called “{axis}”" if axis else "Nothing tells the unit"
        yield _missing(file, "yAxis", f"{shown}; it is taken as a pure number.", "--unit CODE=UNIT says it.")


def _missing(file: str, field: str, reason: str, todo: str) -> Dropped:
    return Dropped(file=file, field=field, reason=reason, todo=todo, fate=Fate.CHANGED)
