"""One entry while it is read: its fields, where they stand, and what was said of them."""

from collections.abc import Sequence
from typing import Any

from repeatpass.entries.lines import Lined, Path, dotted
from repeatpass.entries.records import Level, Remark


class Sheet:
    """The fields of one entry. What a part of STAC says is taken out; what is left is kept as it stands."""

    def __init__(self, file: str, lined: Lined) -> None:
        self.file = file
        self.lined = lined
        self.fields: dict[str, Any] = dict(lined.value)
        self.aside: dict[str, Any] = {}  # what could not be used, as it stood
        self.remarks: list[Remark] = list(lined.remarks)

    def text(self, name: str) -> str:
        """Return a field as text, "" where it is missing; it stays."""
        value = self.fields.get(name)
        return "" if value is None or isinstance(value, dict | list) else str(value).strip()

    def take(self, name: str) -> Any:
        """Return a field and take it out."""
        return self.fields.pop(name, None)

    def take_text(self, name: str) -> str:
        """Return a field as text and take it out."""
        found = self.text(name)
        self.fields.pop(name, None)
        return found

    def records(self, name: str) -> list[dict[str, Any]]:
        """Return the mappings of a list, or of a single mapping; it stays."""
        value = self.fields.get(name)
        listed = value if isinstance(value, list) else [value]
        return [each for each in listed if isinstance(each, dict)]

    def warn(self, path: Path | str, message: str, fix: str = "") -> None:
        """Say that something is wrong, and taken all the same."""
        self._say(Level.WARNING, path, message, fix)

    def note(self, path: Path | str, message: str, fix: str = "") -> None:
        """Say what could be better."""
        self._say(Level.NOTE, path, message, fix)

    def error(self, path: Path | str, message: str, fix: str = "") -> None:
        """Say why the entry cannot be taken."""
        self._say(Level.ERROR, path, message, fix)

    def _say(self, level: Level, path: Path | str, message: str, fix: str) -> None:
        steps: Path = (path,) if isinstance(path, str) else path
        line = self.lined.line(steps)
        self.remarks.append(
            Remark(level=level, message=message, fix=fix, file=self.file, line=line, field=dotted(steps))
        )

    def table(self, name: str, columns: Sequence[str] = ()) -> list[dict[str, str]]:
        """Return the rows of a table, with the names of their first column as ``name``; [] where it is text."""
        value = self.fields.get(name)
        if not isinstance(value, dict):
            return []
        described = value.get("Table", {})
        first = str(described["Columns"][0]["Name"]).strip()
        rows = [{str(key).strip(): str(cell).strip() for key, cell in row.items() if cell is not None}
                for row in described["Rows"]]  # fmt: skip
        return [{"name": row.get(first, ""), **row} for row in rows if row.get(first)]
