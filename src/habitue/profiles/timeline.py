"""What happened when: the events of the register, the durable history from which everything can be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE, TRAIT_TYPES, Event
from habitue.identity.tables import identifiers
from habitue.kernel import state
from habitue.kernel.register import bulk, chunks, dialect_insert, insert_ignoring
from habitue.profiles.tables import activity, events, superseded

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_NAMES = ("first_name", "last_name")


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of a person's timeline."""

    seq: int
    identifier_id: int
    source_id: str
    import_id: str | None
    type: str
    name: str
    at: datetime
    amount: Decimal | None
    currency: str | None
    order_id: str | None
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Arrived:
    """One event of a source as somebody looks on: whose it is, by which identifier, and how well that is proven."""

    seq: int
    message_id: str
    type: str
    name: str
    at: datetime
    received_at: datetime
    profile_id: str
    namespace: str
    value: str
    proof: str


def append(conn: Connection, homes: Sequence[tuple[Event, int]]) -> None:
    """Store a group of events; a new version of a source record takes the place of the former one."""
    if not homes:
        return
    bulk(conn, sa.insert(events), [_row(event, identifier_id) for event, identifier_id in homes])
    _supersede(conn, [event for event, _ in homes])
    _note_activity(conn, homes)


def of_identifiers(
    conn: Connection,
    identifier_ids: Sequence[int],
    *,
    names: Sequence[str] = (),
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Moment]:
    """Moments of a person, newest first, without what a newer version of its record replaced."""
    gone = sa.select(superseded.c.seq).where(superseded.c.seq == events.c.seq).exists()
    query = sa.select(events).where(events.c.identifier_id.in_(list(identifier_ids)), sa.not_(gone))
    if names:
        query = query.where(events.c.name.in_(list(names)))
    if before:
        earlier = sa.and_(events.c.at == before[0], events.c.seq < before[1])
        query = query.where(sa.or_(events.c.at < before[0], earlier))
    rows = conn.execute(query.order_by(events.c.at.desc(), events.c.seq.desc()).limit(limit))
    return [_moment(row) for row in rows]


def newest_of_source(conn: Connection, source_id: str, *, limit: int = 20, among: int = 20_000) -> list[Arrived]:
    """What a source brought last, newest first, looked for only `among` the last events of all sources."""
    last = conn.scalar(sa.select(sa.func.max(events.c.seq))) or 0
    columns = [events.c[name] for name in ("seq", "message_id", "type", "name", "at", "received_at", "kept")]
    query = sa.select(*columns, identifiers.c.profile_id, identifiers.c.namespace, identifiers.c.value)
    query = query.join(identifiers, identifiers.c.identifier_id == events.c.identifier_id)
    query = query.where(events.c.seq > last - among, events.c.source_id == source_id)
    return [
        Arrived(
            row.seq,
            row.message_id,
            row.type,
            row.name,
            row.at,
            row.received_at,
            row.profile_id,
            row.namespace,
            row.value,
            (_decode(row.kept) if row.kept else {}).get("proof", "confirmed"),
        )
        for row in conn.execute(query.order_by(events.c.seq.desc()).limit(limit))
    ]


def stored(conn: Connection, identifier_ids: Iterable[int]) -> list[Event]:
    """The events that hang on some identifiers, as they were projected, in journal order."""
    found: list[Event] = []
    for part in chunks(sorted(identifier_ids), 10_000):
        found.extend(_event(row) for row in conn.execute(sa.select(events).where(events.c.identifier_id.in_(part))))
    return sorted(found, key=lambda event: event.seq)


def everything(conn: Connection) -> list[tuple[Event, int]]:
    """Every event with the identifier it hangs on, in journal order."""
    return [(_event(row), row.identifier_id) for row in conn.execute(sa.select(events).order_by(events.c.seq))]


def met_by_import(conn: Connection, import_id: str) -> set[int]:
    """The identifiers that an import's events hang on."""
    return set(conn.scalars(sa.select(events.c.identifier_id).where(events.c.import_id == import_id).distinct()))


def records_of_import(conn: Connection, import_id: str) -> frozenset[str]:
    """The source records whose events an import has brought so far, for one that is resumed."""
    query = sa.select(events.c.record).where(events.c.import_id == import_id, events.c.record.isnot(None)).distinct()
    return frozenset(record.partition("/")[2] for record in conn.scalars(query))


def delete_import(conn: Connection, import_id: str) -> int:
    """Delete the events of an import; what they had replaced stands again, unless a later version replaces it."""
    seqs = sa.select(events.c.seq).where(events.c.import_id == import_id)
    inherited = _inherited(conn, import_id)
    conn.execute(sa.delete(superseded).where(superseded.c.by_seq.in_(seqs)))
    conn.execute(sa.delete(superseded).where(superseded.c.seq.in_(seqs)))
    if inherited:
        conn.execute(insert_ignoring(conn, superseded), inherited)
    note_rewrite(conn, sa.select(sa.func.min(events.c.seq)).where(events.c.import_id == import_id))
    return int(conn.execute(sa.delete(events).where(events.c.import_id == import_id)).rowcount)


def delete(conn: Connection, seqs: Iterable[int]) -> None:
    """Delete single events of our own, which nothing replaces."""
    for part in chunks(sorted(seqs), 10_000):
        conn.execute(sa.delete(events).where(events.c.seq.in_(part)))


def note_rewrite(conn: Connection, lowest: sa.Select[Any]) -> None:
    """The replica must be written anew from the lowest sequence number on, since rows there go or move."""
    seq = conn.scalar(lowest)
    known = state.read(conn, "facts_floor")
    if seq is not None:
        state.store(conn, {"facts_floor": min(known, int(seq)) if known else int(seq)})


def rehome(conn: Connection, homes: Sequence[tuple[Event, int]]) -> None:
    """Note the identifiers that events hang on after a replay, and the activity that follows."""
    change = sa.update(events).where(events.c.seq == sa.bindparam("key")).values(identifier_id=sa.bindparam("home"))
    if homes:
        conn.execute(change, [{"key": event.seq, "home": identifier_id} for event, identifier_id in homes])
        note_rewrite(conn, sa.select(sa.literal(min(event.seq for event, _ in homes))))
    _note_activity(conn, homes)


def forget_activity(conn: Connection, identifier_ids: Iterable[int]) -> None:
    """Delete the first and last time of some identifiers; a replay writes them anew."""
    for part in chunks(sorted(identifier_ids), 10_000):
        conn.execute(sa.delete(activity).where(activity.c.identifier_id.in_(part)))


def _row(event: Event, identifier_id: int) -> dict[str, object]:
    return {
        "seq": event.seq,
        "identifier_id": identifier_id,
        "source_id": event.source_id,
        "import_id": event.import_id,
        "message_id": event.message_id,
        "record": f"{event.source_id}/{event.record}" if event.record else None,
        "type": event.type,
        "name": event.name,
        "at": event.at,
        "received_at": event.received_at,
        "amount": event.amount,
        "currency": event.currency,
        "order_id": event.order_id,
        "identifiers": _encode([event.identifiers, *(event.person_traits.get(name) for name in _NAMES)]).decode(),
        "facts": event.facts_json,
        "kept": _kept(event),
    }


def _event(row: sa.Row[tuple[object, ...]]) -> Event:
    pairs, first_name, last_name = _decode(row.identifiers)
    kept = _decode(row.kept) if row.kept else {}
    return Event(
        seq=row.seq,
        source_id=row.source_id,
        import_id=row.import_id,
        message_id=row.message_id,
        type=row.type,
        name=row.name,
        at=row.at,
        received_at=row.received_at,
        identifiers=[(namespace, value) for namespace, value in pairs],
        person_traits=_decode(row.facts)
        if row.type in TRAIT_TYPES
        else {"first_name": first_name, "last_name": last_name},
        record=row.record.partition("/")[2] if row.record else None,
        is_checked=True,
        amount=row.amount,
        currency=row.currency,
        order_id=row.order_id,
        raw=row.facts.encode(),
        proof=kept.pop("proof", "confirmed"),
        kept=kept or None,
    )


def _kept(event: Event) -> str | None:
    """What stays beside the event, and how well it is proven where it is not confirmed."""
    if event.kept is None and event.proof == "confirmed":
        return None
    kept = dict(event.kept or {})
    if event.proof != "confirmed":
        kept["proof"] = event.proof
    return _encode(kept).decode()


def _is_inactive(event: Event) -> bool:
    return event.kept is not None and event.kept.get("active") is False


def _moment(row: sa.Row[tuple[object, ...]]) -> Moment:
    return Moment(
        seq=row.seq,
        identifier_id=row.identifier_id,
        source_id=row.source_id,
        import_id=row.import_id,
        type=row.type,
        name=row.name,
        at=row.at,
        amount=None if row.amount is None else Decimal(row.amount) / 10_000,
        currency=row.currency,
        order_id=row.order_id,
        facts=_decode(row.facts),
    )


def _supersede(conn: Connection, group: Sequence[Event]) -> None:
    """The events of a record's new version replace those of the same name from earlier imports."""
    changed = {f"{event.source_id}/{event.record}" for event in group if event.record and event.replaces}
    pairs: list[dict[str, object]] = []
    for part in chunks(sorted(changed), 5_000):
        query = sa.select(events.c.seq, events.c.record, events.c.name, events.c.import_id)
        versions: dict[tuple[str, str], list[tuple[int, str | None]]] = {}
        for row in conn.execute(query.where(events.c.record.in_(part)).order_by(events.c.seq)):
            versions.setdefault((row.record, row.name), []).append((row.seq, row.import_id))
        for rows in versions.values():
            by_seq, newest = rows[-1]
            pairs.extend({"seq": seq, "by_seq": by_seq} for seq, import_id in rows if import_id != newest)
    if pairs:
        conn.execute(insert_ignoring(conn, superseded), pairs)


def _inherited(conn: Connection, import_id: str) -> list[dict[str, object]]:
    """The pairs that hold without an import: what it replaced is replaced by what replaced the import's own version.

    Events of one import never replace each other, so a pair within another import does not come about.
    """
    older, newer = superseded.alias(), superseded.alias()
    former, between, later = events.alias(), events.alias(), events.alias()
    query = (
        sa.select(older.c.seq, newer.c.by_seq)
        .join(newer, newer.c.seq == older.c.by_seq)
        .join(former, former.c.seq == older.c.seq)
        .join(between, between.c.seq == older.c.by_seq)
        .join(later, later.c.seq == newer.c.by_seq)
        .where(between.c.import_id == import_id, former.c.import_id.is_distinct_from(later.c.import_id))
    )
    return [{"seq": row.seq, "by_seq": row.by_seq} for row in conn.execute(query)]


def _note_activity(conn: Connection, homes: Sequence[tuple[Event, int]]) -> None:
    """Note first and last time; a row of a file without a date says nothing about when somebody was last here.

    Neither does an event that its sender calls inactive, such as one that a server tells in somebody's name.
    """
    spans: dict[int, tuple[datetime, datetime | None, int]] = {}
    for event, identifier_id in homes:
        if event.source_id == INTERNAL_SOURCE:
            continue
        seen_at: datetime | None = event.at
        if (event.import_id is not None and event.at == event.received_at) or _is_inactive(event):
            seen_at = None
        first, last, count = spans.get(identifier_id, (event.at, None, 0))
        last = seen_at if last is None or (seen_at is not None and seen_at > last) else last
        spans[identifier_id] = (min(first, event.at), last, count + 1)
    rows = [
        {"identifier_id": key, "first_at": first, "last_at": last, "event_count": count}
        for key, (first, last, count) in spans.items()
    ]
    insert = dialect_insert(conn, activity)
    new, old = insert.excluded, activity.c
    is_postgresql = conn.dialect.name == "postgresql"
    least, greatest = (sa.func.least, sa.func.greatest) if is_postgresql else (sa.func.min, sa.func.max)
    statement = insert.on_conflict_do_update(
        index_elements=["identifier_id"],
        set_={
            "first_at": least(old.first_at, new.first_at),
            "last_at": greatest(sa.func.coalesce(old.last_at, new.last_at), sa.func.coalesce(new.last_at, old.last_at)),
            "event_count": old.event_count + new.event_count,
        },
    )
    bulk(conn, statement, rows)
