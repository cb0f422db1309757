"""The fields of a layer: which files hold the times that are asked for, and in which form they are read fastest."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from repeatpass.catalog.records import CollectionAsset
from repeatpass.catalog.room import Catalog
from repeatpass.data.facts import CUBES, dated, plain, quiet
from repeatpass.data.images import Wanted
from repeatpass.data.originals import Originals, is_far
from repeatpass.data.records import Layer, Source, Style
from repeatpass.data.series.copies import Copies, Wish, slow
from repeatpass.data.series.fields import CubeField, Field, Formula, cube_field
from repeatpass.data.series.rasters import BandFile, raster_fields
from repeatpass.kit.cubes.records import SERIES


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """The fields of what was wanted, by name, all on one grid with the same times."""

    fields: dict[str, Field]
    copied: bool = False

    @property
    def any(self) -> Field:
        """One of them, for the grid and the times."""
        return next(iter(self.fields.values()))


class Finding:
    """Opens the fields of layers."""

    def __init__(self, catalog: Catalog, originals: Originals, copies: Copies) -> None:
        self.catalog = catalog
        self.originals = originals
        self.copies = copies

    def groups(self, layer: Layer, times: Sequence[str]) -> list[tuple[Source, ...]]:
        """Return the files that hold any of *times* (all, if it is empty): each cube alone, rasters of a time together."""
        if layer.kind == "cube":
            return [(each,) for each in layer.sources if not times or set(each.times) & set(times)]
        if not times:
            return [layer.sources]
        by_time: dict[str, list[Source]] = {time: [] for time in times}
        for source in layer.sources:
            for time in source.times:
                if time in by_time:
                    by_time[time].append(source)
        return [tuple(sources) for sources in by_time.values() if sources]

    @contextmanager
    def open(self, layer: Layer, group: Sequence[Source], style: Style, wanted: Wanted) -> Iterator[Opened]:
        """Open the files of one group; they are closed at the end."""
        with ExitStack() as stack:
            if layer.kind == "cube":
                fields, copied = self._cube(stack, layer, group[0], style, wanted.read)
            else:
                fields, copied = _rasters(stack, self.originals, layer, group, style, wanted.read), False
            yield Opened(fields=_shown(fields, wanted), copied=copied)

    def _cube(
        self, stack: ExitStack, layer: Layer, source: Source, style: Style, names: Sequence[str]
    ) -> tuple[dict[str, Field], bool]:
        """The variables of a cube; of a slow one the copy, where there is one, and otherwise one is asked for."""
        copies = {name: self._copy(stack, source, name, style) for name in names}
        if all(copies.values()):  # the original need not even be opened
            return {name: copy for name, copy in copies.items() if copy}, True
        fields = self._variables(stack, source, source.checksum, source.media_type, style, names)
        far = is_far(source.checksum)
        lacking = [name for name in names if slow(fields[name], far=far) and not copies[name]]
        if lacking and (best := self._best(layer, source)) is not None:
            return {**self._variables(stack, source, best.checksum, best.media_type, style, names)}, True
        for name in lacking:
            if not far or fields[name].array.nbytes <= self.copies.most:  # else it would be fetched for nothing
                self.copies.ask(self._wish(source, name))
        return {**fields, **{name: copy for name, copy in copies.items() if copy}}, False

    def _variables(
        self, stack: ExitStack, source: Source, checksum: str, media_type: str, style: Style, names: Sequence[str]
    ) -> dict[str, CubeField]:
        dataset = stack.enter_context(self.originals.cube(checksum, media_type))
        return {name: _dated(cube_field(dataset, name, style.dimensions), source) for name in names}

    def _best(self, layer: Layer, source: Source) -> CollectionAsset | None:
        """The same cube in chunks of long series, where the generator made it in both layouts."""
        beside = self.catalog.own_assets(layer.collection, source.item)
        return next((each for each in beside if each.key == SERIES and plain(each.media_type) in CUBES), None)

    def _wish(self, source: Source, variable: str) -> Wish:
        far = is_far(source.checksum)
        return Wish(
            checksum=source.checksum,
            path=None if far else self.originals.path(source.checksum),
            media_type=source.media_type,
            variable=variable,
            elsewhere=self.originals.elsewhere.described(source.checksum) if far else {},
        )

    def _copy(self, stack: ExitStack, source: Source, variable: str, style: Style) -> CubeField | None:
        """The variable in the copy; None if there is none."""
        place = self.copies.found(self._wish(source, variable))
        if place is None:
            return None
        import xarray as xr

        with quiet():
            dataset = dated(xr.open_zarr(place, consolidated=False, chunks=None, decode_timedelta=False))
        stack.callback(dataset.close)
        return _dated(cube_field(dataset, variable, style.dimensions), source)


def _dated(field: CubeField, source: Source) -> CubeField:
    """A cube without a time of its own has that of its item."""
    return replace(field, times=source.times) if field.times == ("",) and len(source.times) == 1 else field


def _rasters(
    stack: ExitStack, originals: Originals, layer: Layer, group: Sequence[Source], style: Style, names: Sequence[str]
) -> dict[str, Field]:
    numbers = {band.name: band.index for band in layer.bands}
    bands = {name: [_band_file(each, name, numbers[name]) for each in group] for name in names}
    time = group[0].times[0] if group[0].times else ""
    grids = [source.checksum for source in group]
    return dict(stack.enter_context(raster_fields(originals, grids, bands, time, style.nodata)))


def _band_file(source: Source, name: str, number: int) -> BandFile:
    """Where a band is: in the file of its own that some collections have, or in that of all bands."""
    if name in source.parts:
        return BandFile(checksum=source.parts[name], band=1)
    return BandFile(checksum=source.checksum, band=number)


def _shown(fields: dict[str, Field], wanted: Wanted) -> dict[str, Field]:
    """What is wanted of what is read: the fields themselves, or a formula over them."""
    if wanted.expression:
        return {wanted.expression: Formula(expression=wanted.expression, of=fields, mask=wanted.mask)}
    if wanted.mask:
        return {name: Formula(expression=name, of=fields, mask=wanted.mask) for name in wanted.shown}
    return {name: fields[name] for name in wanted.shown}
