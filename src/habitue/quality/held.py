"""Messages that wait in quarantine, and what was noted of others: kept with every reason, until they are put right."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import Event
from habitue.collect.member import MEMBER
from habitue.kernel.errors import NotFound
from habitue.kernel.register import Instant, chunks, metadata
from habitue.kernel.text import gettext_noop as _
from habitue.quality import quarantine
from habitue.quality.gate import FieldProblem

State = Literal["open", "noted", "released", "dropped", "discarded"]

held = sa.Table(
    "quality_held_messages",
    metadata,
    sa.Column("held_id", sa.Text, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    # The second half of a group message: it waits with the first one and is not counted.
    sa.Column("is_part", sa.Boolean, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("problems", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("columns", sa.JSON, nullable=False),
    sa.Column("cells", sa.JSON, nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("searched", sa.Text, nullable=False),
    sa.Column("decided_at", Instant),
    sa.Index("ix_quality_held_messages_source", "source_id", "state", "received_at"),
    sa.Index("ix_quality_held_messages_message", "source_id", "message_id"),
)
_SHOWN = tuple(column for column in held.c if column.name not in ("body", "searched"))


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """One message that breaks a rule.

    State `open` waits for somebody, `noted` was taken without the values that could not be read, `released` was
    replayed, `dropped` was dropped by the source's rule (nothing of its contents is kept), `discarded` by a person.
    `problems` are plain data: field, value, code, message (a msgid), params. `columns` and `cells` show what it said.
    """

    held_id: str
    source_id: str
    message_id: str
    is_part: bool
    type: str
    name: str
    at: datetime
    received_at: datetime
    code: str
    problems: Sequence[Mapping[str, Any]]
    state: str
    columns: Sequence[str]
    cells: Sequence[str]
    decided_at: datetime | None


def row_of(
    event: Event, problems: Iterable[FieldProblem], *, held_id: str, state: State, is_part: bool = False
) -> dict[str, Any]:
    """The row of an event as it came, before anything was read.

    `dropped` keeps nothing of what it said, and `noted` only the values that were left out: the rest was taken.
    """
    is_kept = state != "dropped"
    problems = list(problems)
    cells = _cells(event) if is_kept and state != "noted" else {}
    if state == "noted":
        cells = {problem.field: problem.value for problem in problems}
    told = [asdict(problem) if is_kept else {**asdict(problem), "value": ""} for problem in problems]
    return {
        "held_id": held_id,
        "source_id": event.source_id,
        "message_id": event.message_id,
        "is_part": is_part,
        "type": event.type,
        "name": event.name,
        "at": event.at,
        "received_at": event.received_at,
        "code": told[0]["code"] if told else "",
        "problems": told,
        "state": state,
        "columns": list(cells),
        "cells": list(cells.values()),
        "body": dump(event) if state == "open" else None,
        "searched": quarantine.searched(_texts(event, cells)).replace("\0", "") if is_kept else "",
        "decided_at": None,
    }


def add(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep rows, all in one statement."""
    if rows:
        conn.execute(sa.insert(held), list(rows))


def listing(
    conn: Connection, source_id: str, *, states: Sequence[str] = ("open",), offset: int = 0, limit: int = 50
) -> list[HeldMessage]:
    """Messages of a source, newest first."""
    query = sa.select(*_SHOWN).where(held.c.source_id == source_id, held.c.state.in_(states), ~held.c.is_part)
    query = query.order_by(held.c.received_at.desc(), held.c.held_id.desc()).offset(offset).limit(limit)
    return [HeldMessage(**row._mapping) for row in conn.execute(query)]


def get(conn: Connection, held_id: str) -> HeldMessage:
    """One message; NotFound when there is none of that id."""
    row = conn.execute(sa.select(*_SHOWN).where(held.c.held_id == held_id)).first()
    if row is None:
        raise NotFound(what=_("message"), key=held_id)
    return HeldMessage(**row._mapping)


def counts(conn: Connection, source_id: str | None = None) -> Mapping[str, Mapping[tuple[str, str], int]]:
    """How many messages there are by source, and there by (state, code)."""
    number = sa.func.count()
    query = sa.select(held.c.source_id, held.c.state, held.c.code, number).where(~held.c.is_part)
    if source_id is not None:
        query = query.where(held.c.source_id == source_id)
    found: dict[str, dict[tuple[str, str], int]] = {}
    grouped = query.group_by(held.c.source_id, held.c.state, held.c.code).order_by(number.desc(), held.c.code)
    for row in conn.execute(grouped):
        found.setdefault(row[0], {})[row[1], row[2]] = row[3]
    return found


def waiting(conn: Connection, source_id: str, held_ids: Collection[str] | None = None) -> list[str]:
    """The ids of what waits, oldest first: of the whole source, or of some messages with their parts."""
    query = sa.select(held.c.held_id).where(held.c.source_id == source_id, held.c.state == "open")
    order = (held.c.received_at, held.c.held_id)
    if held_ids is None:
        return list(conn.scalars(query.order_by(*order)))
    found: list[str] = []
    for part in chunks(list(held_ids), 500):
        wanted = sa.select(held.c.message_id).where(held.c.source_id == source_id, held.c.held_id.in_(part))
        messages = list(conn.scalars(wanted))
        both = [*messages, *(f"{each}{MEMBER}" for each in messages)]
        of_part = sa.or_(held.c.held_id.in_(part), sa.and_(held.c.is_part, held.c.message_id.in_(both)))
        found.extend(conn.scalars(query.where(of_part).order_by(*order)))
    return found


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that still waits: the event as it came, whether it is part of another message, and why it waits."""

    event: Event
    is_part: bool
    code: str
    problems: Sequence[Mapping[str, Any]]


def open_bodies(conn: Connection, held_ids: Sequence[str]) -> dict[str, Waiting]:
    """What still waits of some ids."""
    found: dict[str, Waiting] = {}
    for part in chunks(list(dict.fromkeys(held_ids)), 500):
        query = sa.select(held.c.held_id, held.c.body, held.c.is_part, held.c.code, held.c.problems)
        for row in conn.execute(query.where(held.c.held_id.in_(part), held.c.state == "open")):
            found[row.held_id] = Waiting(load(row.body), row.is_part, row.code, row.problems)
    return found


def settle(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write anew what became of messages that waited."""
    if not rows:
        return
    columns = ("code", "problems", "state", "columns", "cells", "body", "searched", "decided_at")
    change = sa.update(held).where(held.c.held_id == sa.bindparam("key"))
    values = {name: sa.bindparam(f"new_{name}", type_=held.c[name].type) for name in columns}
    conn.execute(
        change.values(values),
        [{"key": row["held_id"], **{f"new_{name}": row[name] for name in columns}} for row in rows],
    )


def empty(conn: Connection, held_id: str, *, at: datetime) -> bool:
    """Discard a message that waits, and its part: the reason stays, the contents go; False when it does not wait."""
    message = conn.execute(sa.select(held.c.source_id, held.c.message_id).where(held.c.held_id == held_id)).first()
    if message is None:
        return False
    part = sa.and_(held.c.is_part, held.c.message_id == f"{message.message_id}{MEMBER}")
    wanted = sa.and_(held.c.source_id == message.source_id, held.c.state == "open")
    change = sa.update(held).where(wanted, sa.or_(held.c.held_id == held_id, part))
    gone: dict[str, Any] = {
        "columns": [],
        "cells": [],
        "body": None,
        "searched": "",
        "state": "discarded",
        "decided_at": at,
    }
    return conn.execute(change.values(**gone)).rowcount > 0


def forget_source(conn: Connection, source_id: str) -> int:
    """Delete everything that is kept of a source."""
    return int(conn.execute(sa.delete(held).where(held.c.source_id == source_id)).rowcount)


def erase_matching(conn: Connection, needles: Sequence[str]) -> int:
    """Delete the messages that hold an identifier of an erased person; how many they were."""
    return quarantine.erase_where(conn, held, needles)


def dump(event: Event) -> str:
    """An event as text, with its properties, and what stays beside it, as they were written."""
    bare = copy.copy(event)
    bare.raw, bare.beside = b"{}", b""
    texts = (each.decode("utf-8", "replace") for each in (event.raw, event.beside))
    return msgspec.json.encode([bare, *texts]).decode()


def load(body: str) -> Event:
    """The event of a text that `dump` made."""
    told, raw, *beside = msgspec.json.decode(body, type=list[msgspec.Raw])
    event = msgspec.json.decode(told, type=Event)
    event.raw = msgspec.json.decode(raw, type=str).encode()
    if beside:
        event.beside = msgspec.json.decode(beside[0], type=str).encode()
    elif kept := msgspec.json.decode(told, type=_Before).kept:
        event.beside = msgspec.json.encode(kept)
    return event


class _Before(msgspec.Struct):
    """What texts of before `beside` had in the event itself."""

    kept: dict[str, Any] | None = None


def _cells(event: Event) -> dict[str, str]:
    told: dict[str, object] = {namespace.partition(":")[0]: value for namespace, value in event.identifiers}
    told |= event.facts
    told |= {name: value for name, value in event.person_traits.items() if value is not None}
    return {name: text for name, value in told.items() if (text := _text(value))}


def _texts(event: Event, cells: Mapping[str, str]) -> Iterator[str]:
    """Every single text of an event, for erasure."""
    yield event.message_id
    yield from (value for _, value in event.identifiers)
    for told in (cells, event.facts, event.person_traits, event.kept):
        yield from _leaves(told)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
