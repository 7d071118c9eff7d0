"""Values as sources told them: one row per identifier and source; the newest statement of a source stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import TRAIT_TYPES, Event
from habitue.collect.proof import CLAIMED
from habitue.kernel import state
from habitue.kernel.clock import micros
from habitue.kernel.register import among, bulk, upsert
from habitue.profiles.golden import Value
from habitue.profiles.tables import values

Told = dict[str, list[Any]]  # field -> [value, microseconds, seq], and the proof where it is not confirmed
FORGOTTEN = "values_forgotten"
_FEW = 100
_OF_FEW = sa.select(values).where(values.c.identifier_id.in_(sa.bindparam("ids", expanding=True)))
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode


@dataclass(frozen=True, slots=True)
class Folded:
    """Identifiers with new values, and identifiers of which a source only said the same again, later."""

    different: frozenset[int]
    confirmed: frozenset[int]


def fold(conn: Connection, homes: Sequence[tuple[Event, int]]) -> Folded:
    """Store the traits of a group of events; an older statement of the same source never wins over a newer one.

    Nor does one that is only claimed win over one that was proven.
    """
    group = [(event, identifier_id) for event, identifier_id in homes if event.type in TRAIT_TYPES]
    known = _load(conn, {identifier_id for _, identifier_id in group})
    told: dict[tuple[int, str], Told] = {}
    different: set[int] = set()
    confirmed: set[int] = set()
    for event, identifier_id in group:
        key = (identifier_id, event.source_id)
        stand = told.get(key)
        if stand is None:
            stand = told[key] = known.get(key, {})
        at = micros(event.at)
        is_claimed = event.proof == CLAIMED
        suffix = [] if event.proof == "confirmed" else [event.proof]
        for field, value in event.facts.items():
            former = stand.get(field)
            if former is not None and (not _is_claimed(former), former[1]) > (not is_claimed, at):
                continue
            is_same = former is not None and former[0] == value and _is_claimed(former) == is_claimed
            (confirmed if is_same else different).add(identifier_id)
            stand[field] = [value, at, event.seq, *suffix]
    rows = [{"identifier_id": key[0], "source_id": key[1], "told": _encode(t).decode()} for key, t in told.items()]
    bulk(conn, upsert(conn, values), rows)
    return Folded(different=frozenset(different), confirmed=frozenset(confirmed - different))


def of_identifiers(conn: Connection, identifier_ids: Sequence[int]) -> list[Value]:
    """Every stored value of some identifiers."""
    return [
        Value(field, value, source_id, at, seq, identifier_id, *proof)
        for (identifier_id, source_id), told in _load(conn, identifier_ids).items()
        for field, (value, at, seq, *proof) in told.items()
    ]


def told_of(stored: str) -> Told:
    """The statements of one source about one identifier, from their stored form."""
    return _decode(stored)


def forget(conn: Connection, identifier_ids: Iterable[int]) -> int:
    """Delete every value of some identifiers, and note it for who keeps records in memory."""
    state.store(conn, {FORGOTTEN: state.read(conn, FORGOTTEN) + 1})
    return int(conn.execute(sa.delete(values).where(among(conn, values.c.identifier_id, identifier_ids))).rowcount)


def _is_claimed(stated: list[Any]) -> bool:
    return len(stated) > 3 and stated[3] == CLAIMED


def _load(conn: Connection, identifier_ids: Iterable[int]) -> dict[tuple[int, str], Told]:
    found: dict[tuple[int, str], Told] = {}
    ids = list(identifier_ids)
    if len(ids) <= _FEW:
        rows = conn.execute(_OF_FEW, {"ids": ids})
    else:
        rows = conn.execute(sa.select(values).where(among(conn, values.c.identifier_id, ids)))
    for identifier_id, source_id, told in rows.all():
        found[identifier_id, source_id] = _decode(told)
    return found
