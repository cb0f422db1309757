"""Tile matrix sets in the capabilities (07-057r7, 7.1.1.2)."""

from typing import TYPE_CHECKING

from repeatpass.api.maps.matrices import WEB, system_of, zooms
from repeatpass.api.maps.systems import urn_of
from repeatpass.api.ows.xml import Element
from repeatpass.api.wmts.writing import common, element
from repeatpass.data.tilesets import tile_matrix_set

if TYPE_CHECKING:
    from morecantile.models import TileMatrix

GOOGLE = "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible"


def set_element(id: str) -> Element:
    """Return the element of a set."""
    tms = tile_matrix_set(id)
    return element(
        "TileMatrixSet",
        common("Title", tms.title or id),
        common("Identifier", id),
        common("SupportedCRS", urn_of(system_of(tms).code)),
        element("WellKnownScaleSet", GOOGLE) if id == WEB else None,
        *(_matrix(tms.matrix(zoom)) for zoom in zooms(tms)),
    )


def _matrix(matrix: "TileMatrix") -> Element:
    first, second = matrix.pointOfOrigin  # in the order that the system's authority has
    sizes = {
        "TileWidth": matrix.tileWidth,
        "TileHeight": matrix.tileHeight,
        "MatrixWidth": matrix.matrixWidth,
        "MatrixHeight": matrix.matrixHeight,
    }
    return element(
        "TileMatrix",
        common("Identifier", matrix.id),
        element("ScaleDenominator", repr(matrix.scaleDenominator)),
        element("TopLeftCorner", f"{first!r} {second!r}"),
        *(element(name, str(number)) for name, number in sizes.items()),
    )
