"""The tables of the notices."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from repeatpass.notices.records import Notice, NoticeState
from repeatpass.storage.schema import Moment, metadata

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),  # sent once, however often it is asked for
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("subject", sa.String(200), nullable=False, index=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("media_type", sa.String(200), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try", Moment, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("finished", Moment),
)

notice_tries = sa.Table(
    "notice_tries",
    metadata,
    sa.Column("notice", sa.String(40), sa.ForeignKey("notices.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("error", sa.Text, nullable=False),
)


def notice_of(row: Mapping[Any, Any]) -> Notice:
    """Return the notice that *row* keeps."""
    known = {name: row[name] for name in notices.c.keys() if name != "key"}
    return Notice(**known | {"state": NoticeState(row["state"])})
