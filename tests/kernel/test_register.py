"""The register on both databases: instants, transactions, migrations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from habitue.activation.mail import subscriptions
from habitue.kernel.jobs import jobs
from habitue.kernel.migrate import newest, version
from habitue.kernel.register import among, bulk, metadata, upsert
from habitue.kernel.state import read, state, store
from habitue.profiles.tables import activity
from habitue.workspace import Workspace

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def test_the_tables_of_a_new_workspace_are_those_of_the_code(ws: Workspace) -> None:
    def ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or not (name or "").startswith(("web_", "profiles_search", "kernel_versions"))

    assert version(ws.register) == newest()
    assert subscriptions.mailings.name in metadata.tables, "only the pages know this table"
    with ws.register.read() as conn:
        context = MigrationContext.configure(conn, opts={"include_object": ours})
        assert compare_metadata(context, metadata) == []


def test_an_instant_comes_back_to_the_microsecond_in_utc(ws: Workspace) -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    with ws.register.write() as conn:
        conn.execute(sa.insert(activity).values(identifier_id=1, first_at=elsewhere, last_at=AT, event_count=1))
        row = conn.execute(sa.select(activity.c.first_at, activity.c.last_at)).one()
    assert row == (AT, AT)
    assert row[0].tzinfo is UTC


def test_bulk_writes_what_single_inserts_would(ws: Workspace) -> None:
    rows = [
        {"identifier_id": i, "first_at": AT, "last_at": AT + timedelta(days=i), "event_count": i} for i in range(50)
    ]
    with ws.register.write() as conn:
        bulk(conn, upsert(conn, activity), [dict(row) for row in rows])
        found = conn.execute(sa.select(activity).order_by(activity.c.identifier_id)).mappings().all()
    assert [dict(row) for row in found] == rows


def test_among_finds_the_same_as_in(ws: Workspace) -> None:
    with ws.register.write() as conn:
        store(conn, {"one": 1, "two": 2, "ünï'code": 3})
        query = sa.select(state.c.value).where(among(conn, state.c.key, ["one", "ünï'code", "none"]))
        assert sorted(conn.scalars(query)) == [1, 3]
        assert conn.scalars(sa.select(state.c.value).where(among(conn, state.c.key, []))).all() == []


def test_a_failed_transaction_leaves_nothing(ws: Workspace) -> None:
    def fail() -> None:
        with ws.register.write() as conn:
            store(conn, {"one": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with ws.register.read() as conn:
        assert read(conn, "one") == 0


def test_a_reader_keeps_its_view_while_somebody_writes(sqlite_ws: Workspace) -> None:
    with sqlite_ws.register.read() as reader:
        assert read(reader, "one") == 0
        with sqlite_ws.register.write() as conn:
            store(conn, {"one": 1})
        assert read(reader, "one") == 0


def test_every_table_is_named_after_its_room() -> None:
    rooms = {"access", "activation", "audiences", "audit", "collect", "identity", "insights", "kernel", "privacy"}
    rooms |= {"profiles", "quality"}
    assert jobs.name in metadata.tables
    assert {name for name in metadata.tables if name.split("_")[0] not in rooms} == set()
