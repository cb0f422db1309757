"""Does what a client of the WMTS asks: describes, draws, tells values."""

from repeatpass.api.maps import telling
from repeatpass.api.maps.calling import Answer, Call, documents
from repeatpass.api.maps.composing import FORMATS
from repeatpass.api.maps.matrices import sets_of, system_of
from repeatpass.api.maps.moments import moment
from repeatpass.api.maps.naming import named
from repeatpass.api.maps.offering import Found, Offering, content_of, sequence_of
from repeatpass.api.maps.refusing import Refused, wrong
from repeatpass.api.maps.systems import in_degrees
from repeatpass.api.wmts.capabilities import Service, capabilities
from repeatpass.api.wmts.reading import Asked, GetCapabilities, GetFeatureInfo, GetTile
from repeatpass.api.wmts.writing import XML
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.data.rendering import OutsideTheGrid, tile_grid
from repeatpass.data.tilesets import tile_matrix_set


class Wmts:
    """The service. Every method blocks; routes call it in a thread."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.offering = Offering(house)
        self._documents = documents()

    def answer(self, call: Call, asked: Asked) -> Answer:
        """Return the answer; raise Refused or an error of a room."""
        if isinstance(asked, GetCapabilities):
            return self._capabilities(call, asked)
        return self._tile(call, asked) if isinstance(asked, GetTile) else self._info(call, asked)

    def _capabilities(self, call: Call, asked: GetCapabilities) -> Answer:
        groups = self.offering.groups(call.actor, call.collection)
        sequence = sequence_of(groups)
        known = bool(asked.update_sequence) and asked.update_sequence == sequence
        told = Service(
            title=groups[0].title if call.collection and groups else "Repeatpass",
            address=call.address,
            base=call.base,
            groups=groups,
            sequence=sequence,
            sections=("none",) if known else asked.sections,
        )
        key = (call.address, call.base, tuple(told.sections), content_of(groups))
        content = self._documents.get(key) or capabilities(told)
        self._documents.put(key, content)
        return Answer(content=content, media_type=XML)

    def _tile(self, call: Call, asked: GetTile) -> Answer:
        found, form = self._found(call, asked), FORMATS[asked.media_type]
        style, shown = named(found.layer, asked.style, asked.words), moment(found.layer, asked.time)
        try:
            picture = self.house.rendering.tile(
                found.layer, style, shown.time, asked.tms, asked.zoom, asked.column, asked.row, form
            )
        except OutsideTheGrid as error:
            raise _outside(asked, error) from None
        nearest = shown if shown.nearest else None
        return Answer(
            content=picture.content,
            media_type=picture.media_type,
            etag=picture.etag,
            public=found.public,
            nearest=nearest,
        )

    def _info(self, call: Call, asked: GetFeatureInfo) -> Answer:
        tile, found = asked.tile, self._found(call, asked.tile)
        style, shown = named(found.layer, tile.style, tile.words), moment(found.layer, tile.time)
        lon, lat = _place(asked)
        values = self.house.rendering.point(found.layer, style, shown.time, lon, lat)
        return Answer(content=telling.told([(found.layer, values)], asked.media_type), media_type=asked.media_type)

    def _found(self, call: Call, asked: GetTile) -> Found:
        try:
            found = self.offering.layer(call.actor, asked.layer)
        except NotFound as error:
            raise Refused("LayerNotDefined", error.message, "layer") from None
        if call.collection and found.layer.collection != call.collection:
            raise wrong("layer", asked.layer, f"a layer of {call.collection}")
        there = sets_of(found.layer)
        if asked.tms not in there:
            raise wrong("TileMatrixSet", asked.tms, f"one of those of {found.layer.id}: {', '.join(there)}")
        return found


def _outside(asked: GetTile, error: OutsideTheGrid) -> Refused:
    """Say which of the three numbers is wrong (07-057r7, table 25): an unknown matrix is a wrong value."""
    if "y" not in error.detail:
        return Refused("InvalidParameterValue", error.message, "TileMatrix")
    matrix = tile_matrix_set(asked.tms).matrix(asked.zoom)
    return Refused("TileOutOfRange", error.message, "TileRow" if asked.row >= matrix.matrixHeight else "TileCol")


def _place(asked: GetFeatureInfo) -> tuple[float, float]:
    """Return longitude and latitude of the middle of the pixel; raise Refused where there is no such place."""
    tile = asked.tile
    try:
        grid = tile_grid(tile.tms, tile.zoom, tile.column, tile.row)
    except OutsideTheGrid as error:
        raise _outside(tile, error) from None
    if asked.i >= grid.width or asked.j >= grid.height:
        text = f"A tile has the pixels 0,0 to {grid.width - 1},{grid.height - 1}; not {asked.i},{asked.j}."
        raise Refused("PointIJOutOfRange", text, "I" if asked.i >= grid.width else "J")
    left, bottom, right, top = grid.bounds
    x = left + (asked.i + 0.5) / grid.width * (right - left)
    y = top - (asked.j + 0.5) / grid.height * (top - bottom)
    found = in_degrees(system_of(tile_matrix_set(tile.tms)), x, y)
    if found is None:
        raise Refused("PointIJOutOfRange", f"The pixel {asked.i},{asked.j} is not a place on Earth.", "I")
    return found
