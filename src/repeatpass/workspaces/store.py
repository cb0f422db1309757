"""The tables of the workspaces."""

import sqlalchemy as sa

from repeatpass.storage.schema import Moment, metadata

secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("owner", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("sealed", sa.Text, nullable=False),  # never in clear, see sealing.py
    sa.Column("updated", Moment, nullable=False),
)

quotas = sa.Table(
    "quotas",
    metadata,
    sa.Column("owner", sa.String(80), primary_key=True),
    sa.Column("kept_bytes", sa.BigInteger),
    sa.Column("running", sa.Integer),
    sa.Column("queued", sa.Integer),
    sa.Column("cpu_s", sa.Float(53)),
)

kept_files = sa.Table(  # which files are kept for whom, each counted once however many runs left it
    "kept_files",
    metadata,
    sa.Column("owner", sa.String(80), primary_key=True),
    sa.Column("checksum", sa.String(80), primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("uses", sa.Integer, nullable=False),
)

kept_totals = sa.Table(
    "kept_totals",
    metadata,
    sa.Column("owner", sa.String(80), primary_key=True),
    sa.Column("bytes", sa.BigInteger, nullable=False),
)
