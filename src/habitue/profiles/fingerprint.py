"""One hash over everything that is known, free of row numbers: equal hashes mean equal people, events and consents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity.tables import identifiers, links
from habitue.privacy.consents import consents
from habitue.profiles.tables import events, people, superseded, values

_PEOPLE = (
    "profile_id",
    "kind",
    "name",
    "email",
    "phone",
    "city",
    "country",
    "company_name",
    "first_seen_at",
    "last_seen_at",
    "event_count",
    "source_count",
    "traits",
)


def fingerprint(conn: Connection) -> str:
    """The hash of the register's facts and golden profiles, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for part in (_people(conn), _identities(conn), _links(conn), _values(conn), _events(conn), _consents(conn)):
        for line in sorted(part):
            digest.update(line)
        digest.update(b"\n--\n")
    return digest.hexdigest()


def _lines(rows: Iterable[sa.Row[tuple[object, ...]]]) -> list[bytes]:
    return [msgspec.json.encode([_plain(value) for value in row]) for row in rows]


def _plain(value: object) -> object:
    """Traits are compared as sets of pairs: their order depends on which value arrived first."""
    if isinstance(value, str) and value.startswith("{"):
        return msgspec.json.encode(msgspec.json.decode(value), order="sorted").decode()
    return value


def _people(conn: Connection) -> list[bytes]:
    return _lines(conn.execute(sa.select(*(people.c[name] for name in _PEOPLE))))


def _identities(conn: Connection) -> list[bytes]:
    columns = ("namespace", "value", "first_seq", "profile_id", "names")
    return _lines(conn.execute(sa.select(*(identifiers.c[name] for name in columns))))


def _links(conn: Connection) -> list[bytes]:
    one, other = identifiers.alias(), identifiers.alias()
    query = (
        sa.select(one.c.own_id, other.c.own_id, links.c.rule)
        .join(one, one.c.identifier_id == links.c.a)
        .join(other, other.c.identifier_id == links.c.b)
        .where(links.c.state == "active")
    )
    return [b"".join(sorted([row[0].encode(), row[1].encode()])) + row[2].encode() for row in conn.execute(query)]


def _values(conn: Connection) -> list[bytes]:
    query = sa.select(identifiers.c.own_id, values.c.source_id, values.c.told)
    return _lines(conn.execute(query.join(values, values.c.identifier_id == identifiers.c.identifier_id)))


def _events(conn: Connection) -> list[bytes]:
    columns = [identifiers.c.own_id, events.c.seq, events.c.name, events.c.at, events.c.facts, superseded.c.by_seq]
    query = (
        sa.select(*columns)
        .join(identifiers, identifiers.c.identifier_id == events.c.identifier_id)
        .outerjoin(superseded, superseded.c.seq == events.c.seq)
        .where(events.c.source_id != "internal")
    )
    return _lines(conn.execute(query))


def _consents(conn: Connection) -> list[bytes]:
    columns = [identifiers.c.own_id, consents.c.purpose, consents.c.channel, consents.c.state, consents.c.at]
    query = sa.select(*columns).join(identifiers, identifiers.c.identifier_id == consents.c.identifier_id)
    return _lines(conn.execute(query))
