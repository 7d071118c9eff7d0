"""The lake's tables for a few people, read straight from the register: what real-time audiences are asked of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE
from habitue.identity.tables import identifiers
from habitue.kernel import lake
from habitue.kernel.register import among, chunks
from habitue.privacy.consents import consents
from habitue.profiles import listed_products
from habitue.profiles.replica import facts_table, people_table
from habitue.profiles.replica_tables import FACTS, PEOPLE
from habitue.profiles.tables import events, people, superseded
from habitue.profiles.timeline import hang_on

EVENTS = pa.schema([*(field for field in FACTS if field.name != "identifier_id"), ("profile_id", pa.string())])
CONSENTS = pa.schema(
    [
        ("profile_id", pa.string()),
        ("purpose", pa.string()),
        ("channel", pa.string()),
        ("state", pa.string()),
        ("at", lake.instant()),
    ]
)
PART = 2_000
CANCELLED = "Order Cancelled"
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def slice_of(conn: Connection, profile_ids: Sequence[str], *, names: Iterable[str]) -> Mapping[str, pa.Table]:
    """The tables `people`, `events` (of these names) and `consents` of some profiles, in the lake's columns."""
    wanted = sorted(names)
    parts: list[tuple[pa.Table, pa.Table, pa.Table]] = []
    for part in chunks(profile_ids, PART):
        owners = dict(
            conn.execute(
                sa.select(identifiers.c.identifier_id, identifiers.c.profile_id).where(
                    among(conn, identifiers.c.profile_id, part)
                )
            ).all()
        )
        parts.append((_people(conn, part), _events(conn, owners, wanted), _consents(conn, owners)))
    several = list(zip(*parts, strict=True)) or [(), (), ()]
    schemas = {"people": PEOPLE, "events": EVENTS, "consents": CONSENTS}
    return {
        name: pa.concat_tables(tables) if tables else schema.empty_table()
        for (name, schema), tables in zip(schemas.items(), several, strict=True)
    }


def _people(conn: Connection, part: Sequence[str]) -> pa.Table:
    rows = conn.execute(sa.select(people).where(among(conn, people.c.profile_id, part))).all()
    return people_table(rows, [_decode(row.traits) for row in rows])


def _events(conn: Connection, owners: Mapping[int, str], names: Sequence[str]) -> pa.Table:
    if not names or not owners:
        return EVENTS.empty_table()
    columns = [*(events.c[name] for name in FACTS.names if name in events.c), events.c.facts, events.c.kept]
    is_gone = sa.select(superseded.c.seq).where(superseded.c.seq == events.c.seq).exists()
    query = sa.select(*columns).where(
        hang_on(conn, owners),
        among(conn, events.c.name, names),
        events.c.source_id != INTERNAL_SOURCE,
        sa.not_(is_gone),
    )
    rows = [*conn.execute(query)]
    orders = sorted({row.order_id for row in rows if row.order_id is not None})
    elsewhere = sa.select(*columns).where(
        among(conn, events.c.order_id, orders), events.c.name == CANCELLED, sa.not_(is_gone)
    )
    # An order may have been cancelled under another name than it was placed.
    if CANCELLED in names and orders:
        rows += [row for row in conn.execute(elsewhere) if row.identifier_id not in owners]
    if not rows:
        return EVENTS.empty_table()
    table = facts_table(rows, listed_products.of(conn))
    profiles = pa.array([owners.get(key, "") for key in table.column("identifier_id").to_pylist()], pa.string())
    return table.drop_columns(["identifier_id"]).append_column("profile_id", profiles)


def _consents(conn: Connection, owners: Mapping[int, str]) -> pa.Table:
    columns = [consents.c[name] for name in ("identifier_id", "purpose", "channel", "state", "at", "seq")]
    rows = conn.execute(sa.select(*columns).where(among(conn, consents.c.identifier_id, owners))).all()
    newest: dict[tuple[str, str, str], Any] = {}
    for row in rows:
        key = (owners[row.identifier_id], row.purpose, row.channel)
        best = newest.get(key)
        # The same order as the view of the lake: time, then state (a withdrawal wins), then sequence.
        if best is None or (row.at, row.state, row.seq) > (best.at, best.state, best.seq):
            newest[key] = row
    found = [
        {"profile_id": key[0], "purpose": key[1], "channel": key[2], "state": row.state, "at": row.at}
        for key, row in newest.items()
    ]
    return pa.Table.from_pylist(found, schema=CONSENTS)
