"""The example shop through the real pipeline, against its truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from bench.identity_bench import Comparison, compare, import_all

from habitue.audiences.rule import EventCount, Group, Trait, Window
from habitue.collect.envelope import Event
from habitue.demo.generate import Generated, generate
from habitue.identity import replay
from habitue.identity.tables import identifiers
from habitue.kernel.clock import FixedClock
from habitue.profiles import timeline
from habitue.workspace import Workspace, create_workspace
from tests.sending import state_of

UNTIL = date(2026, 6, 14)
NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Generated]]:
    """The shop of 400 people, imported."""
    folder: Path = tmp_path_factory.mktemp("example")
    made = generate(folder / "files", people=400, until=UNTIL)
    with create_workspace(folder / "shop", clock=FixedClock(NOW), environ={}) as ws:
        import_all(ws, made)
        yield ws, made


def test_people_are_found_right(shop: tuple[Workspace, Generated]) -> None:
    found = compare(*shop)
    assert found.records > 500
    assert found.precision >= 0.985
    assert found.recall >= 0.7


def test_the_comparison_notices_a_wrong_merge() -> None:
    truth = {"a": "1", "b": "1", "c": "2", "d": "2"}
    assert Comparison(truth, truth).precision == 1.0
    merged = Comparison(truth, dict.fromkeys(truth, "x"))
    assert merged.precision == pytest.approx(2 / 6)
    assert merged.wrong
    assert Comparison(truth, {key: key for key in truth}).recall == 0.0


def test_an_audience_counts_what_the_register_says(shop: tuple[Workspace, Generated]) -> None:
    ws, _ = shop
    rule = Group(
        match="all",
        rules=(
            Trait(field="country", op="is", value="DE"),
            EventCount(event="Order Completed", op="at_least", count=2, window=Window(kind="last_days", count=365)),
            EventCount(event="Order Completed", op="at_most", count=0, window=Window(kind="last_days", count=90)),
        ),
    )
    members = {row.profile_id for row in ws.audiences.members(rule, limit=10_000)}
    expected = set()
    for row in ws.people.listing(limit=10_000, country="DE").rows:
        moments = ws.people.timeline(row.profile_id, limit=1_000)
        cancelled = {m.order_id for m in moments if m.name == "Order Cancelled"}
        ages = [(NOW - m.at).days for m in moments if m.name == "Order Completed" and m.order_id not in cancelled]
        if sum(age < 365 for age in ages) >= 2 and not any(age < 90 for age in ages):
            expected.add(row.profile_id)
    assert members == expected
    assert members


def test_a_rebuild_of_everything_from_the_events_gives_the_same_state(shop: tuple[Workspace, Generated]) -> None:
    from habitue import flow

    ws, _ = shop
    before = state_of(ws)
    with ws.register.write() as conn:
        everybody = set(conn.scalars(sa.select(identifiers.c.identifier_id)))
        around = replay.closure(conn, everybody)
        flow.rebuild(ws.context, conn, around)
    assert state_of(ws) == before


def test_the_order_of_events_of_a_rebuild_is_that_of_the_journal(shop: tuple[Workspace, Generated]) -> None:
    ws, _ = shop
    with ws.register.read() as conn:
        ids = conn.scalars(sa.select(identifiers.c.identifier_id).limit(50)).all()
        events: list[Event] = timeline.stored(conn, ids)
    assert [event.seq for event in events] == sorted(event.seq for event in events)
