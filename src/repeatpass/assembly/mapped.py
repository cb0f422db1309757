"""The raster behind an indicator's map: what the newest update left, as a layer that can be drawn and measured."""

from collections.abc import Callable

from repeatpass.assembly.house import House
from repeatpass.catalog.records import Collection, CollectionAsset
from repeatpass.core.times import now
from repeatpass.data.gathering import layers_of
from repeatpass.data.records import Layer
from repeatpass.indicators.records import Indicator
from repeatpass.runs.records import Provenance, Purpose, Run, RunOutput, State
from repeatpass.runs.room import Wanted


def map_output(house: House, indicator: Indicator, read: Callable[[Run], Provenance] | None = None) -> RunOutput | None:
    """Return the raster that the newest successful update left; None where there is no map (yet).

    *read* gives what a run left, where that is remembered; otherwise the database is asked.
    """
    if indicator.map is None:
        return None
    wanted = Wanted(purpose=Purpose.UPDATE, subject=indicator.id, states=(State.SUCCEEDED,), limit=1)
    runs, _total = house.runs.page(wanted)
    read = read or (lambda run: house.runs.provenance(run.id))
    outputs = read(runs[0]).outputs if runs else ()
    return next((output for output in outputs if output.name == indicator.map.output), None)


def map_layer(house: House, indicator: Indicator) -> Layer | None:
    """Return the layer of an indicator's map, called by the indicator's id; None where there is none."""
    output = map_output(house, indicator)
    if output is None or indicator.map is None:
        return None
    layers = layers_of(_collection(indicator, output), {}, [_asset(indicator, output)], house.layers.known)
    wanted = indicator.map.variable
    return next((each for each in layers if each.name == wanted), layers[0] if layers else None)


def _collection(indicator: Indicator, output: RunOutput) -> Collection:
    return Collection(
        id=indicator.id, version=output.checksum, title=output.title or indicator.title, body={}, owner="",
        created=now(), updated=now(),
    )  # fmt: skip


def _asset(indicator: Indicator, output: RunOutput) -> CollectionAsset:
    return CollectionAsset(
        collection=indicator.id, version=output.checksum, item=None, key=output.name,
        href=f"/files/{output.checksum}", media_type=output.media_type, size=output.size, checksum=output.checksum,
    )  # fmt: skip
