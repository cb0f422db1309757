"""Users and their tokens."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from repeatpass.access.records import Actor, Right, Role, Token
from repeatpass.core.digests import digest_bytes
from repeatpass.core.errors import Conflict, Forbidden, NotFound
from repeatpass.core.ids import check_name, new_id
from repeatpass.core.times import now
from repeatpass.storage import events
from repeatpass.storage.database import Database
from repeatpass.storage.schema import Moment, metadata

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False, default=True),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("user", sa.String(80), sa.ForeignKey("users.id"), nullable=False),
    sa.Column("digest", sa.String(80), nullable=False, unique=True),
    sa.Column("label", sa.String(200), nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expires", Moment),
)

OWNER = "owner"


class Access:
    """Who may do what. Secrets are kept as checksums only."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def owner(self) -> Actor:
        """Return the owner of a one-person house, making them at first start."""
        with self.database.write() as connection:
            if connection.execute(sa.select(users.c.id).where(users.c.id == OWNER)).first() is None:
                row = {"id": OWNER, "name": "Owner", "role": Role.OPERATOR, "created": now(), "active": True}
                connection.execute(users.insert().values(**row))
        return Actor(id=OWNER, name="Owner", role=Role.OPERATOR)

    def add_user(self, actor: Actor, id: str, name: str, role: Role) -> Actor:
        """Make a user; raise Conflict if the id is taken."""
        actor.require(Right.OPERATE)
        check_name(id, "a user")
        try:
            with self.database.write() as connection:
                row = {"id": id, "name": name, "role": role, "created": now(), "active": True}
                connection.execute(users.insert().values(**row))
                events.record(connection, "user.added", id, by=actor.id)
        except sa.exc.IntegrityError:
            raise Conflict(f"There is a user “{id}” already; choose another name.", user=id) from None
        return Actor(id=id, name=name, role=role)

    def user(self, id: str) -> Actor:
        """Return an active user; raise NotFound otherwise."""
        with self.database.read() as connection:
            row = connection.execute(sa.select(users).where(users.c.id == id, users.c.active)).mappings().first()
        if row is None:
            raise NotFound(f"There is no active user “{id}”.", user=id)
        return Actor(id=row["id"], name=row["name"], role=Role(row["role"]))

    def issue_token(self, actor: Actor, user: str, label: str, expires: datetime | None = None) -> Token:
        """Make a token for *user*; its secret is returned this once and never kept."""
        actor.require_own(user)
        token = Token(
            id=new_id(), user=user, label=label, created=now(), expires=expires, secret=secrets.token_urlsafe(32)
        )
        row = {"id": token.id, "user": user, "label": label, "created": token.created, "expires": expires}
        with self.database.write() as connection:
            connection.execute(tokens.insert().values(**row, digest=digest_bytes(token.secret.encode())))
        return token

    def revoke_token(self, actor: Actor, id: str) -> None:
        """Make a token worthless."""
        with self.database.write() as connection:
            user = connection.execute(sa.select(tokens.c.user).where(tokens.c.id == id)).scalar()
            if user is None:
                raise NotFound(f"There is no token {id}.", token=id)
            actor.require_own(user)
            connection.execute(tokens.delete().where(tokens.c.id == id))

    def actor_of(self, secret: str) -> Actor:
        """Return whom *secret* stands for; raise Forbidden if it is unknown or too old."""
        query = sa.select(tokens.c.user, tokens.c.expires).where(tokens.c.digest == digest_bytes(secret.encode()))
        with self.database.read() as connection:
            row = connection.execute(query).first()
        if row is None or (row.expires is not None and row.expires < now()):
            raise Forbidden("The token is unknown or has expired; repeatpass token prints a new one.")
        return self.user(row.user)
