"""Who was in an audience at what time: after an undo the history says what it would say if nothing had been undone."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.audiences import retelling, stays
from habitue.audiences.audience import audiences
from habitue.audiences.realtime import Follower
from habitue.audiences.rule import Consent, EventCount, Group, Rule, Trait
from habitue.workspace import Workspace
from tests.identity.histories import SUBJECTS, everything, history, live
from tests.identity.worlds import worlds as worlds

ORDER = "Order Completed"
RULES: Mapping[str, Rule] = {
    "reachable": Trait(field="email", op="is_known"),
    "of Bonn": Trait(field="city", op="is", value="Bonn"),
    "buyers": EventCount(event=ORDER),
    "regulars": EventCount(event=ORDER, count=2),
    "agreed": Consent(purpose="newsletter"),
    "not yet": Group(rules=(Trait(field="email", op="is_known"), EventCount(event=ORDER, negate=True))),
}
HISTORIES = {"sqlite": 6, "postgres": 1}


class Watched:
    """A world in which audiences are followed after every step, a minute later each time."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.follower = Follower()
        for name, rule in RULES.items():
            ws.audiences.create(name, rule)
        flow.refresh(ws.context)
        flow.settle(ws.context)

    def step(self, ws: Workspace) -> None:
        """The worker does what is to do, then a minute goes by."""
        while flow.follow(ws.context, self.follower):
            pass
        ws.context.clock.at += timedelta(minutes=1)

    def history(self) -> list[tuple[str, ...]]:
        """Every stay, by the name of the audience."""
        table = stays.stays
        query = sa.select(audiences.c.name, table.c.profile_id, table.c.entered_at, table.c.left_at)
        with self.ws.register.read() as conn:
            rows = conn.execute(query.join(audiences, audiences.c.audience_id == table.c.audience_id)).all()
        return sorted(tuple(str(cell) for cell in row) for row in rows)


@pytest.mark.parametrize("worlds", ["sqlite", "postgres"], indirect=True)
def test_who_was_in_at_any_time_is_as_if_it_had_never_happened(
    worlds: tuple[Workspace, Workspace], request: pytest.FixtureRequest
) -> None:
    with_it, without = (Watched(ws) for ws in worlds)
    met: Counter[str] = Counter()
    for number in range(HISTORIES[request.node.callspec.params["worlds"]]):
        told = history(number)
        met[f"undone: {told.subject}"] += 1
        live(without.ws, told, with_undone=False, after=without.step)
        met += live(with_it.ws, told, with_undone=True, after=with_it.step)
        assert everything(with_it.ws) == everything(without.ws)
        assert with_it.history() == without.history(), f"history {number}, undone: {told.subject}"
    met += Counter(row[0] for row in with_it.history())
    met["closed"] = sum(row[3] != "None" for row in with_it.history())
    sys.stdout.write(f"what happened: {dict(sorted(met.items()))}\n")
    if HISTORIES[request.node.callspec.params["worlds"]] >= len(SUBJECTS):
        assert min(met[name] for name in (*RULES, "closed")) > 0
        assert all(met[f"undone: {subject}"] for subject in SUBJECTS)


def test_a_planted_bug_is_found(worlds: tuple[Workspace, Workspace], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retelling, "_exchange", lambda conn, told, found: None)
    with_it, without = (Watched(ws) for ws in worlds)
    for number in range(12):
        told = history(number)
        live(without.ws, told, with_undone=False, after=without.step)
        live(with_it.ws, told, with_undone=True, after=with_it.step)
        if with_it.history() != without.history():
            return
    pytest.fail("nobody noticed")
