"""The table of what was brought."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from repeatpass.bringing.records import BroughtFile, Stage, Submission, Wish
from repeatpass.kit.bringing.records import Problem
from repeatpass.storage.schema import Moment, metadata

submissions = sa.Table(
    "submissions",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("owner", sa.String(80), nullable=False, index=True),
    sa.Column("collection", sa.String(80), nullable=False, index=True),
    sa.Column("wish", sa.JSON, nullable=False),
    sa.Column("stage", sa.String(20), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("updated", Moment, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("files", sa.JSON, nullable=False),
    sa.Column("run", sa.String(40), nullable=False, index=True),
    sa.Column("version", sa.String(40), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("problems", sa.JSON, nullable=False),
    sa.Column("fetched", sa.BigInteger, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
)


def row_of(submission: Submission) -> dict[str, Any]:
    """Return the row that keeps a submission."""
    plain = {name: getattr(submission, name) for name in submission.__slots__}
    return plain | {
        "wish": submission.wish.to_json(),
        "files": [asdict(each) for each in submission.files],
        "problems": [asdict(each) for each in submission.problems],
        "report": dict(submission.report),
    }


def submission_of(row: Mapping[Any, Any]) -> Submission:
    """Return the submission that *row* keeps."""
    known = {str(name): value for name, value in row.items()}
    return Submission(
        **known
        | {
            "wish": Wish(**row["wish"] | {"keywords": tuple(row["wish"]["keywords"])}),
            "stage": Stage(row["stage"]),
            "files": tuple(BroughtFile(**each) for each in row["files"]),
            "problems": tuple(Problem(**each) for each in row["problems"]),
        }
    )
