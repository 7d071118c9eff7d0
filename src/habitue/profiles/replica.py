"""The replica for analysis: facts appended by sequence, small tables renewed when they changed.

Tables as others read them: `people`, `events`, `circumstances`, `consents`, `fields`. Facts hang on identifiers and
are joined with the profiles of today when they are read, so that a merge rewrites nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec
import pyarrow as pa
import sqlalchemy as sa

from habitue.collect import products
from habitue.collect.envelope import INTERNAL_SOURCE
from habitue.identity.tables import identifiers
from habitue.kernel import state
from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.privacy.consents import consents
from habitue.profiles import listed_products
from habitue.profiles.own_fields import fields_table
from habitue.profiles.replica_tables import (
    DATE_TRAITS,
    ENVELOPE,
    FACTS,
    IDENTIFIERS,
    PEOPLE,
    STATEMENTS,
    STORED,
    SUPERSEDED,
    TEXT_TRAITS,
)
from habitue.profiles.tables import events, people, superseded
from habitue.profiles.warehouse import shapes

PART_ROWS = 250_000
PRODUCTS = "facts_products"
_identity = msgspec.json.Decoder(tuple[list[tuple[str, str]], Any, Any]).decode


def refresh(ws: Context) -> bool:
    """Bring the replica up to the register; returns whether anything was new."""
    with only_one(ws):
        facts = _refresh_facts(ws)
        others = _refresh_people(ws)
    return facts or others


def rebuild(ws: Context) -> None:
    """Write the whole replica anew."""
    ws.lake.forget(["facts", "people", "identifiers", "superseded", "statements", "fields"])
    refresh(ws)


def sequence(ws: Context) -> int:
    """The sequence number up to which the whole replica is known, 0 at first.

    While it is refreshed the facts are ahead of the people. Whoever computes something from both notes this number,
    read before it reads them: after that of the facts alone nothing would be computed anew once the people are there.
    """
    return ws.lake.sequence("facts", "superseded", "people")


def _refresh_facts(ws: Context) -> bool:
    _note_new_products(ws)
    is_rewritten = _forget_from_floor(ws)
    with ws.register.read() as conn:
        wanted = state.read(conn, "facts_seq")
    is_behind = ws.lake.sequence("facts") < wanted
    if is_behind:
        _append_facts(ws, wanted)
        before = ws.lake.files("facts")
        if ws.lake.compact("facts"):
            shapes.follow_compaction(ws, before)
    if is_rewritten and ws.lake.has(shapes.NAME):
        shapes.renew(ws)
    # Its own sequence counts: a refresh may have ended between the facts and this table.
    is_stale = is_rewritten or ws.lake.sequence("superseded") < wanted
    if is_stale:
        with ws.register.read() as conn:
            replaced = conn.scalars(sa.select(superseded.c.seq)).all()
        ws.lake.write("superseded", pa.table([pa.array(replaced, pa.int64())], schema=SUPERSEDED), seq=wanted)
    return is_behind or is_stale


def _append_facts(ws: Context, wanted: int) -> None:
    written = last = ws.lake.sequence("facts")
    columns = [events.c[name] for name in FACTS.names if name in events.c]
    around = (events.c.message_id, events.c.received_at, events.c.identifiers)
    query = sa.select(*columns, events.c.facts, events.c.kept, *around).where(
        events.c.seq > last, events.c.seq <= wanted, events.c.source_id != INTERNAL_SOURCE
    )
    with ws.register.read() as conn:
        result = conn.execution_options(stream_results=True).execute(query.order_by(events.c.seq))
        listed = listed_products.of(conn)
        for rows in result.partitions(PART_ROWS):
            ws.lake.append("facts", _stored_table(rows, listed), first_seq=written + 1, last_seq=rows[-1].seq)
            written = rows[-1].seq
    if written < wanted:
        ws.lake.append("facts", STORED.empty_table(), first_seq=written + 1, last_seq=wanted)


def _note_new_products(ws: Context) -> None:
    """All facts are written anew when a list of products came or went."""
    with ws.register.read() as conn:
        version = products.version(conn)
        is_known = state.read(conn, PRODUCTS) == version
    if not is_known:
        with ws.register.write() as conn:
            state.store(conn, {"facts_floor": 1, PRODUCTS: version})


def _forget_from_floor(ws: Context) -> bool:
    """Take away the facts that must be written anew; returns whether there were any.

    The floor goes only after the facts have gone: whatever ends the refresh before that, the next one starts here
    again, and from then on the facts are behind and are written by whoever comes next. It goes before the events are
    read, so that a change in the meantime is either read or leaves a floor of its own; a lower one is kept.
    """
    with ws.register.read() as conn:
        floor = state.read(conn, "facts_floor")
    if not floor:
        return False
    ws.lake.forget_from("facts", floor)
    is_same = sa.and_(state.state.c.key == "facts_floor", state.state.c.value == floor)
    with ws.register.write() as conn:
        conn.execute(sa.update(state.state).where(is_same).values(value=0))
    return True


def _refresh_people(ws: Context) -> bool:
    with ws.register.read() as conn:
        facts_seq, people_seq = state.read(conn, "facts_seq"), state.read(conn, "people_seq")
        if ws.lake.sequence("people") >= facts_seq and ws.lake.has("people") and ws.lake.has("fields"):
            return False
        members = None
        if ws.lake.sequence("identifiers") < people_seq or not ws.lake.has("identifiers"):
            members = conn.execute(sa.select(identifiers.c.identifier_id, identifiers.c.profile_id)).all()
        everybody = conn.execute(sa.select(people).order_by(people.c.person_no)).all()
        statements = conn.execute(sa.select(*(consents.c[name] for name in STATEMENTS.names))).all()
    if members is not None:
        ws.lake.write("identifiers", plain_table(members, IDENTIFIERS), seq=people_seq)
    ws.lake.write("statements", plain_table(statements, STATEMENTS), seq=facts_seq)
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    traits = [decode(row.traits) for row in everybody]
    own = fields_table(t for t, row in zip(traits, everybody, strict=True) if row.kind == "person")
    ws.lake.write("fields", own, seq=facts_seq)
    ws.lake.write("people", people_table(everybody, traits), seq=facts_seq)
    return True


def facts_table(rows: Any, listed: listed_products.Listed) -> pa.Table:
    """Rows of the columns of FACTS as a table; amounts come as integers of 10⁻⁴ units.

    Products say what the lists know of them.
    """
    columns = list(zip(*rows, strict=True))
    arrays = [
        _array(_fact(field.name, values, listed), field.type) for values, field in zip(columns, FACTS, strict=True)
    ]
    return pa.table(arrays, schema=FACTS)


def _fact(name: str, values: Sequence[Any], listed: listed_products.Listed) -> Sequence[Any]:
    if name == "amount":
        return _amounts(values)
    return [listed.completed(text) for text in values] if name == "properties" else values


def _stored_table(rows: Sequence[Any], listed: listed_products.Listed) -> pa.Table:
    table = facts_table([row[: len(FACTS)] for row in rows], listed)
    named = [_named(row.identifiers, row.type) for row in rows]
    values = (
        [row.message_id for row in rows],
        [row.received_at for row in rows],
        *(list(each) for each in zip(*named, strict=True)),
    )
    for field, column in zip(ENVELOPE, values, strict=True):
        table = table.append_column(field, _array(column, field.type))
    return table


def _named(identity: str, kind: str) -> tuple[str | None, str | None, str | None]:
    """Whom a message named: user id, anonymous id, and the company or former id that it was about."""
    found: dict[str, str] = {}
    for namespace, value in _identity(identity)[0]:
        found.setdefault(namespace, value)
    about = {"group": "company", "alias": "previous_id"}.get(kind, "")
    return found.get("user_id"), found.get("anonymous_id"), found.get(about)


def people_table(rows: Any, traits: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of the people with their decoded traits, as a table of PEOPLE."""
    stored = {name: [getattr(row, name) for row in rows] for name in PEOPLE.names if name in people.c}
    for name in TEXT_TRAITS:
        stored[name] = [None if (value := t.get(name)) in (None, "") else str(value) for t in traits]
    for name in DATE_TRAITS:
        stored[name] = [_date(t.get(name)) for t in traits]
    stored["income"] = [_decimal(t.get("income")) for t in traits]
    return pa.table([_array(stored[field.name], field.type) for field in PEOPLE], schema=PEOPLE)


def plain_table(rows: Any, schema: pa.Schema) -> pa.Table:
    """Rows in the order of a schema as a table."""
    if not rows:
        return schema.empty_table()
    columns = list(zip(*rows, strict=True))
    return pa.table([_array(values, f.type) for values, f in zip(columns, schema, strict=True)], schema=schema)


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if pa.types.is_timestamp(kind):
        return pa.array([None if value is None else micros(value) for value in values], pa.int64()).cast(kind)
    return pa.array(values, kind)


def _amounts(values: Any) -> list[Decimal | None]:
    return [None if value is None else Decimal(value).scaleb(-4) for value in values]


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)).quantize(Decimal("0.0001")) if value is not None else None
    except InvalidOperation:
        return None


@contextmanager
def only_one(ws: Context) -> Iterator[None]:
    """Hold the replica as it is: whoever refreshes it, or writes it down, waits for the other."""
    ws.lake.path.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(ws.lake.path / "refresh.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
