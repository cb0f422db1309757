"""What a run read and left, as rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from repeatpass.catalog.records import CollectionAsset
from repeatpass.core.errors import NotFound
from repeatpass.runs.elsewhere import is_elsewhere
from repeatpass.runs.records import Provenance, Run, RunInput, RunOutput
from repeatpass.web.desk import Desk
from repeatpass.web.views import InputRow, Link, OutputRow

Now = Literal["unchanged", "changed", "vanished", "superseded", "unknown", "elsewhere"]
PICTURES = ("image/png", "image/jpeg", "image/svg+xml", "image/webp")


def input_rows(desk: Desk, provenance: Provenance) -> tuple[InputRow, ...]:
    """Each file that was read, pinned by checksum, and what has become of it since."""
    catalog = desk.house.catalog
    present = catalog.assets_of({(read.collection, read.item) for read in provenance.inputs})
    known = {(asset.collection, asset.item or "", asset.key): asset for files in present.values() for asset in files}
    titles = {each.id: each.title for each in catalog.some(sorted({read.collection for read in provenance.inputs}))}
    return tuple(_input(desk, read, known, titles) for read in provenance.inputs)


def _input(
    desk: Desk, read: RunInput, known: dict[tuple[str, str, str], CollectionAsset], titles: dict[str, str]
) -> InputRow:
    present = known.get((read.collection, read.item, read.asset))
    page = f"/collections/{read.collection}" if read.collection in titles else ""
    return InputRow(
        collection=Link(text=titles.get(read.collection, _words(read.collection)), href=page),
        item=Link(text=read.item or read.collection, href=f"/stac/collections/{read.collection}/items/{read.item}")
        if read.item and page
        else Link(text=read.item or "The whole collection"),
        asset=read.asset,
        version=read.version,
        size=read.size,
        checksum=read.checksum,
        href="" if read.href.startswith("s3:") else read.href,
        now=_now(desk, read, present),
        cell=read.cell,
    )


def _words(collection: str) -> str:
    kinds = {"remote:http": "Elsewhere, by HTTP", "remote:s3": "Elsewhere, by S3"}
    return kinds.get(collection, collection)


def _now(desk: Desk, read: RunInput, present: CollectionAsset | None) -> Now:
    if is_elsewhere(read.collection):
        return "elsewhere"  # only reading it again, as a repeat does, would tell
    if not desk.house.files.has(read.checksum):
        return "vanished"
    if present is None:
        return "unknown"
    if present.checksum == read.checksum:
        return "unchanged"
    return "superseded" if present.version != read.version else "changed"


def unrecorded_words(provenance: Provenance) -> tuple[str, ...]:
    """What was read around the recorder, in words."""
    kinds = {"bytes": "{} that no record explains", "network": "network: {}", "process": "process: {}"}
    return tuple(dict.fromkeys(kinds.get(read.kind, "{}").format(read.name) for read in provenance.unrecorded))


def output_row(run: Run, output: RunOutput) -> OutputRow:
    """One file that a run left."""
    href = f"/runs/{run.id}/outputs/{output.path}"
    return OutputRow(
        name=output.path,
        title=output.title,
        kind=output.kind,
        media_type=output.media_type,
        size=output.size,
        checksum=output.checksum,
        href=href,
        unit="" if output.unit == "1" else output.unit,
        cell=output.cell,
        preview=href if output.media_type in PICTURES else "",
    )


def output_rows(run: Run, outputs: Sequence[RunOutput], *, kept: bool = True) -> tuple[OutputRow, ...]:
    """Everything that a run left on purpose; what is not *kept* any longer leads nowhere."""
    rows = tuple(output_row(run, output) for output in outputs)
    return rows if kept else tuple(replace(row, href="", preview="") for row in rows)


def lock_href(desk: Desk, digest: str) -> str:
    """The address of the list of packages of an environment; empty where it is not known here."""
    try:
        desk.house.environments.lock(digest)
    except NotFound:
        return ""
    return f"/environments/{digest.removeprefix('sha256:')}.txt"
