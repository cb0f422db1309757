"""All files of a variable's source: which of them a step needs, opened when it comes and closed when it is past."""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any

from repeatpass.kit.context import Context
from repeatpass.kit.cubes.records import BadSpecification, Step, Variable
from repeatpass.kit.cubes.sources import File
from repeatpass.kit.errors import KitError
from repeatpass.kit.records import Collection, Item

OPEN = 4  # files of one variable that are held open


class Source:
    """Where one variable comes from."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        at = f"variables.{variable.name}"
        try:
            self.collection: Collection = Context.load().collection(variable.collection)
        except KitError as error:
            raise BadSpecification(f"{at}.collection: {error}", collection=variable.collection) from None
        self.items = self._items(at)
        self._open: OrderedDict[str, File] = OrderedDict()

    def _items(self, at: str) -> list[Item | None]:
        """The items that are meant, oldest first; None stands for a file of the collection as a whole."""
        key, pattern = self.variable.asset, self.variable.items
        found: list[Item | None] = [
            each for each in self.collection.items if fnmatchcase(each.id, pattern) and key in each.assets
        ]
        if not found and key in self.collection.assets:
            return [None]
        if not found:
            assets = sorted(
                {asset for each in self.collection.items for asset in each.assets} | set(self.collection.assets)
            )
            ids = ", ".join(each.id for each in self.collection.items[:8]) or "none"
            raise BadSpecification(
                f"{at}: {self.collection.id} has no item like {pattern!r} with an asset {key!r}; "
                f"items: {ids}; assets: {', '.join(assets) or 'none'}."
            )
        return sorted(found, key=lambda each: (_span(each)[0] or datetime.min, each.id if each else ""))

    @property
    def lasting(self) -> bool:
        """Whether nothing in it has a time: a map that holds for every step."""
        only = self.items[0]
        return len(self.items) == 1 and _span(only)[0] is None and not self.file(only).along

    def observations(self, step: Step) -> Iterator[tuple[File, int | None]]:
        """Yield the files with something in *step*, and the place along their time axis."""
        for item in self.items:
            start, end = _span(item)
            outside = (start and start >= step.end) or (end and end < step.start)
            if outside and not self._seasonal(item):
                continue
            file = self.file(item)
            if file.along:
                for place in file.within(step):
                    yield file, place
            elif start is None or step.start <= start < step.end:
                yield file, None

    def _seasonal(self, item: Item | None) -> bool:
        return len(self.items) == 1 and self.file(item).seasonal

    def file(self, item: Item | None) -> File:
        """The opened file of an item."""
        from repeatpass.kit.reading import open as read

        key = item.id if item else ""
        if key not in self._open:
            while len(self._open) >= OPEN:
                self._open.popitem(last=False)[1].close()
            opened: Any = read(self.collection.id, key or None, asset=self.variable.asset)
            self._open[key] = File(opened, self.variable, f"{self.collection.id}{f'/{key}' if key else ''}")
        self._open.move_to_end(key)
        return self._open[key]

    def close(self) -> None:
        """Close every file."""
        while self._open:
            self._open.popitem()[1].close()


def _span(item: Item | None) -> tuple[datetime | None, datetime | None]:
    """The first and last moment of an item, UTC without a zone; None where it states none."""
    if item is None:
        return None, None
    start, end = item.datetime or item.start_datetime, item.datetime or item.end_datetime
    return _moment(start), _moment(end)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
