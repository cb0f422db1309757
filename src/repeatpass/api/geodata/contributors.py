"""The faces of the collections under /ogc, in the order in which their links are given."""

from collections.abc import Callable, Sequence

from repeatpass.api.features.describing import FeaturesFace
from repeatpass.api.geodata.contributing import Contributor
from repeatpass.api.mapping.offers import MapOffers
from repeatpass.api.series.edr_describing import EdrFace
from repeatpass.assembly import House

# Each face adds one line here: what makes its contributor.
FACES: Sequence[Callable[[House], Contributor]] = (FeaturesFace, MapOffers, EdrFace)


def contributors(house: House) -> list[Contributor]:
    """Return the faces of the collections of *house*."""
    return [face(house) for face in FACES]
