"""The notebooks and indicators of the demonstration, and the context that a notebook reads the collections through."""

from collections.abc import Sequence
from pathlib import Path

from repeatpass.demo.records import PreparedAsset, PreparedCollection, PreparedItem
from repeatpass.kit.context import Context
from repeatpass.kit.records import Asset, Collection, Item

HERE = Path(__file__).parent


def notebooks() -> list[Path]:
    """Return the notebooks, sorted by name; the name is the shelf id."""
    return sorted((HERE / "notebooks").glob("*.ipynb"))


def indicators() -> list[Path]:
    """Return the indicator files, sorted by name; the name is the indicator's id."""
    return sorted((HERE / "indicators").glob("*.yaml"))


def context(collections: Sequence[PreparedCollection], run: str = "") -> Context:
    """Return a context through which `repeatpass.open` reads the prepared files where they lie."""
    return Context(run=run, collections={each.id: _collection(each) for each in collections})


def _collection(prepared: PreparedCollection) -> Collection:
    return Collection(
        id=prepared.id,
        version=prepared.version,
        title=prepared.title,
        items=tuple(_item(each) for each in prepared.items),
        assets={each.key: _asset(each) for each in prepared.assets},
    )


def _item(prepared: PreparedItem) -> Item:
    times = prepared.stac["properties"]
    return Item(
        id=prepared.id,
        datetime=times["datetime"],
        start_datetime=times["start_datetime"],
        end_datetime=times["end_datetime"],
        assets={each.key: _asset(each) for each in prepared.assets},
    )


def _asset(prepared: PreparedAsset) -> Asset:
    return Asset(
        href=str(prepared.path.resolve()),
        type=prepared.media_type,
        size=prepared.size,
        checksum=prepared.checksum,
    )
