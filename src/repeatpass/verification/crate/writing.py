"""Writes a crate: the same run gives the same bytes, and a half-written one never gets the name."""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from repeatpass.core.errors import Conflict
from repeatpass.kit.context import Context
from repeatpass.kit.records import Asset, Collection
from repeatpass.verification.crate.metadata import metadata_json
from repeatpass.verification.crate.passport import passport_json
from repeatpass.verification.crate.records import (
    CONTEXT,
    EXECUTED,
    INPUTS,
    KIT,
    LOCK,
    METADATA,
    NOTEBOOK,
    OUTPUTS,
    PASSPORT,
    CrateContent,
    CrateInput,
)

LARGEST_INPUT = 500_000_000  # bytes; a larger input is named by address and checksum alone
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date a zip file can hold, so that no clock gets into it
CHUNK = 1 << 20
SUFFIXES = {
    "text/csv": ".csv",
    "image/tiff": ".tif",
    "application/x-netcdf": ".nc",
    "application/vnd.zarr+zip": ".zarr.zip",
    "application/vnd.apache.parquet": ".parquet",
}
PACKED = (".nc", ".zip", ".png", ".tif", ".parquet", ".jpg", ".gz")
README = """# {title}

This file holds one run of a notebook and everything it stood on. To repeat it on your own computer:

    pip install "repeatpass[repeat]"
    repeatpass repeat THIS-FILE.zip

You are told whether your results are identical, equal within the declared tolerance, or different: where, by
how much, and why. `passport.json` names every leg of the run; `ro-crate-metadata.json` describes it as a
Workflow Run Crate.
"""


def write_crate(target: Path, record: CrateContent, *, largest_input: int = LARGEST_INPUT) -> Path:
    """Write *record* as a zip file at *target* and return its path.

    Inputs above *largest_input* bytes are left out; their address and checksum are kept. Raises
    Conflict where an input or output is no longer the one its checksum names, OSError where a
    file cannot be read or written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            _Writer(archive, record, largest_input).write()
        Path(draft).chmod(0o644)  # a temporary file is its owner's alone; a crate is meant to be given away
        Path(draft).replace(target)
    finally:
        Path(draft).unlink(missing_ok=True)
    return target


class _Writer:
    """Fills one archive and remembers the checksum and size of everything it holds."""

    def __init__(self, archive: zipfile.ZipFile, record: CrateContent, largest_input: int) -> None:
        self.archive = archive
        self.record = record
        self.largest_input = largest_input
        self.files: dict[str, str] = {}
        self.sizes: dict[str, int] = {}

    def write(self) -> None:
        record = self.record
        self._text("README.md", README.format(title=record.title or f"Run {record.run}"))
        self._copy(NOTEBOOK, record.notebook)
        if record.executed:
            self._copy(EXECUTED, record.executed)
        self._text(LOCK, record.environment.lock)
        places = self._inputs()
        self._text(CONTEXT, _json(_relative(record.context, places).to_json()))
        for output in record.outputs:
            self._copy(f"{OUTPUTS}/{_plain(output.path)}", output.source, output.checksum)
        self._kit()
        self._describe(places)

    def _inputs(self) -> dict[str, str]:
        """Write the inputs and return checksum → path in the crate, of those that are in it."""
        places: dict[str, str] = {}
        for each in self.record.inputs:
            fits = each.path is not None and each.path.stat().st_size <= self.largest_input
            if fits and each.path and each.pin.checksum not in places:
                places[each.pin.checksum] = _place(each)
                self._copy(places[each.pin.checksum], each.path, each.pin.checksum)
        return places

    def _kit(self) -> None:
        for source in sorted(self.record.kit.rglob("*")) if self.record.kit else ():
            if source.is_file() and source.suffix != ".pyc" and self.record.kit:
                self._copy(f"{KIT}/{source.relative_to(self.record.kit).as_posix()}", source)

    def _describe(self, places: Mapping[str, str]) -> None:
        files, sizes = dict(self.files), self.sizes
        self._text(PASSPORT, _json(passport_json(self.record, places, files)))
        self._text(METADATA, _json(metadata_json(self.record, places, self.files, sizes)))

    def _text(self, name: str, text: str) -> None:
        data = text.encode()
        self.files[name], self.sizes[name] = "sha256:" + hashlib.sha256(data).hexdigest(), len(data)
        self.archive.writestr(_entry(name), data)

    def _copy(self, name: str, source: Path, checksum: str = "") -> None:
        total, size = hashlib.sha256(), 0
        with source.open("rb") as file, self.archive.open(_entry(name), "w", force_zip64=True) as inner:
            while chunk := file.read(CHUNK):
                total.update(chunk)
                size += len(chunk)
                inner.write(chunk)
        self.files[name], self.sizes[name] = "sha256:" + total.hexdigest(), size
        if checksum and self.files[name] != checksum:
            raise Conflict(f"{name} was altered after the run: its checksum is no longer {checksum[:19]}….", file=name)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, LONG_AGO)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _place(each: CrateInput) -> str:
    """Return the path of an input in the crate: readable, and never twice the same for other bytes."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", each.pin.name).strip("-.")[-80:]
    suffix = SUFFIXES.get(each.pin.media_type.partition(";")[0].strip(), "")
    ending = "" if name.endswith(suffix) else suffix
    return f"{INPUTS}/{each.pin.checksum.removeprefix('sha256:')[:12]}-{name}{ending}"


def _plain(path: str) -> str:
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or "\\" in path:
        raise Conflict(f"The output {path} lies outside the outputs folder.", file=path)
    return path


def _relative(context: Context, places: Mapping[str, str]) -> Context:
    """Return *context* with addresses that count from the crate's folder; no path of this machine stays."""

    def moved(assets: Mapping[str, Asset]) -> dict[str, Asset]:
        return {key: replace(asset, href=_href(asset, places)) for key, asset in assets.items()}

    def collection(each: Collection) -> Collection:
        items = tuple(replace(item, assets=moved(item.assets)) for item in each.items)
        return replace(each, items=items, assets=moved(each.assets))

    return replace(context, collections={key: collection(each) for key, each in context.collections.items()})


def _href(asset: Asset, places: Mapping[str, str]) -> str:
    if asset.checksum in places:
        return places[asset.checksum]
    if asset.href.startswith(("http://", "https://")):
        return asset.href
    return f"{INPUTS}/not-in-this-crate/{asset.checksum.removeprefix('sha256:')[:12]}"


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
