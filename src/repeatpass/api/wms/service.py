"""Does what a client of the WMS asks: describes, draws, tells values, shows legends."""

from repeatpass.api.maps import telling
from repeatpass.api.maps.calling import Answer, Call, documents
from repeatpass.api.maps.composing import FORMATS, PNG, composed
from repeatpass.api.maps.moments import Moment, moment
from repeatpass.api.maps.naming import named
from repeatpass.api.maps.offering import Found, Offering, content_of, sequence_of
from repeatpass.api.maps.refusing import Refused, wrong
from repeatpass.api.maps.systems import in_degrees, systems_of
from repeatpass.api.wms.asked import Asked, GetCapabilities, GetFeatureInfo, GetLegendGraphic, GetMap
from repeatpass.api.wms.capabilities import Service, capabilities
from repeatpass.api.wms.writing import FORMS
from repeatpass.assembly import House
from repeatpass.core.errors import NotFound
from repeatpass.data.records import Layer, Picture, Style


class Wms:
    """The service. Every method blocks; routes call it in a thread."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.offering = Offering(house)
        self._documents = documents()

    def answer(self, call: Call, asked: Asked) -> Answer:
        """Return the answer; raise Refused or an error of a room."""
        if isinstance(asked, GetCapabilities):
            return self._capabilities(call, asked)
        if isinstance(asked, GetMap):
            return self._map(call, asked)
        if isinstance(asked, GetFeatureInfo):
            return self._info(call, asked)
        return self._legend(call, asked)

    def _capabilities(self, call: Call, asked: GetCapabilities) -> Answer:
        groups = self.offering.groups(call.actor, call.collection)
        sequence = sequence_of(groups)
        if asked.update_sequence and asked.update_sequence == sequence:
            raise Refused("CurrentUpdateSequence", "The capabilities are as you know them.", "updateSequence")
        if asked.update_sequence and asked.update_sequence > sequence:
            raise wrong("updateSequence", asked.update_sequence, f"{sequence} or older", "InvalidUpdateSequence")
        title = groups[0].title if call.collection and groups else "Repeatpass"
        told = Service(title=title, address=call.address, base=call.base, groups=groups, sequence=sequence)
        form, key = FORMS[asked.version], (asked.version, call.address, call.base, content_of(groups))
        content = self._documents.get(key) or capabilities(form, told)
        self._documents.put(key, content)
        return Answer(content=content, media_type=form.document)

    def _map(self, call: Call, asked: GetMap) -> Answer:
        pictures, nearest, public = [], None, True
        alone = len(asked.layers) == 1 and asked.background is None
        form = FORMATS[asked.media_type] if alone else FORMATS[PNG]
        for id, name in zip(asked.layers, asked.styles, strict=True):
            found = self._layer(call, id, "layers")
            layer, public = found.layer, public and found.public
            self._require_system(layer, asked)
            style, shown = named(layer, name, asked.words), moment(layer, asked.time)
            nearest = shown if shown.nearest else nearest
            pictures.append(self._drawn(layer, style, shown, asked, form))
        picture = composed(pictures, asked.media_type, asked.background)
        return Answer(
            content=picture.content, media_type=picture.media_type, etag=picture.etag, public=public, nearest=nearest
        )

    def _drawn(self, layer: Layer, style: Style, shown: Moment, asked: GetMap, form: str) -> Picture:
        frame = asked.frame
        return self.house.rendering.map(
            layer, style, shown.time, frame.system.drawn, frame.bounds, frame.width, frame.height, form
        )

    def _info(self, call: Call, asked: GetFeatureInfo) -> Answer:
        strangers = [each for each in asked.layers if each not in asked.shown.layers]
        if strangers:
            there = ", ".join(asked.shown.layers)
            raise wrong(
                "query_layers", ",".join(strangers), f"among the layers of the map ({there})", "LayerNotDefined"
            )
        lon, lat = _place(asked)
        found = []
        for id in asked.layers:
            layer = self._layer(call, id, "query_layers").layer
            self._require_system(layer, asked.shown)
            name = asked.shown.styles[asked.shown.layers.index(id)]
            style, shown = named(layer, name, asked.shown.words), moment(layer, asked.shown.time)
            found.append((layer, self.house.rendering.point(layer, style, shown.time, lon, lat)))
        return Answer(content=telling.told(found, asked.media_type), media_type=asked.media_type)

    def _legend(self, call: Call, asked: GetLegendGraphic) -> Answer:
        found = self._layer(call, asked.layer, "layer")
        picture = self.house.rendering.legend(found.layer, named(found.layer, asked.name, asked.words))
        return Answer(content=picture.content, media_type=picture.media_type, etag=picture.etag, public=found.public)

    def _layer(self, call: Call, id: str, parameter: str) -> Found:
        try:
            found = self.offering.layer(call.actor, id)
        except NotFound as error:
            raise Refused("LayerNotDefined", error.message, parameter) from None
        if call.collection and found.layer.collection != call.collection:
            raise wrong(parameter, id, f"a layer of {call.collection}", "LayerNotDefined")
        return found

    def _require_system(self, layer: Layer, asked: GetMap) -> None:
        code = asked.frame.system.code
        if code not in systems_of(layer):
            there = ", ".join(systems_of(layer))
            raise Refused("InvalidCRS", f"{layer.id} is not drawn in {code}; it is in {there}.", "crs")


def _place(asked: GetFeatureInfo) -> tuple[float, float]:
    """Return longitude and latitude of the middle of the pixel; raise Refused where there is no such place."""
    frame = asked.shown.frame
    left, bottom, right, top = frame.bounds
    x = left + (asked.column + 0.5) / frame.width * (right - left)
    y = top - (asked.row + 0.5) / frame.height * (top - bottom)
    found = in_degrees(frame.system, x, y)
    if found is None:
        raise Refused("InvalidPoint", f"The pixel {asked.column}, {asked.row} is not a place on Earth.", "i")
    return found
