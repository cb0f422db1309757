"""What a face (features, tiles, maps, EDR) adds to the landing page, the conformance and each collection's document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from repeatpass.access import Actor
from repeatpass.catalog.records import Collection

Link = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What one face says of a collection.

    *links* as `repeatpass.api.documents.link` makes them, with paths from the server's root. *members* stand in the
    document itself (``itemType``, ``crs``, ``data_queries``); where two faces give the same list, it is joined.
    """

    links: Sequence[Link] = ()
    members: Mapping[str, Any] = field(default_factory=dict)


class Contributor(Protocol):
    """One face of the collections. Named in `contributors`, made once for a house."""

    @property
    def conformance(self) -> Sequence[str]:
        """The conformance classes that this face keeps."""

    @property
    def landing(self) -> Sequence[Link]:
        """Links for the landing page of /ogc."""

    def part(self, collection: Collection, actor: Actor) -> Part | None:
        """Return what this face offers of *collection* to *actor*, who may see it; None for nothing.

        Asked for each collection of a list, so it must be quick: no file is opened for it.
        """


@runtime_checkable
class ReadsAhead(Protocol):
    """A contributor that can ask its room once for a whole list."""

    def for_many(self) -> Contributor:
        """Return a contributor that knows now what it is asked of many collections; for one request."""


def for_many(faces: Sequence[Contributor]) -> list[Contributor]:
    """Return the faces for a list of collections."""
    return [each.for_many() if isinstance(each, ReadsAhead) else each for each in faces]
