"""Reading fields of a specification; each error names the field, the value, and what would be right."""

from collections.abc import Collection, Mapping
from typing import Any

from repeatpass.kit.cubes.records import BadSpecification


class Fields:
    """A mapping that is read field by field; *at* says where it stands."""

    def __init__(self, data: Any, at: str, known: Collection[str]) -> None:
        if not isinstance(data, Mapping):
            raise BadSpecification(f"{at or 'The specification'}: {data!r} is not a mapping of {', '.join(known)}.")
        self.data, self.at = data, at
        for key in data:
            if key not in known:
                raise wrong(self.name(str(key)), data[key], f"there is no such field; known are {', '.join(known)}")

    def name(self, key: str) -> str:
        """The full name of a field."""
        return f"{self.at}.{key}" if self.at else key

    def has(self, key: str) -> bool:
        """Whether a field is given; empty values count as not given."""
        return self.data.get(key) not in (None, "", [], {})

    def text(self, key: str, default: str | None = None, *, among: Collection[str] = ()) -> str:
        """A text; without *default* it must be there."""
        if not self.has(key) and default is not None:
            return default
        value = self.data.get(key)
        if not isinstance(value, str) or not value.strip():
            hint = f"give one of {', '.join(among)}" if among else "give a text"
            raise wrong(self.name(key), value, f"it is missing; {hint}" if value in (None, "") else hint)
        if among and value not in among:
            raise wrong(self.name(key), value, f"use one of {', '.join(among)}")
        return value

    def number(self, key: str, default: float | None = None, *, above: float | None = None) -> float:
        """A finite number, greater than *above*."""
        value = self.data.get(key, default)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or value != value
            or abs(value) == float("inf")
        ):
            raise wrong(self.name(key), value, "it is missing; give a number" if value is None else "give a number")
        if above is not None and value <= above:
            raise wrong(self.name(key), value, f"it must be greater than {above:g}")
        return float(value)

    def whole(self, key: str, default: int) -> int:
        """A whole number of at least 1."""
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise wrong(self.name(key), value, "give a whole number of at least 1")
        return value

    def four(self, key: str, meaning: str) -> tuple[float, float, float, float]:
        """Four numbers."""
        value = self.data.get(key)
        good = isinstance(value, list | tuple) and len(value) == 4
        if not good or any(isinstance(each, bool) or not isinstance(each, int | float) for each in value or ()):
            raise wrong(self.name(key), value, f"give four numbers: {meaning}")
        a, b, c, d = (float(each) for each in value or ())
        return a, b, c, d

    def texts(self, key: str, default: tuple[str, ...], *, among: Collection[str] = ()) -> tuple[str, ...]:
        """Several texts, none twice."""
        value = self.data.get(key) or list(default)
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise wrong(self.name(key), value, "give a list of texts")
        if among and (unknown := [each for each in value if each not in among]):
            raise wrong(self.name(key), unknown[0], f"use {' or '.join(among)}")
        if len(set(value)) != len(value):
            raise wrong(self.name(key), value, "name each once")
        return tuple(value)


def wrong(name: str, value: Any, right: str) -> BadSpecification:
    """The error of one field."""
    said = "nothing" if value is None else repr(value)
    return BadSpecification(f"{name}: {said[:120]} cannot be used: {right}.", field=name, value=value)
