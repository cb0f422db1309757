"""The JSON twin of a page: the same record, without its drawings."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from repeatpass.core.times import iso


def plain(value: Any) -> Any:
    """A view record as plain JSON: times in ISO 8601, drawings and rendered text left out."""
    if is_dataclass(value) and not isinstance(value, type):
        known = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: plain(each) for name, each in known.items() if not isinstance(each, Markup)}
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
