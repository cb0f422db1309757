"""Secrets are sealed in the database and belong to one person."""

import base64
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.storage.rooms import EDITOR, READER, SCIENTIST, Rooms
from tests.workspaces.conftest import KEY

from repeatpass.access import SYSTEM
from repeatpass.core.errors import Conflict, Forbidden, Invalid, NotFound
from repeatpass.runs.owning import Owning
from repeatpass.workspaces.sealing import Sealer, key_of
from repeatpass.workspaces.secrets import Secrets
from repeatpass.workspaces.store import secrets


def test_a_secret_is_listed_by_name_and_opened_for_its_owner_alone(own: Owning) -> None:
    own.secrets.set(SCIENTIST, "A_TOKEN", "first-value")
    own.secrets.set(SCIENTIST, "A_TOKEN", "second-value")
    own.secrets.set(EDITOR, "A_TOKEN", "another-value")
    assert [secret.name for secret in own.secrets.of(SCIENTIST)] == ["A_TOKEN"]
    assert "value" not in repr(own.secrets.of(SCIENTIST))
    assert own.secrets.opened(SCIENTIST.id) == {"A_TOKEN": "second-value"}
    own.secrets.remove(SCIENTIST, "A_TOKEN")
    assert own.secrets.opened(SCIENTIST.id) == {}
    with pytest.raises(NotFound):
        own.secrets.remove(SCIENTIST, "A_TOKEN")


def test_the_database_holds_no_secret_in_clear_and_no_row_opens_for_another(own: Owning, rooms: Rooms) -> None:
    own.secrets.set(SCIENTIST, "A_TOKEN", "plain-to-see")
    with rooms.database.write() as connection:
        row = connection.execute(sa.select(secrets)).mappings().one()
        assert b"plain-to-see" not in base64.b64decode(row["sealed"])
        connection.execute(secrets.insert().values(**{**row, "owner": EDITOR.id}))
    with pytest.raises(Conflict, match="cannot be opened"):
        own.secrets.opened(EDITOR.id)
    assert [secret.owner for secret in own.secrets.shut()] == [EDITOR.id]


def test_with_another_key_every_secret_is_said_to_be_shut(own: Owning, rooms: Rooms) -> None:
    own.secrets.set(SCIENTIST, "A_TOKEN", "some-value")
    other = Secrets(rooms.database, Sealer(KEY[::-1].replace(b"k", b"j")))
    assert [secret.name for secret in other.shut()] == ["A_TOKEN"]
    with pytest.raises(Conflict, match="repeatpass secrets set A_TOKEN"):
        other.opened(SCIENTIST.id)


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        ("token", "long-enough", "capital letters"),
        ("1TOKEN", "long-enough", "capital letters"),
        ("PATH", "long-enough", "uses itself"),
        ("PYTHONPATH", "long-enough", "uses itself"),
        ("LD_PRELOAD", "long-enough", "uses itself"),
        ("REPEATPASS_RUN", "long-enough", "uses itself"),
        ("TOKEN", "tiny1", "shorter than 6"),
        ("TOKEN", "   a   ", "shorter than 6"),
        ("TOKEN", "with\0zero", "none of them zero"),
    ],
)
def test_what_cannot_be_a_secret_is_refused_with_the_field(own: Owning, name: str, value: str, match: str) -> None:
    with pytest.raises(Invalid, match=match) as refused:
        own.secrets.set(SCIENTIST, name, value)
    assert refused.value.detail["field"] in {"name", "value"}
    assert value not in refused.value.message


def test_nobody_else_sees_or_changes_them_but_an_operator_may_remove(own: Owning) -> None:
    own.secrets.set(SCIENTIST, "A_TOKEN", "some-value")
    for attempt in (
        lambda: own.secrets.of(EDITOR, SCIENTIST.id),
        lambda: own.secrets.set(EDITOR, "A_TOKEN", "other-value", SCIENTIST.id),
        lambda: own.secrets.remove(EDITOR, "A_TOKEN", SCIENTIST.id),
        lambda: own.secrets.set(READER, "A_TOKEN", "other-value"),
    ):
        with pytest.raises(Forbidden):
            attempt()
    own.secrets.remove(SYSTEM, "A_TOKEN", SCIENTIST.id)


def test_the_key_is_made_once_for_its_owner_alone_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    assert key == key_of(tmp_path)
    assert (tmp_path / "secrets.key").stat().st_mode & 0o777 == 0o600
    given = base64.b64encode(KEY).decode()
    assert key_of(tmp_path, given) == KEY
    for wrong in ("too short", base64.b64encode(b"x").decode()):
        with pytest.raises(Invalid, match="REPEATPASS_SECRETS_KEY must be 32 bytes"):
            key_of(tmp_path, wrong)
