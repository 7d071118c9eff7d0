"""The cached golden profile of every person and company: a function of the facts, refreshed where they changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE, TRIAL_VISITOR, namespace_kind
from habitue.identity.tables import identifiers, links, separations
from habitue.kernel.register import among, as_stored, bulk, chunks, dialect_insert
from habitue.profiles.golden import Golden, golden_profile
from habitue.profiles.search import SearchIndex, phone_word, search_text
from habitue.profiles.tables import activity, events, people
from habitue.profiles.timeline import hang_on
from habitue.profiles.values import of_identifiers
from habitue.quality.normalise.phone import country_of_phone

_encode = msgspec.json.Encoder().encode
# Random numbers are looked up as a whole, where they are anyway; nobody types a part of one.
_FOUND_WHOLE = frozenset({"record", "anonymous_id"})
_PLACE = ("postal_code", "city", "street")
_SEARCHED = ("name", "first_name", "last_name", "email", "company_name", "city", "postal_code", "street")

_HOLDING = {links: (links.c.state == "active",)}


@dataclass(slots=True)
class _Facts:
    """What is known of one profile while it is refreshed."""

    identifiers: list[tuple[int, str, str]] = field(default_factory=list)
    # Instants as the register stores them.
    first_at: Any = None
    last_at: Any = None
    events: int = 0


def refresh(
    conn: Connection,
    *,
    changed: Iterable[str],
    gone: Iterable[str],
    seq: int,
    country: str,
    met: Collection[int] = frozenset(),
) -> None:
    """Recompute the golden profiles of `changed` and delete those of `gone`, which no longer exist.

    `country` is the workspace's: where an address without a country and without a phone number is supposed to be.
    `met` are identifiers that events hang on for certain, which need not be looked for.
    """
    remove(conn, gone)
    for part in chunks(sorted(changed), 2_000):
        _refresh_part(conn, part, seq, country, met)


def with_several_sources(conn: Connection, profile_ids: Iterable[str]) -> frozenset[str]:
    """The profiles that more than one source tells about, where the newest statement may change the winner."""
    found: set[str] = set()
    for part in chunks(sorted(profile_ids), 10_000):
        query = sa.select(people.c.profile_id).where(among(conn, people.c.profile_id, part), people.c.source_count > 1)
        found.update(conn.scalars(query))
    return frozenset(found)


def remove(conn: Connection, profile_ids: Iterable[str]) -> None:
    """Delete the cached profiles and their search texts."""
    for part in chunks(sorted(profile_ids), 10_000):
        numbers = conn.scalars(sa.select(people.c.person_no).where(people.c.profile_id.in_(part))).all()
        SearchIndex(conn).remove(numbers)
        conn.execute(sa.delete(people).where(people.c.profile_id.in_(part)))


def _refresh_part(conn: Connection, profile_ids: Sequence[str], seq: int, country: str, met: Collection[int]) -> None:
    facts = _load(conn, profile_ids)
    unmet = {key: fact for key, fact in facts.items() if not any(item[0] in met for item in fact.identifiers)}
    nobodies = _nobodies(conn, unmet) | _trials(facts)
    remove(conn, nobodies)
    facts = {profile_id: fact for profile_id, fact in facts.items() if profile_id not in nobodies}
    owner = {item[0]: profile_id for profile_id, fact in facts.items() for item in fact.identifiers}
    by_profile: dict[str, list[object]] = {profile_id: [] for profile_id in facts}
    for value in of_identifiers(conn, sorted(owner)):
        by_profile[owner[value.identifier_id]].append(value)
    rows, searched = [], {}
    for profile_id, fact in facts.items():
        golden = golden_profile(by_profile[profile_id])  # type: ignore[arg-type]  # a list of Value
        rows.append(_row(profile_id, fact, golden, seq, country))
        searched[profile_id] = _search_text(fact, golden)
    if rows:
        _store(conn, rows, searched)


def _nobodies(conn: Connection, facts: Mapping[str, _Facts]) -> frozenset[str]:
    """Profiles that are only a contact which was refused elsewhere: nothing happened there, nothing joined them.

    One that somebody separated is somebody: whoever did that wants to see it.
    """
    empty = {item[0]: profile_id for profile_id, fact in facts.items() if not fact.events for item in fact.identifiers}
    if not empty:
        return frozenset()
    # Events that are not counted yet count here.
    counted = sa.select(events.c.identifier_id).where(hang_on(conn, empty), events.c.source_id != INTERNAL_SOURCE)
    met = conn.scalars(counted.distinct()).all()
    told = of_identifiers(conn, sorted(empty))
    linked = [
        key
        for table in (links, separations)
        for column in (table.c.a, table.c.b)
        for key in conn.scalars(sa.select(column).where(among(conn, column, empty), *_HOLDING.get(table, ())))
    ]
    somebody = {empty[key] for key in (*linked, *met, *(value.identifier_id for value in told))}
    return frozenset(empty.values()) - somebody


def _trials(facts: Mapping[str, _Facts]) -> frozenset[str]:
    """Profiles that only test events of sources are about."""
    return frozenset(
        profile_id
        for profile_id, fact in facts.items()
        if all(value == TRIAL_VISITOR and namespace_kind(name) == "anonymous_id" for _, name, value in fact.identifiers)
    )


def _load(conn: Connection, profile_ids: Sequence[str]) -> dict[str, _Facts]:
    query = (
        sa.select(
            identifiers.c.profile_id,
            identifiers.c.identifier_id,
            identifiers.c.namespace,
            identifiers.c.value,
            as_stored(activity.c.first_at),
            as_stored(activity.c.last_at),
            activity.c.event_count,
        )
        .outerjoin(activity, activity.c.identifier_id == identifiers.c.identifier_id)
        .where(among(conn, identifiers.c.profile_id, profile_ids))
        .order_by(identifiers.c.first_seq, identifiers.c.identifier_id)
    )
    facts: dict[str, _Facts] = {}
    for profile_id, identifier_id, namespace, value, first_at, last_at, count in conn.execute(query).all():
        fact = facts.get(profile_id)
        if fact is None:
            fact = facts[profile_id] = _Facts()
        fact.identifiers.append((identifier_id, namespace, value))
        if first_at is not None:
            fact.first_at = first_at if fact.first_at is None else min(fact.first_at, first_at)
            fact.events += count
        if last_at is not None:
            fact.last_at = last_at if fact.last_at is None else max(fact.last_at, last_at)
    return facts


def _row(profile_id: str, fact: _Facts, golden: Mapping[str, Golden], seq: int, country: str) -> dict[str, object]:
    traits = {name: value.value for name, value in golden.items()}
    if not traits.get("country") and any(traits.get(name) for name in _PLACE):
        number = _text(traits, "phone") or _first(fact.identifiers, "phone")
        traits["country"] = (country_of_phone(number) if number else None) or country
    name = display_name(traits, fact.identifiers)
    return {
        "profile_id": profile_id,
        "kind": kind_of(namespace for _, namespace, _ in fact.identifiers),
        "name": name,
        "sort_name": _sort_name(traits, name),
        "email": _text(traits, "email") or _first(fact.identifiers, "email"),
        "phone": _text(traits, "phone") or _text(traits, "mobile") or _first(fact.identifiers, "phone"),
        "city": _text(traits, "city"),
        "country": _text(traits, "country"),
        "company_name": _text(traits, "company_name"),
        "first_seen_at": fact.first_at,
        "last_seen_at": fact.last_at,
        "event_count": fact.events,
        "source_count": len({value.source_id for g in golden.values() for value in (g.winner, *g.others)}),
        "changed_seq": seq,
        "traits": _encode(
            traits,
        ).decode(),
    }


def kind_of(namespaces: Iterable[str]) -> str:
    """Whether identifiers of these namespaces name a person or a company."""
    return "company" if any(namespace_kind(namespace) == "company" for namespace in namespaces) else "person"


def display_name(traits: Mapping[str, object], known_by: Sequence[tuple[int, str, str]]) -> str:
    """What to call somebody: the name, else the company, e-mail, phone, or the most telling identifier."""
    parts = " ".join(part for part in (_text(traits, "first_name"), _text(traits, "last_name")) if part)
    for value in (_text(traits, "name"), parts, *(_text(traits, name) for name in ("company_name", "email", "phone"))):
        if value:
            return value
    telling = [item for item in known_by if namespace_kind(item[1]) not in ("record", "anonymous_id")]
    return telling[0][2] if telling else ""


def _search_text(fact: _Facts, golden: Mapping[str, Golden]) -> str:
    parts = [
        str(value.value)
        for name in _SEARCHED
        if name in golden
        for value in (golden[name].winner, *golden[name].others)
    ]
    for _, namespace, value in fact.identifiers:
        kind = namespace_kind(namespace)
        if kind == "phone":
            parts.append(phone_word(value))
        elif kind not in _FOUND_WHOLE:
            parts.append(value)
    return search_text(dict.fromkeys(parts))


def _store(conn: Connection, rows: list[dict[str, object]], searched: Mapping[str, str]) -> None:
    insert = dialect_insert(conn, people)
    others = {c.name: insert.excluded[c.name] for c in people.columns if c.name not in ("person_no", "profile_id")}
    bulk(conn, insert.on_conflict_do_update(index_elements=["profile_id"], set_=others), rows)
    numbers = sa.select(people.c.person_no, people.c.profile_id).where(among(conn, people.c.profile_id, searched))
    SearchIndex(conn).put({row[0]: searched[row[1]] for row in conn.execute(numbers).all()})


def _text(traits: Mapping[str, object], name: str) -> str | None:
    value = traits.get(name)
    return str(value) if value not in (None, "") else None


def _first(known_by: Sequence[tuple[int, str, str]], kind: str) -> str | None:
    return next((value for _, namespace, value in known_by if namespace == kind), None)


def _sort_name(traits: Mapping[str, object], name: str) -> str:
    last, first = _text(traits, "last_name"), _text(traits, "first_name")
    return search_text([last or "", first or ""]) if last else search_text([name])
