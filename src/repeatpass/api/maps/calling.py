"""One request to a map service, and its answer."""

from dataclasses import dataclass

from repeatpass.access import Actor
from repeatpass.api.maps.moments import Moment
from repeatpass.kit.memory import Remembered

DOCUMENTS = 256 << 20  # bytes of capabilities that are held


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """Who asks, at which address, and of which collection (empty: of all)."""

    actor: Actor
    address: str  # of the service, without a query
    base: str  # of the house, with a slash at its end
    collection: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What is sent."""

    content: bytes
    media_type: str
    etag: str = ""
    public: bool = False  # whether everybody may see what is shown
    nearest: Moment | None = None  # set where another time than the asked one is shown

    @property
    def headers(self) -> dict[str, str]:
        """What else a client is told."""
        return self.nearest.headers if self.nearest else {}


def documents() -> Remembered[bytes]:
    """Return a store for capabilities: those of thousands of layers take seconds to write."""
    return Remembered(DOCUMENTS, len)
