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

import ibis
import ibis.expr.types as ir
import msgspec
import pyarrow as pa
import sqlalchemy as sa

from habitue.collect.envelope import INTERNAL_SOURCE
from habitue.identity.tables import identifiers
from habitue.kernel import lake, state
from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.kernel.lake import Lake
from habitue.privacy.consents import consents
from habitue.profiles.own_fields import fields_table
from habitue.profiles.tables import events, people, superseded

PART_ROWS = 250_000
_TEXT_TRAITS = (
    "first_name",
    "last_name",
    "gender",
    "street",
    "postal_code",
    "region",
    "language",
    "job_title",
    "website",
    "source_channel",
    "marital_status",
    "education",
)
_DATE_TRAITS = ("birth_date", "customer_since")
FACTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("identifier_id", pa.int64()),
        ("source_id", pa.string()),
        ("type", pa.string()),
        ("name", pa.string()),
        ("at", lake.instant()),
        ("amount", lake.money()),
        ("currency", pa.string()),
        ("order_id", pa.string()),
        ("properties", pa.string()),
        ("context", pa.string()),
    ]
)
PEOPLE = pa.schema(
    [
        ("profile_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("email", pa.string()),
        ("phone", pa.string()),
        ("city", pa.string()),
        ("country", pa.string()),
        ("company_name", pa.string()),
        *((name, pa.string()) for name in _TEXT_TRAITS),
        *((name, pa.date32()) for name in _DATE_TRAITS),
        ("income", lake.money()),
        ("first_seen_at", lake.instant()),
        ("last_seen_at", lake.instant()),
        ("traits", pa.string()),
    ]
)
_CIRCUMSTANCES = {
    **{f"campaign_{part}": f"campaign.{part}" for part in ("name", "source", "medium", "term", "content")},
    **{f"page_{part}": f"page.{part}" for part in ("path", "referrer", "search", "title", "url")},
    "referrer_url": "referrer.url",
    "app_name": "app.name",
    "app_version": "app.version",
    "library_name": "library.name",
    "library_version": "library.version",
    "os_name": "os.name",
    "os_version": "os.version",
    "device_type": "device.type",
    "device_model": "device.model",
    "locale": "locale",
    "timezone": "timezone",
    "user_agent": "user_agent",
    "ip": "ip",
}
IDENTIFIERS = pa.schema([("identifier_id", pa.int64()), ("profile_id", pa.string())])
SUPERSEDED = pa.schema([("seq", pa.int64())])
STATEMENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("identifier_id", pa.int64()),
        ("purpose", pa.string()),
        ("channel", pa.string()),
        ("state", pa.string()),
        ("at", lake.instant()),
    ]
)
lake.declare("facts", FACTS)
lake.declare("people", PEOPLE)
lake.declare("identifiers", IDENTIFIERS)
lake.declare("superseded", SUPERSEDED)
lake.declare("statements", STATEMENTS)


def events_of_profiles(source: Lake) -> ir.Table:
    """Every event with the profile that it belongs to today, without what a newer record replaced."""
    facts = source.table("facts")
    current = facts.anti_join(source.table("superseded"), "seq")
    return current.inner_join(source.table("identifiers"), "identifier_id").drop("identifier_id")


def consents_of_profiles(source: Lake) -> ir.Table:
    """What holds now per profile, purpose and channel; at the same instant a withdrawal wins."""
    told = source.table("statements").inner_join(source.table("identifiers"), "identifier_id")
    order = [ibis.desc("at"), ibis.desc("state"), ibis.desc("seq")]
    ranked = told.mutate(place=ibis.row_number().over(group_by=["profile_id", "purpose", "channel"], order_by=order))
    return ranked.filter(ranked.place == 0).select("profile_id", "purpose", "channel", "state", "at")


def circumstances(source: Lake) -> ir.Table:
    """Where and with what each event happened: one column for each part of the message's context that is kept."""
    events = events_of_profiles(source)
    told = events.context.cast("json")
    columns = {name: _text_at(told, path) for name, path in _CIRCUMSTANCES.items()}
    return events.select("seq", "profile_id", "source_id", "type", "name", "at", **columns)


def _text_at(told: ir.JSONValue, path: str) -> ir.StringValue:
    for key in path.split("."):
        told = told[key]
    return told.str


lake.declare_view("events", events_of_profiles)
lake.declare_view("circumstances", circumstances)
lake.declare_view("consents", consents_of_profiles)


def refresh(ws: Context) -> bool:
    """Bring the replica up to the register; returns whether anything was new."""
    with _only_one(ws):
        facts = _refresh_facts(ws)
        others = _refresh_people(ws)
    return facts or others


def rebuild(ws: Context) -> None:
    """Write the whole replica anew."""
    ws.lake.forget(["facts", "people", "identifiers", "superseded", "statements", "fields"])
    refresh(ws)


def _refresh_facts(ws: Context) -> bool:
    is_rewritten = _forget_from_floor(ws)
    with ws.register.read() as conn:
        wanted = state.read(conn, "facts_seq")
    is_behind = ws.lake.sequence("facts") < wanted
    if is_behind:
        _append_facts(ws, wanted)
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
    query = sa.select(*columns, events.c.facts, events.c.kept).where(
        events.c.seq > last, events.c.seq <= wanted, events.c.source_id != INTERNAL_SOURCE
    )
    with ws.register.read() as conn:
        result = conn.execution_options(stream_results=True).execute(query.order_by(events.c.seq))
        for rows in result.partitions(PART_ROWS):
            ws.lake.append("facts", facts_table(rows), first_seq=written + 1, last_seq=rows[-1].seq)
            written = rows[-1].seq
    if written < wanted:
        ws.lake.append("facts", FACTS.empty_table(), first_seq=written + 1, last_seq=wanted)


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


def facts_table(rows: Any) -> pa.Table:
    """Rows of the columns of FACTS as a table; amounts come as integers of 10⁻⁴ units."""
    columns = list(zip(*rows, strict=True))
    arrays = [
        pa.array(_amounts(values), field.type) if field.name == "amount" else _array(values, field.type)
        for values, field in zip(columns, FACTS, strict=True)
    ]
    return pa.table(arrays, schema=FACTS)


def people_table(rows: Any, traits: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of the people with their decoded traits, as a table of PEOPLE."""
    stored = {name: [getattr(row, name) for row in rows] for name in PEOPLE.names if name in people.c}
    for name in _TEXT_TRAITS:
        stored[name] = [None if (value := t.get(name)) in (None, "") else str(value) for t in traits]
    for name in _DATE_TRAITS:
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
def _only_one(ws: Context) -> Iterator[None]:
    ws.lake.path.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(ws.lake.path / "refresh.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
