"""Writes: make, rotate, pause, resume and revoke keys of sources; each change is in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import api_keys, policy
from habitue.access.api_keys import ApiKey, Kind, keys
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

PERMISSION = "sources.edit"


class KeyUnusable(HabitueError):
    """The key was revoked or has expired, so that it can only be replaced."""

    code = "key_unusable"
    message = _("This key is no longer valid; nothing was changed.")
    next_step = _("Make a new key for the source.")


@dataclass(frozen=True, slots=True)
class Issued:
    """A key that was just made; `text` is the key itself, which for a secret key is shown this once."""

    key: ApiKey
    text: str


def create(
    ws: Context,
    *,
    source_id: str,
    kind: Kind = "write",
    allowed_origins: Sequence[str] = (),
    rate_per_minute: int = api_keys.RATE_PER_MINUTE,
) -> Issued:
    """Make a key for a source."""
    policy.require(ws.actor, PERMISSION)
    issued = _issue(ws, source_id, kind, list(allowed_origins), rate_per_minute)
    with ws.register.write() as conn:
        _insert(conn, ws, issued, "key.created", {"source_id": source_id, "kind": kind})
    return issued


def rotate(ws: Context, key_id: str, *, overlap: timedelta = timedelta(days=7)) -> Issued:
    """Make a key with the same settings; the former one is valid for `overlap` from now on."""
    policy.require(ws.actor, PERMISSION)
    with ws.register.write() as conn:
        former = _usable(conn, key_id, ws.clock.now())
        kind: Kind = "secret" if former.is_secret else "write"
        issued = _issue(ws, former.source_id, kind, former.allowed_origins, former.rate_per_minute)
        ends = ws.clock.now() + overlap
        until = ends if former.expires_at is None else min(ends, former.expires_at)
        conn.execute(sa.update(keys).where(keys.c.key_id == key_id).values(expires_at=until))
        details = {"source_id": former.source_id, "former": key_id, "former_until": until.isoformat()}
        _insert(conn, ws, issued, "key.rotated", details)
    return issued


def change(
    ws: Context, key_id: str, *, allowed_origins: Sequence[str] | None = None, rate_per_minute: int | None = None
) -> ApiKey:
    """Change the sites that may use a key, and its messages a minute; what is not given stays."""
    policy.require(ws.actor, PERMISSION)
    with ws.register.write() as conn:
        key = _usable(conn, key_id, ws.clock.now())
        origins = key.allowed_origins if allowed_origins is None else _origins(allowed_origins)
        rate = key.rate_per_minute if rate_per_minute is None else rate_per_minute
        new = replace(key, allowed_origins=origins, rate_per_minute=rate)
        values = {"allowed_origins": origins, "rate_per_minute": rate}
        conn.execute(sa.update(keys).where(keys.c.key_id == key_id).values(**values))
        _record(conn, ws, "key.changed", key_id, {"source_id": key.source_id, **values})
    return new


def pause(ws: Context, key_id: str) -> ApiKey:
    """Refuse messages with the key until it is resumed."""
    return _change(ws, key_id, "key.paused", paused_at=ws.clock.now())


def resume(ws: Context, key_id: str) -> ApiKey:
    """Take messages with a paused key again."""
    return _change(ws, key_id, "key.resumed", paused_at=None)


def revoke(ws: Context, key_id: str) -> ApiKey:
    """Refuse messages with the key for good."""
    policy.require(ws.actor, PERMISSION)
    now = ws.clock.now()
    with ws.register.write() as conn:
        key = api_keys.get(conn, key_id)
        if key.revoked_at is not None:
            raise KeyUnusable()
        conn.execute(sa.update(keys).where(keys.c.key_id == key_id).values(revoked_at=now))
        _record(conn, ws, "key.revoked", key_id, {"source_id": key.source_id})
    return replace(key, revoked_at=now)


def _change(ws: Context, key_id: str, verb: str, *, paused_at: datetime | None) -> ApiKey:
    policy.require(ws.actor, PERMISSION)
    with ws.register.write() as conn:
        key = _usable(conn, key_id, ws.clock.now())
        conn.execute(sa.update(keys).where(keys.c.key_id == key_id).values(paused_at=paused_at))
        _record(conn, ws, verb, key_id, {"source_id": key.source_id})
    return replace(key, paused_at=paused_at)


def _issue(ws: Context, source_id: str, kind: Kind, origins: list[str], rate: int) -> Issued:
    text = api_keys.new_text(kind)
    is_secret = kind == "secret"
    key = ApiKey(
        key_id=ws.ids.new(),
        source_id=source_id,
        kind=kind,
        public_key=None if is_secret else text,
        secret_hash=api_keys.hash_of(text) if is_secret else None,
        allowed_origins=_origins(origins),
        rate_per_minute=rate,
        created_at=ws.clock.now(),
        created_by=ws.actor.actor_id,
        paused_at=None,
        expires_at=None,
        revoked_at=None,
        last_characters=text[-api_keys.LAST_CHARACTERS :] if is_secret else "",
    )
    return Issued(key, text)


def _origins(given: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(origin.strip().rstrip("/") for origin in given if origin.strip()))


def _insert(conn: Connection, ws: Context, issued: Issued, verb: str, details: Mapping[str, object]) -> None:
    conn.execute(sa.insert(keys).values(**asdict(issued.key)))
    _record(conn, ws, verb, issued.key.key_id, details)


def _record(conn: Connection, ws: Context, verb: str, key_id: str, details: Mapping[str, object]) -> None:
    ledger.record(conn, ws, verb=verb, subject_kind="key", subject_id=key_id, details=details)


def _usable(conn: Connection, key_id: str, now: datetime) -> ApiKey:
    key = api_keys.get(conn, key_id)
    if key.state(now) in ("revoked", "expired"):
        raise KeyUnusable()
    return key
