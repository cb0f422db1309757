"""`prepare`: convert every collection once, check its description, and say what is missing."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from repeatpass.demo import stac
from repeatpass.demo.formats import fresh
from repeatpass.demo.records import Converted, Facts, PreparedCollection, PreparedItem, Progress
from repeatpass.demo.sources import MissingSource

Report = Callable[[Progress], None]


def prepare(
    target: Path, progress: Report = lambda step: None, *, only: Collection[str] | None = None
) -> list[PreparedCollection]:
    """Convert the demonstration's collections into *target*, a folder each.

    Args:
        target: folder to write to; a collection's folder in it is made anew.
        progress: called before and after each collection. A collection whose package is missing is
            reported with `problem=True` and a sentence that says what to install; the others go on.
        only: ids of the collections to convert; all when None.

    Returns:
        The collections that could be converted, in the order of the list. The same packages give
        files with the same checksums.
    """
    from repeatpass.demo.collections import RECIPES

    wanted = [recipe for recipe in RECIPES if only is None or recipe.facts.id in only]
    found = []
    for done, recipe in enumerate(wanted):
        facts = recipe.facts

        def say(message: str, step: int = done, *, problem: bool = False, id: str = facts.id) -> None:
            progress(Progress(done=step, total=len(wanted), collection=id, message=message, problem=problem))

        say(f"Converting {facts.title}")
        try:
            part = recipe.convert(fresh(target / facts.id))
        except MissingSource as error:
            say(f"{facts.title} is left out. {error}", done + 1, problem=True)
            continue
        found.append(_describe(facts, part))
        say(f"{facts.title} is ready", done + 1)
    return found


def files(collection: PreparedCollection) -> Iterator[Path]:
    """Yield every file of a prepared collection."""
    for asset in (*collection.assets, *(asset for item in collection.items for asset in item.assets)):
        yield asset.path


def _describe(facts: Facts, part: Converted) -> PreparedCollection:
    items: tuple[PreparedItem, ...] = ()
    if part.item is not None:
        items = (PreparedItem(id=part.item, stac=stac.item(facts, part), assets=part.assets),)
    return PreparedCollection(
        id=facts.id,
        version=facts.version,
        title=facts.title,
        kind=facts.kind,
        stac=stac.collection(facts, [part]),
        items=items,
        assets=() if items else part.assets,
    )
