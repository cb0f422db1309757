"""Properties of items inside SQL: values of a JSON document by type, on SQLite and PostgreSQL.

A comparison with a number sees numbers only, one with a text texts only; anything else is null, as a missing property
is. So a property that is text in one item and a number in another never breaks a search.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from repeatpass.catalog.search.subject import ITEMS, Kind, Subject

SQLITE_TYPES = {"number": ("integer", "real"), "text": ("text",), "boolean": ("true", "false")}
POSTGRESQL_TYPES = {"number": "number", "text": "string", "boolean": "boolean"}
SQL_TYPES: dict[str, Any] = {"number": sa.Float, "text": sa.Text, "boolean": sa.Boolean}


class Properties:
    """Gives the value of a named property of *subject* as an SQL expression in the words of one *dialect*."""

    def __init__(self, dialect: str, subject: Subject = ITEMS) -> None:
        self.subject = subject
        self.document = subject.document
        self.sqlite = dialect == "sqlite"

    def value(self, name: str, kind: Kind) -> sa.ColumnElement[Any]:
        """Return the property *name* where it is of *kind*, else null."""
        path = self._path(name)
        if self.sqlite:
            return self._on_sqlite(path, kind)
        return self._on_postgresql(path, kind)

    def array(self, name: str) -> sa.ColumnElement[Any]:
        """Return the property *name* as JSON where it is an array, else null."""
        path = self._path(name)
        if self.sqlite:
            kind = sa.func.json_type(self.document, _dotted(path))
            return sa.case((kind == "array", sa.func.json_extract(self.document, _dotted(path), type_=sa.Text)))
        found = self._extracted(path)
        return sa.case((sa.func.jsonb_typeof(found) == "array", found))

    def exists(self, name: str) -> sa.ColumnElement[bool]:
        """Say whether there is a property *name* that is not null."""
        path = self._path(name)
        if self.sqlite:
            kind = sa.func.json_type(self.document, _dotted(path))
            return sa.and_(kind.is_not(None), kind != "null")
        kind = sa.func.jsonb_typeof(self._extracted(path))
        return sa.and_(kind.is_not(None), kind != "null")

    def _path(self, name: str) -> tuple[str, ...]:
        """Return where a property stands; names are those of queryables, with or without ``properties.``."""
        return (*self.subject.path, self.subject.plain(name))

    def _on_sqlite(self, path: tuple[str, ...], kind: Kind) -> sa.ColumnElement[Any]:
        dotted = self._word(_dotted(path))
        if kind == "any":
            return sa.func.json_extract(self.document, dotted, type_=sa.Text)
        value = sa.func.json_extract(self.document, dotted, type_=SQL_TYPES[kind])
        of_kind = sa.func.json_type(self.document, dotted).in_(self._words(SQLITE_TYPES[kind]))
        return sa.case((of_kind, value))

    def _on_postgresql(self, path: tuple[str, ...], kind: Kind) -> sa.ColumnElement[Any]:
        found = self._extracted(path)
        if kind == "any":
            return found
        document, parts = sa.cast(self.document, JSONB), [self._word(part) for part in path]
        text = sa.func.jsonb_extract_path_text(document, *parts, type_=sa.Text)
        value = text if kind == "text" else sa.cast(text, SQL_TYPES[kind])
        of_kind = sa.case((sa.func.jsonb_typeof(found) == self._word(POSTGRESQL_TYPES[kind]), value))
        # In the order of Unicode, as SQLite has it; indexes in it find beginnings of texts, too.
        return sa.collate(of_kind, "C") if kind == "text" and self.subject.known is not None else of_kind

    def _extracted(self, path: tuple[str, ...]) -> sa.ColumnElement[Any]:
        parts = [self._word(part) for part in path]
        return sa.func.jsonb_extract_path(sa.cast(self.document, JSONB), *parts, type_=JSONB)

    def _word(self, text: str) -> sa.ColumnElement[str]:
        """A fixed text; where all names are known it is written out, as the indexes over properties have it."""
        return sa.literal(text, sa.Text, literal_execute=self.subject.known is not None)

    def _words(self, texts: tuple[str, ...]) -> Any:
        known = self.subject.known is not None
        return sa.bindparam(None, texts, sa.Text, expanding=True, literal_execute=known, unique=True)


def _dotted(path: tuple[str, ...]) -> str:
    return "$" + "".join(f'."{part}"' for part in path)
