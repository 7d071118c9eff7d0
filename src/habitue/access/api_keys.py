"""Keys of sources: public write keys (`wk_…`) and secret keys (`sk_…`), of which only a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.errors import NotFound
from habitue.kernel.register import Instant, metadata
from habitue.kernel.text import gettext_noop as _

Kind = Literal["write", "secret"]
PREFIXES: dict[Kind, str] = {"write": "wk_", "secret": "sk_"}
RATE_PER_MINUTE = 1_000_000
LAST_CHARACTERS = 4
"""How much of a secret key is kept, so that people tell their keys apart: 16 of its 256 bits."""

keys = sa.Table(
    "access_api_keys",
    metadata,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("public_key", sa.Text, unique=True),
    sa.Column("secret_hash", sa.Text, unique=True),
    sa.Column("last_characters", sa.Text, nullable=False, server_default=""),
    sa.Column("allowed_origins", sa.JSON, nullable=False),
    sa.Column("rate_per_minute", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("paused_at", Instant),
    sa.Column("expires_at", Instant),
    sa.Column("revoked_at", Instant),
)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key of a source: `public_key` is the key itself for write keys, `secret_hash` the SHA-256 of secret ones.

    `last_characters` are the end of a secret key, empty for those made before it was kept.
    `allowed_origins` is empty when every origin may use it; `rate_per_minute` counts messages.
    """

    key_id: str
    source_id: str
    kind: str
    public_key: str | None
    secret_hash: str | None
    allowed_origins: list[str]
    rate_per_minute: int
    created_at: datetime
    created_by: str
    paused_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_characters: str = ""

    @property
    def shown(self) -> str:
        """The key as a list shows it: a public one as it is, of a secret one its end."""
        return self.public_key or f"{PREFIXES['secret']}…{self.last_characters}"

    @property
    def is_secret(self) -> bool:
        """Whether messages that come with it are proven."""
        return self.kind == "secret"

    def state(self, now: datetime) -> str:
        """What holds at `now`: active, paused, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active" if self.paused_at is None else "paused"

    def fits(self, text: str) -> bool:
        """Whether `text` is this key; takes the same time wherever they differ."""
        known = self.secret_hash or hash_of(self.public_key or "")
        return hmac.compare_digest(known, hash_of(text))


def new_text(kind: Kind) -> str:
    """A new random key: 128 bits for a public one, 256 for a secret one."""
    return PREFIXES[kind] + secrets.token_hex(16 if kind == "write" else 32)


def hash_of(text: str) -> str:
    """The SHA-256 of a key, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def get(conn: Connection, key_id: str) -> ApiKey:
    """One key; NotFound when there is none of that id."""
    row = conn.execute(sa.select(keys).where(keys.c.key_id == key_id)).first()
    if row is None:
        raise NotFound(what=_("key"), key=key_id)
    return ApiKey(**row._mapping)


def of_source(conn: Connection, source_id: str) -> Sequence[ApiKey]:
    """The keys of a source, oldest first."""
    query = sa.select(keys).where(keys.c.source_id == source_id).order_by(keys.c.created_at, keys.c.key_id)
    return [ApiKey(**row._mapping) for row in conn.execute(query)]


def unrevoked(conn: Connection) -> Sequence[ApiKey]:
    """Every key that was not revoked."""
    return [ApiKey(**row._mapping) for row in conn.execute(sa.select(keys).where(keys.c.revoked_at.is_(None)))]
