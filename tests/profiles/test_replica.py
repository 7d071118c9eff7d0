"""The replica follows the register, even when a refresh ends half way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.identity import commands, decide
from habitue.kernel import state
from habitue.kernel.lake import Lake
from habitue.profiles import replica
from habitue.profiles.timeline import note_rewrite
from habitue.workspace import Workspace
from tests.sending import identify, order, send


class PowerCut(Exception):
    """The process ends here."""


def orders(ws: Workspace) -> list[str]:
    """The orders that the replica holds."""
    rows = ws.context.lake.con.to_pyarrow(ws.context.lake.table("facts")).to_pylist()
    return sorted(row["order_id"] for row in rows if row["order_id"])


def fail_once(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """The next call of a step of the lake ends the refresh; later ones work."""
    real = getattr(Lake, step)

    def cut(*_: object, **__: object) -> None:
        monkeypatch.setattr(Lake, step, real)
        raise PowerCut()

    monkeypatch.setattr(Lake, step, cut)


@pytest.mark.parametrize("step", ["forget_from", "append", "write"])
def test_a_refresh_that_ends_half_way_is_made_good_by_the_next(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    send(ws, identify(number="7", email="anna@web.example"), order("A1", "10.00", number="7"))
    send(ws, order("A2", "5.00", number="7"), import_id="two")
    replica.refresh(ws.context)
    assert orders(ws) == ["A1", "A2"]
    flow.catch_up(ws.context, decide.submit(ws.context, commands.UndoImport(import_id="two")))
    fail_once(monkeypatch, step)
    with pytest.raises(PowerCut):
        replica.refresh(ws.context)
    assert replica.refresh(ws.context)
    assert orders(ws) == ["A1"]
    with ws.register.read() as conn:
        assert ws.lake.sequence("superseded") == ws.lake.sequence("facts") == state.read(conn, "facts_seq")
    assert not replica.refresh(ws.context)


def test_a_lower_floor_that_is_noted_during_a_refresh_is_kept(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    send(ws, identify(number="7", email="anna@web.example"), order("A1", "10.00", number="7"))
    replica.refresh(ws.context)
    real = Lake.forget_from

    def forget_while_somebody_undoes(lake: Lake, name: str, seq: int) -> int:
        note(ws, 1)
        return real(lake, name, seq)

    note(ws, 2)
    monkeypatch.setattr(Lake, "forget_from", forget_while_somebody_undoes)
    replica.refresh(ws.context)
    with ws.register.read() as conn:
        assert state.read(conn, "facts_floor") == 1


def note(ws: Workspace, seq: int) -> None:
    """Note that the facts from a sequence number on must be written anew."""
    with ws.register.write() as conn:
        note_rewrite(conn, sa.select(sa.literal(seq)))
