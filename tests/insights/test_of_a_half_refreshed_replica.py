"""What was computed while only the facts had been refreshed, not the people, is computed again once both are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue import flow
from habitue.audiences import stays
from habitue.audiences.rule import Group, InsightIs
from habitue.insights.store import stored
from habitue.profiles import replica

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from habitue.workspace import Workspace

ORDERS = """Order number;Customer number;Order date;Amount
A1;1;02.02.2026;10,00
A2;2;03.02.2026;20,00
A3;3;04.02.2026;30,00
"""


def known(ws: Workspace) -> set[str]:
    """The profiles that the insight of groups knows."""
    table = ws.lake.con.to_pyarrow(stored(ws.context, "rfm").table.select("profile_id"))
    return set(table.column("profile_id").to_pylist())


def test_a_join_that_came_in_two_halves_is_seen_by_insights_and_audiences(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    ws.imports.run(tmp_path / "orders.csv", source_name="Shop")
    ws.refresh()
    rule = Group(rules=(InsightIs("rfm", "frequency", "at_least", "2"),))
    audience_id = ws.audiences.create("More than once", rule).audience_id
    flow.settle(ws.context)
    first, second, _ = sorted(known(ws))
    ws.people.join([first, second])
    with monkeypatch.context() as between:
        between.setattr(replica, "_refresh_people", lambda _ws: False)
        ws.refresh()
        flow.settle(ws.context)
        assert len(known(ws)) == 3, "the people are those of before"
    ws.refresh()
    flow.settle(ws.context)
    assert len(known(ws)) == 2
    assert ws.audiences.count(rule).people == 1
    with ws.context.register.read() as conn:
        assert len(stays.members(conn, [audience_id])) == 1
