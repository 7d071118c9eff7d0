"""The rules of identity that hold in a workspace, and those that held before."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.rulebook import DEFAULT, Rulebook, decode
from habitue.identity.tables import rulebooks
from habitue.kernel.register import upsert

_read: dict[str, Rulebook] = {}


def current(conn: Connection) -> Rulebook:
    """The rules that hold now."""
    text = conn.scalar(sa.select(rulebooks.c.book).order_by(rulebooks.c.seq.desc()).limit(1))
    if text is None:
        return DEFAULT
    if text not in _read:
        _read.clear()
        _read[text] = decode(text)
    return _read[text]


def store(conn: Connection, *, seq: int, at: datetime, by: str, book: str) -> None:
    """Keep a version of the rules; the newest holds."""
    conn.execute(upsert(conn, rulebooks), [{"seq": seq, "at": at, "by": by, "book": book}])
