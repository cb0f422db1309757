"""The table of the catalogues elsewhere."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from repeatpass.remotes.records import Kind, Remote
from repeatpass.storage.schema import Moment, metadata

remotes = sa.Table(
    "remotes",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("wanted", sa.JSON, nullable=False),
    sa.Column("harvest", sa.Boolean, nullable=False),
    sa.Column("every", sa.String(40), nullable=False),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("looked", Moment),
    sa.Column("changed", Moment),
    sa.Column("next_look", Moment, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("collections", sa.Integer, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
)


def remote_row(remote: Remote) -> dict[str, Any]:
    """Return the row that keeps *remote*."""
    row = {name: getattr(remote, name) for name in remotes.c.keys()}
    return row | {"wanted": list(remote.wanted), "kind": str(remote.kind)}


def remote_of(row: Mapping[Any, Any]) -> Remote:
    """Return the remote that *row* keeps."""
    return Remote(**{**row, "kind": Kind(row["kind"]), "wanted": tuple(row["wanted"])})
