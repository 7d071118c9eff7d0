"""Saved queries: a name, a folder, and the text that is asked again; everybody who may ask sees all of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.register import Instant, metadata
from habitue.kernel.text import gettext_noop as _
from habitue.quality import quarantine

queries = sa.Table(
    "activation_queries",
    metadata,
    sa.Column("query_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    # The name in small letters: no two queries differ by nothing else.
    sa.Column("name_key", sa.Text, nullable=False, unique=True),
    sa.Column("folder", sa.Text, nullable=False, server_default=""),
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    # What erasure finds a person by who is named in the text.
    sa.Column("searched", sa.Text, nullable=False),
)
_SHOWN = [queries.c[name] for name in ("query_id", "name", "folder", "query", "changed_at", "changed_by")]
# What stands between quotes is looked at as a whole, too: a short number is somebody's only there.
_IN_QUOTES: Final = r"""'((?:[^']|'')*)'|"((?:[^"]|"")*)"|\$(\w*)\$(.*?)\$\3\$"""
_QUOTED: Final = re.compile(_IN_QUOTES, re.DOTALL)
# A remark may hold a lonely apostrophe, which must not shift the pairs behind it.
_QUOTED_OR_REMARK: Final = re.compile(_IN_QUOTES + r"|--([^\n]*)|/\*(.*?)\*/", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A query as somebody saved it last; `folder` is empty where it stands in none."""

    query_id: str
    name: str
    folder: str
    query: str
    changed_at: datetime
    changed_by: str


def listing(ws: Context) -> Sequence[SavedQuery]:
    """Every saved query, those without a folder first, then by folder and name. Raises PermissionMissing."""
    policy.require(ws.actor, "sql.run")
    with ws.register.read() as conn:
        rows = conn.execute(sa.select(*_SHOWN)).mappings()
        return sorted((SavedQuery(**row) for row in rows), key=lambda q: (q.folder.casefold(), q.name.casefold()))


def get(ws: Context, query_id: str) -> SavedQuery:
    """One saved query. Raises PermissionMissing and NotFound."""
    policy.require(ws.actor, "sql.run")
    with ws.register.read() as conn:
        return load(conn, query_id)


def by_name(ws: Context, name: str) -> SavedQuery:
    """The saved query of that name, small and capital letters alike. Raises PermissionMissing and NotFound."""
    found = next((each for each in listing(ws) if key_of(each.name) == key_of(name)), None)
    if found is None:
        raise NotFound(what=_("saved query"), key=name)
    return found


def load(conn: Connection, query_id: str) -> SavedQuery:
    """The query of that id; raises NotFound."""
    row = conn.execute(sa.select(*_SHOWN).where(queries.c.query_id == query_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(what=_("saved query"), key=query_id)
    return SavedQuery(**row)


def key_of(name: str) -> str:
    """The form in which two names are the same."""
    return " ".join(name.casefold().split())


def searched(name: str, folder: str, query: str) -> str:
    """What an erasure looks for an identifier in: each text, and what stands in quotes as SQL reads it."""
    return quarantine.searched([name, folder, query, *_quoted(query)])


def _quoted(query: str) -> list[str]:
    found = [[*pair] for pair in _QUOTED_OR_REMARK.findall(query)]
    inside = [[*pair] for *_rest, line, remark in found for pair in _QUOTED.findall(line or remark)]
    texts = [
        (one.replace("''", "'"), two.replace('""', '"'), three) for one, two, _tag, three, *_more in found + inside
    ]
    return [text for each in texts for text in each if text]


def erase_matching(conn: Connection, needles: Sequence[str]) -> int:
    """Delete the queries in which an identifier of an erased person stands; how many they were."""
    _search_anew(conn)
    return quarantine.erase_where(conn, queries, needles)


def _search_anew(conn: Connection) -> None:
    """Bring what was written by an earlier edition up to what is looked for today."""
    for row in conn.execute(sa.select(queries)).all():
        if (text := searched(row.name, row.folder, row.query)) != row.searched:
            conn.execute(sa.update(queries).where(queries.c.query_id == row.query_id).values(searched=text))
