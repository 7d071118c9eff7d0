"""Who belongs with whom without being one: companies with their people and subsidiaries, households, referrals.

Relations follow from what is known of people; nobody is merged by them. A household is: one address, one surname,
other first names. `relations_of` is pure; `renew` keeps the table, and the replica has it as `relations`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.identity.tables import identifiers
from habitue.kernel import lake, state
from habitue.kernel.clock import from_micros, micros
from habitue.kernel.context import Context
from habitue.kernel.register import among, bulk, chunks, insert_ignoring, metadata
from habitue.profiles.tables import people
from habitue.quality.normalise.text import ascii_key

relations = sa.Table(
    "profiles_relations",
    metadata,
    sa.Column("profile_id", sa.Text, primary_key=True),
    sa.Column("other_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("group_id", sa.Text, nullable=False),
)
RELATIONS = pa.schema([(name, pa.string()) for name in ("profile_id", "other_id", "kind", "group_id", "by")])
lake.declare("relations", RELATIONS)

BY: Mapping[str, str] = {
    "works_at": "company", "contact": "company", "household": "household", "subsidiary_of": "group",
    "parent_of": "group", "referred_by": "referral", "referred": "referral",
}  # fmt: skip
MOST_IN_A_HOUSEHOLD = 12
AT_ONCE = 20_000
_RENEWED = "relations_at"
CHANGES = "relations_changes"
"""The key of the state that counts how often relations have changed."""
PARENTS = ("parent_company_id", "parent_company", "parent_company_name")
REFERRERS = ("referred_by", "referrer")
COLUMNS = ("street", "house_number", "postal_code", "last_name", "first_name", "company_id", *PARENTS, *REFERRERS)

Relation = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Somebody:
    """One profile as relations see it."""

    profile_id: str
    kind: str
    name: str
    company_name: str
    traits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Related:
    """One relation of a profile, with the name of the other."""

    kind: str
    profile_id: str
    other_kind: str
    name: str
    group_id: str


def relations_of(everybody: Sequence[Somebody], owners: Mapping[str, str]) -> set[Relation]:
    """Every relation as (profile, other, kind, group); `owners` says whose a company number, e-mail or number is."""
    found: set[Relation] = set()
    by_name = {ascii_key(each.company_name or each.name): each for each in everybody if each.kind == "company"}
    companies = {each.profile_id for each in everybody if each.kind == "company"}
    homes: dict[str, list[Somebody]] = {}
    for each in everybody:
        company = _company(each, by_name, owners, companies)
        if company and company != each.profile_id:
            kinds = ("works_at", "contact") if each.kind == "person" else ("subsidiary_of", "parent_of")
            found |= {(each.profile_id, company, kinds[0], company), (company, each.profile_id, kinds[1], company)}
        if each.kind != "person":
            continue
        referrer = next((owners[told] for told in _texts(each, REFERRERS) if told in owners), None)
        if referrer and referrer != each.profile_id:
            found.add((each.profile_id, referrer, "referred_by", referrer))
            found.add((referrer, each.profile_id, "referred", referrer))
        if home := _home(each):
            homes.setdefault(home, []).append(each)
    for home, members in homes.items():
        found |= _household(home, members)
    return found


def renew(ws: Context) -> bool:
    """Bring the table up to what is known now; returns whether anything changed.

    Everybody is looked at, so with many people it is done seldom: a million, every few minutes.
    """
    with ws.register.read() as conn:
        count = int(conn.scalar(sa.select(sa.func.count()).select_from(people)) or 0)
        age = ws.clock.now() - from_micros(state.read(conn, _RENEWED))
        if count > AT_ONCE and age < timedelta(seconds=count / 5_000) and ws.lake.has("relations"):
            return False
        wanted = relations_of(_everybody(conn), _owners(conn))
        stored = {tuple(row) for row in conn.execute(sa.select(*relations.c))}
    fresh, gone = wanted - stored, stored - wanted
    if fresh or gone or count > AT_ONCE:
        with ws.register.write() as conn:
            _change(conn, fresh, gone)
            changes = state.read(conn, CHANGES) + bool(fresh or gone)
            state.store(conn, {_RENEWED: micros(ws.clock.now()), CHANGES: changes})
    if fresh or gone or not ws.lake.has("relations"):
        rows = [dict(zip(RELATIONS.names, (*row, BY[row[2]]), strict=True)) for row in sorted(wanted)]
        ws.lake.write("relations", pa.Table.from_pylist(rows, RELATIONS), seq=ws.lake.sequence("people"))
    return bool(fresh or gone)


def groups_of(conn: Connection, profile_ids: Sequence[str]) -> pa.Table:
    """The rows of the replica's table for some profiles, as the register has them."""
    rows = conn.execute(sa.select(*relations.c).where(among(conn, relations.c.profile_id, profile_ids))).all()
    told = [dict(zip(RELATIONS.names, (*row, BY[row.kind]), strict=True)) for row in rows]
    return pa.Table.from_pylist(told, RELATIONS)


def in_same_groups(conn: Connection, profile_ids: Sequence[str], *, limit: int) -> set[str]:
    """Everybody of the companies, households and referrals of some people, as far as relations are known."""
    is_around = relations.c.kind.in_([kind for kind, by in BY.items() if by in ("company", "household", "referral")])
    own = sa.select(relations.c.group_id).where(is_around, among(conn, relations.c.profile_id, profile_ids)).distinct()
    groups = list(conn.scalars(own))
    query = sa.select(relations.c.profile_id).where(is_around, among(conn, relations.c.group_id, groups)).distinct()
    return set(conn.scalars(query.limit(limit)))


def of_profile(ws: Context, profile_id: str, *, limit: int = 200) -> Sequence[Related]:
    """The relations of one person or company, by kind and name."""
    policy.require(ws.actor, "people.read")
    query = (
        sa.select(relations.c.kind, people.c.profile_id, people.c.kind, people.c.name, relations.c.group_id)
        .join(people, people.c.profile_id == relations.c.other_id)
        .where(relations.c.profile_id == profile_id)
        .order_by(relations.c.kind, people.c.sort_name)
    )
    with ws.register.read() as conn:
        return [Related(*row) for row in conn.execute(query.limit(limit))]


def contacts_of(ws: Context, profile_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The names of the contacts of some companies, in their order."""
    policy.require(ws.actor, "people.read")
    query = (
        sa.select(relations.c.profile_id, people.c.name)
        .join(people, people.c.profile_id == relations.c.other_id)
        .where(relations.c.kind == "contact", relations.c.profile_id.in_(list(profile_ids)))
        .order_by(relations.c.profile_id, people.c.sort_name)
    )
    found: dict[str, list[str]] = {}
    with ws.register.read() as conn:
        for profile_id, name in conn.execute(query):
            found.setdefault(profile_id, []).append(name)
    return found


def _change(conn: Connection, fresh: Iterable[Relation], gone: Iterable[tuple[Any, ...]]) -> None:
    names = ("profile_id", "other_id", "kind", "group_id")
    for part in chunks(sorted(gone), 5_000):
        is_row = [relations.c[name] == sa.bindparam(f"k{place}") for place, name in enumerate(names[:3])]
        conn.execute(sa.delete(relations).where(*is_row), [{f"k{n}": row[n] for n in range(3)} for row in part])
    bulk(conn, insert_ignoring(conn, relations), [dict(zip(names, row, strict=True)) for row in sorted(fresh)])


def _everybody(conn: Connection) -> list[Somebody]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    query = sa.select(people.c.profile_id, people.c.kind, people.c.name, people.c.company_name, people.c.traits)
    return [
        Somebody(row.profile_id, row.kind, row.name, row.company_name or "", _few(decode(row.traits)))
        for row in conn.execute(query)
    ]


def _few(traits: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: traits[name] for name in COLUMNS if traits.get(name) not in (None, "")}


def _owners(conn: Connection) -> dict[str, str]:
    """Whose an e-mail, phone, account, customer or company number is; a number of two people is nobody's."""
    found: dict[str, str] = {}
    shared: set[str] = set()
    no_people = identifiers.c.namespace.notlike("record%"), identifiers.c.namespace.notlike("anonymous_id%")
    for value, owner in conn.execute(sa.select(identifiers.c.value, identifiers.c.profile_id).where(*no_people)):
        if found.setdefault(value, owner) != owner:
            shared.add(value)
    return {value: owner for value, owner in found.items() if value not in shared}


def _company(
    each: Somebody, by_name: Mapping[str, Somebody], owners: Mapping[str, str], companies: set[str]
) -> str | None:
    """The company that a person works at, or that owns a company."""
    told = _texts(each, ("company_id",) if each.kind == "person" else PARENTS)
    for text in told:
        if owners.get(text) in companies:
            return owners[text]
    names = [each.company_name] if each.kind == "person" else told
    return next((by_name[ascii_key(name)].profile_id for name in names if name and ascii_key(name) in by_name), None)


def _texts(each: Somebody, names: Iterable[str]) -> list[str]:
    return [str(each.traits[name]).strip() for name in names if name in each.traits]


def _home(each: Somebody) -> str:
    names = ("last_name", "street", "house_number", "postal_code")
    parts = [ascii_key(str(each.traits.get(name, ""))) for name in names]
    return "|".join(parts) if parts[0] and parts[1] and parts[3] else ""


def _household(home: str, members: Sequence[Somebody]) -> set[Relation]:
    first = {ascii_key(str(each.traits.get("first_name", ""))) for each in members} - {""}
    if len(first) < 2 or len(members) > MOST_IN_A_HOUSEHOLD:
        return set()
    group = hashlib.blake2b("".join(sorted(each.profile_id for each in members)).encode(), digest_size=16).hexdigest()
    return {
        (one.profile_id, other.profile_id, "household", group)
        for one in members
        for other in members
        if one is not other and _first(one) and _first(other) and _first(one) != _first(other)
    }


def _first(each: Somebody) -> str:
    return ascii_key(str(each.traits.get("first_name", "")))
