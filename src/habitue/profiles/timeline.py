"""What happened when: the events of the register, the durable history from which everything can be rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE, TRAIT_TYPES, Event
from habitue.kernel import state
from habitue.kernel.register import among, chunks, insert_ignoring, stored_instant, write_rows
from habitue.profiles.tables import events, superseded

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
_PROOF = {proof: f'"proof":"{proof}"}}'.encode() for proof in ("claimed", "proven")}
PART_BITS = 18
PART_EVENTS = 50_000
_AT_ONCE = 5_000


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


def append(conn: Connection, homes: Sequence[tuple[Event, int]]) -> None:
    """Store a group of events; a new version of a source record takes the place of the former one."""
    if not homes:
        return
    write_rows(conn, events, _COLUMNS, _rows(conn, homes))
    _supersede(conn, [event for event, _ in homes])


def hang_on(conn: Connection, identifier_ids: Iterable[int]) -> sa.ColumnElement[bool]:
    """The events that hang on some identifiers: looked up in every part of the index."""
    parts = range(_parts(conn))
    return sa.and_(events.c.part.in_(parts), among(conn, events.c.identifier_id, identifier_ids))


def of_identifiers(
    conn: Connection,
    identifier_ids: Sequence[int],
    *,
    names: Sequence[str] = (),
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[Moment]:
    """Moments of a person, newest first, without what a newer version of its record replaced."""
    if not names and before is None and len(identifier_ids) <= _FEW:
        given = {"parts": list(range(_parts(conn))), "ids": list(identifier_ids), "most": limit}
        return [_moment(row) for row in conn.execute(_NEWEST, given)]
    chosen = sa.select(events.c.seq).where(hang_on(conn, identifier_ids), sa.not_(_GONE))
    if names:
        chosen = chosen.where(events.c.name.in_(list(names)))
    if before:
        earlier = sa.and_(events.c.at == before[0], events.c.seq < before[1])
        chosen = chosen.where(sa.or_(events.c.at < before[0], earlier))
    return [_moment(row) for row in conn.execute(_shown(chosen, limit))]


def _parts(conn: Connection) -> int:
    """How many parts the index of events has."""
    return int(conn.scalar(_LAST_PART) or 0) + 1


def _shown(chosen: sa.Select[Any], limit: int | sa.BindParameter[int]) -> sa.Select[Any]:
    """The newest of some events; the index alone tells which those are, and only their rows are read."""
    wanted = chosen.order_by(events.c.at.desc(), events.c.seq.desc()).limit(limit)
    query = sa.select(*_SHOWN).where(events.c.seq.in_(wanted))
    return query.order_by(events.c.at.desc(), events.c.seq.desc())


_FEW = 100
_SHOWN = [events.c[name] for name in Moment.__dataclass_fields__]
_LAST_PART = sa.select(sa.func.max(events.c.part))
_GONE = sa.select(superseded.c.seq).where(superseded.c.seq == events.c.seq).exists()
# What a page of a person asks first, made once: to put it together takes longer than the database needs.
_NEWEST = _shown(
    sa.select(events.c.seq).where(
        events.c.part.in_(sa.bindparam("parts", expanding=True)),
        events.c.identifier_id.in_(sa.bindparam("ids", expanding=True)),
        sa.not_(_GONE),
    ),
    sa.bindparam("most", type_=sa.Integer),
)


def stored(conn: Connection, identifier_ids: Iterable[int]) -> list[Event]:
    """The events that hang on some identifiers, as they were projected, in journal order."""
    found: list[Event] = []
    for part in chunks(sorted(identifier_ids), 10_000):
        found.extend(_event(row) for row in conn.execute(sa.select(events).where(hang_on(conn, part))))
    return sorted(found, key=lambda event: event.seq)


def in_parts(conn: Connection, identifier_ids: Iterable[int], *, size: int) -> Iterator[list[Event]]:
    """What `stored` gives, at most `size` at a time: so many lie in memory, however many there are.

    What hangs elsewhere when its turn has come is read all the same: the events are chosen before the first part.
    """
    ids = sorted(identifier_ids)
    if len(ids) <= _FEW:
        first = conn.execute(sa.select(events).where(hang_on(conn, ids)).order_by(events.c.seq).limit(size + 1)).all()
        if len(first) <= size:
            yield [_event(row) for row in first]
            return
    seqs: list[int] = []
    for part in chunks(ids, 10_000):
        seqs.extend(conn.scalars(sa.select(events.c.seq).where(hang_on(conn, part))))
    for part in chunks(sorted(seqs), size):
        query = sa.select(events).where(among(conn, events.c.seq, part)).order_by(events.c.seq)
        yield [_event(row) for row in conn.execute(query, execution_options={"yield_per": _AT_ONCE})]


def count(conn: Connection, identifier_ids: Iterable[int]) -> int:
    """How many events hang on some identifiers."""
    parts = chunks(sorted(identifier_ids), 10_000)
    return sum(
        int(conn.scalar(sa.select(sa.func.count()).select_from(events).where(hang_on(conn, part))) or 0)
        for part in parts
    )


def newest(conn: Connection) -> int:
    """The sequence number of the newest event, 0 when there is none."""
    return int(conn.scalar(sa.select(sa.func.max(events.c.seq))) or 0)


def is_of_import(import_id: str) -> sa.ColumnElement[bool]:
    """The events of an import."""
    return events.c.import_id == import_id


def is_among(conn: Connection, seqs: Iterable[int]) -> sa.ColumnElement[bool]:
    """The events of some sequence numbers."""
    return among(conn, events.c.seq, seqs)


def received_first(conn: Connection, where: sa.ColumnElement[bool]) -> datetime | None:
    """When the first of some events came; None when there is none."""
    first: datetime | None = conn.scalar(sa.select(sa.func.min(events.c.received_at)).where(where))
    return first


def everything(conn: Connection) -> Iterator[tuple[Event, int]]:
    """Every event with the identifier it hangs on, in journal order, a few thousand at a time."""
    query = sa.select(events).order_by(events.c.seq)
    for row in conn.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield _event(row), row.identifier_id


def own(conn: Connection) -> Iterator[Event]:
    """The events of our own, decisions among them, in journal order."""
    query = sa.select(events).where(events.c.source_id == INTERNAL_SOURCE).order_by(events.c.seq)
    return (_event(row) for row in conn.execute(query))


def own_of(conn: Connection, identifier_ids: Iterable[int]) -> list[Event]:
    """The events of our own that hang on some identifiers, in journal order."""
    found: list[Event] = []
    for part in chunks(sorted(identifier_ids), 10_000):
        is_own = sa.and_(hang_on(conn, part), events.c.source_id == INTERNAL_SOURCE)
        found.extend(_event(row) for row in conn.execute(sa.select(events).where(is_own)))
    return sorted(found, key=lambda event: event.seq)


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
    """Note the identifiers that events hang on after a replay."""
    change = sa.update(events).where(events.c.seq == sa.bindparam("key")).values(identifier_id=sa.bindparam("home"))
    if homes:
        conn.execute(change, [{"key": event.seq, "home": identifier_id} for event, identifier_id in homes])
        note_rewrite(conn, sa.select(sa.literal(min(event.seq for event, _ in homes))))


_COLUMNS = (
    "seq",
    "identifier_id",
    "source_id",
    "import_id",
    "message_id",
    "record",
    "type",
    "name",
    "at",
    "received_at",
    "amount",
    "currency",
    "order_id",
    "identifiers",
    "facts",
    "kept",
    "part",
)


def _rows(conn: Connection, homes: Sequence[tuple[Event, int]]) -> Iterator[tuple[object, ...]]:
    instant = stored_instant(conn)
    received_at, received = None, None
    for event, identifier_id in homes:
        if event.received_at is not received_at:  # what came together was received at one instant
            received_at, received = event.received_at, instant(event.received_at)
        yield (
            (
                event.seq,
                identifier_id,
                event.source_id,
                event.import_id,
                event.message_id,
                f"{event.source_id}/{event.record}" if event.record else None,
                event.type,
                event.name,
                instant(event.at),
                received,
                event.amount,
                event.currency,
                event.order_id,
                event.said or event.identity,
                event.raw.decode() if event.read is None else event.facts_json,
                _kept(event),
                event.seq >> PART_BITS,
            )
        )


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
        beside=_encode(kept) if kept else b"",
    )


def _kept(event: Event) -> str | None:
    """What stays beside the event, and how well it is proven where it is not confirmed."""
    beside = event.beside
    if event.proof == "confirmed":
        return beside.decode() if beside else None
    return (beside[:-1] + b"," + _PROOF[event.proof] if beside else b"{" + _PROOF[event.proof]).decode()


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
