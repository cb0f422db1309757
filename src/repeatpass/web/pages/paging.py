"""Long lists page by page: the number in the address, and the links to the pages before and after."""

from collections.abc import Iterable, Mapping

from repeatpass.catalog.registry.asking import page_number
from repeatpass.web.links import addressed
from repeatpass.web.views import Pager

__all__ = ["page_number", "pager_of"]


def pager_of(
    path: str, asked: Mapping[str, str] | Iterable[tuple[str, str]], number: int, at_once: int, total: int
) -> Pager | None:
    """The pager of a list of *total* things; None where one page holds them all."""
    if total <= at_once and number == 1:
        return None
    given = asked.items() if isinstance(asked, Mapping) else asked
    kept = [(name, value) for name, value in given if name != "page"]
    first = (number - 1) * at_once

    def page(other: int) -> str:
        return addressed(path, [*kept, ("page", str(other) if other > 1 else "")])

    return Pager(
        first=min(first + 1, total),
        last=min(first + at_once, total),
        total=total,
        previous=page(number - 1) if number > 1 else "",
        next=page(number + 1) if first + at_once < total else "",
    )
