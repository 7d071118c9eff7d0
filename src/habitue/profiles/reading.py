"""Reads people: by list, by search, by phone number, and one person with everything that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.identity import graph
from habitue.identity.tables import identifiers
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.privacy.consents import Consent
from habitue.privacy.consents import of_identifiers as consents_of
from habitue.profiles import timeline
from habitue.profiles.golden import Golden, golden_profile
from habitue.profiles.search import SearchIndex
from habitue.profiles.tables import events, people
from habitue.profiles.values import of_identifiers as values_of
from habitue.quality.normalise.phone import normalise_phone
from habitue.quality.normalise.result import Normalised

SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "name": people.c.sort_name,
    "last_seen": people.c.last_seen_at,
    "first_seen": people.c.first_seen_at,
    "city": people.c.city,
    "events": people.c.event_count,
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person in a list."""

    profile_id: str
    kind: str
    name: str
    email: str | None
    phone: str | None
    city: str | None
    country: str | None
    company_name: str | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    event_count: int
    source_count: int


@dataclass(frozen=True, slots=True)
class Person:
    """Everything that is known of one person or company."""

    row: PersonRow
    traits: Mapping[str, Any]
    golden: Mapping[str, Golden]
    identifier_ids: tuple[int, ...]
    consents: Sequence[Consent]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and how many there are in all."""

    rows: Sequence[PersonRow]
    total: int


_COLUMNS = [people.c[name] for name in PersonRow.__dataclass_fields__]
# Made once: to put such a query together takes longer than the database needs for its answer.
_PERSON = sa.select(people.c.traits, *_COLUMNS).where(people.c.profile_id == sa.bindparam("id"))
_KNOWN_BY = (
    sa.select(identifiers.c.identifier_id)
    .where(identifiers.c.profile_id == sa.bindparam("id"))
    .order_by(identifiers.c.identifier_id)
)


def count(ws: Context, *, kind: str = "person") -> int:
    """How many people (or companies) there are."""
    policy.require(ws.actor, "people.read")
    with ws.register.read() as conn:
        return _count(conn, kind)


def listing(
    ws: Context,
    *,
    kind: str = "person",
    sort: str = "name",
    offset: int = 0,
    limit: int = 50,
    country: str | None = None,
) -> Page:
    """People by page; `sort` is a key of SORTS, with a minus in front for the other direction."""
    policy.require(ws.actor, "people.read")
    order = SORTS.get(sort.lstrip("-"), people.c.sort_name)
    direction = order.desc().nulls_last() if sort.startswith("-") else order.asc().nulls_last()
    where = [people.c.kind == kind]
    if country:
        where.append(people.c.country == country)
    with ws.register.read() as conn:
        query = sa.select(*_COLUMNS).where(*where).order_by(direction, people.c.person_no)
        rows = [PersonRow(**row._mapping) for row in conn.execute(query.offset(offset).limit(limit))]
        total = conn.scalar(sa.select(sa.func.count()).select_from(people).where(*where)) or 0
    return Page(rows=rows, total=int(total))


def rows_of(ws: Context, profile_ids: Sequence[str]) -> Sequence[PersonRow]:
    """The rows of some profiles, in the order asked for; ids that no longer exist are left out."""
    policy.require(ws.actor, "people.read")
    with ws.register.read() as conn:
        query = sa.select(*_COLUMNS).where(people.c.profile_id.in_(list(profile_ids)))
        found = {row.profile_id: PersonRow(**row._mapping) for row in conn.execute(query)}
    return [found[profile_id] for profile_id in profile_ids if profile_id in found]


def search(ws: Context, query: str, *, limit: int = 20) -> Sequence[PersonRow]:
    """People found by anything: parts of names, e-mail, phone, customer and order numbers, city, company."""
    policy.require(ws.actor, "people.read")
    with ws.register.read() as conn:
        numbers = list(SearchIndex(conn).find(query, limit=limit))
        rows = conn.execute(sa.select(people.c.person_no, *_COLUMNS).where(people.c.person_no.in_(numbers))).all()
        by_number = {row[0]: row for row in rows}
        found = [by_number[number] for number in numbers if number in by_number]
        if len(found) < limit:
            found += _by_order(conn, query.strip(), {row[1] for row in found})
        if not found:
            found += _by_identifier(conn, query.strip())
    return [PersonRow(*row[1:]) for row in found[:limit]]


def by_phone(ws: Context, number: str) -> Sequence[PersonRow]:
    """The people whom a phone number belongs to, by any spelling; several when a household shares it."""
    policy.require(ws.actor, "people.read")
    found = normalise_phone(number, country=ws.config.workspace.country)
    if not isinstance(found, Normalised):
        return []
    phone = str(found.value)
    with ws.register.read() as conn:
        known = sa.select(identifiers.c.profile_id).where(
            identifiers.c.value == phone, identifiers.c.namespace == "phone"
        )
        told = people.c.phone == phone
        query = sa.select(*_COLUMNS).where(sa.or_(people.c.profile_id.in_(known), told)).order_by(people.c.person_no)
        return [PersonRow(**row._mapping) for row in conn.execute(query.limit(20))]


def current_id(conn: Connection, profile_id: str) -> str:
    """The id that a profile has today: an id of before a merge leads to the merged profile; else NotFound."""
    found = graph.today(conn, profile_id)
    if found is None:
        raise NotFound(what=_("person"), key=profile_id)
    return found


def person(ws: Context, profile_id: str) -> Person:
    """One person with golden values, their origins, and consents; NotFound when nobody has that id."""
    policy.require(ws.actor, "people.read")
    with ws.register.read() as conn:
        today, ids = _known_by(conn, profile_id)
        row = conn.execute(_PERSON, {"id": today}).first()
        if row is None:
            raise NotFound(what=_("person"), key=profile_id)
        golden = golden_profile(values_of(conn, ids))
        statements = consents_of(conn, ids)
    return Person(
        row=PersonRow(*row[1:]),
        traits=msgspec.json.decode(row.traits),
        golden=golden,
        identifier_ids=tuple(ids),
        consents=statements,
    )


def moments(
    ws: Context,
    profile_id: str,
    *,
    names: Sequence[str] = (),
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> Sequence[timeline.Moment]:
    """The timeline of a person, newest first; `before` continues after the last moment that was shown."""
    policy.require(ws.actor, "people.read")
    with ws.register.read() as conn:
        _today, ids = _known_by(conn, profile_id)
        return timeline.of_identifiers(conn, ids, names=names, before=before, limit=limit)


def contacts_of_company(
    ws: Context, company_name: str, *, also: Sequence[str] = (), limit: int = 100
) -> Sequence[PersonRow]:
    """The people who work at a company of that name, and those of the profiles that are named, by other signs."""
    policy.require(ws.actor, "people.read")
    is_known = people.c.profile_id.in_(list(also))
    is_named = sa.and_(people.c.company_name == company_name, people.c.company_name != "")
    with ws.register.read() as conn:
        query = sa.select(*_COLUMNS).where(sa.or_(is_named, is_known), people.c.kind == "person")
        return [PersonRow(**row._mapping) for row in conn.execute(query.order_by(people.c.sort_name).limit(limit))]


def people_of_import(conn: Connection, import_id: str) -> tuple[int, int]:
    """How many profiles an import brought, and how many it added to."""
    first_seq = conn.scalar(sa.select(sa.func.min(events.c.seq)).where(events.c.import_id == import_id))
    if first_seq is None:
        return 0, 0
    met = sa.select(events.c.identifier_id).where(events.c.import_id == import_id).distinct()
    profiles = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_(met)).distinct()
    born = sa.select(sa.func.min(identifiers.c.first_seq)).where(identifiers.c.profile_id.in_(profiles))
    seqs = conn.scalars(born.group_by(identifiers.c.profile_id)).all()
    new = sum(1 for seq in seqs if seq >= first_seq)
    return new, len(seqs) - new


def _count(conn: Connection, kind: str) -> int:
    return int(conn.scalar(sa.select(sa.func.count()).select_from(people).where(people.c.kind == kind)) or 0)


def _known_by(conn: Connection, profile_id: str) -> tuple[str, list[int]]:
    """The id that a profile has today, and its identifiers; else NotFound."""
    ids = conn.scalars(_KNOWN_BY, {"id": profile_id}).all()
    if ids:
        return profile_id, list(ids)
    today = current_id(conn, profile_id)
    return today, list(conn.scalars(_KNOWN_BY, {"id": today}))


def _by_identifier(conn: Connection, value: str) -> list[Any]:
    owner = sa.select(identifiers.c.profile_id).where(identifiers.c.value == value)
    query = sa.select(people.c.person_no, *_COLUMNS).where(people.c.profile_id.in_(owner)).limit(5)
    return list(conn.execute(query)) if value else []


def _by_order(conn: Connection, order_id: str, known: set[str]) -> list[Any]:
    if not order_id:
        return []
    owner = (
        sa.select(identifiers.c.profile_id)
        .join(events, events.c.identifier_id == identifiers.c.identifier_id)
        .where(events.c.order_id == order_id)
    )
    query = sa.select(people.c.person_no, *_COLUMNS).where(people.c.profile_id.in_(owner)).limit(5)
    return [row for row in conn.execute(query) if row.profile_id not in known]
