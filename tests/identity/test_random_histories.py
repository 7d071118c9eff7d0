"""Whatever happened and was undone: people, events, values, consents and audiences are as if it had never been."""

from __future__ import annotations

import sys
from collections import Counter

import pytest
import sqlalchemy as sa

from habitue import flow
from habitue.audiences.rule import Trait
from habitue.identity import replay
from habitue.identity.tables import identifiers, links, violations
from habitue.profiles import timeline, values
from habitue.workspace import Workspace
from tests.identity.histories import SUBJECTS, everything, history, live
from tests.identity.worlds import worlds as worlds

HISTORIES = {"sqlite": 18, "postgres": 6}


@pytest.mark.parametrize("worlds", ["sqlite", "postgres"], indirect=True)
def test_what_was_undone_leaves_no_trace(
    worlds: tuple[Workspace, Workspace], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "PART_EVENTS", 4)
    with_it, without = worlds
    met: Counter[str] = Counter()
    for number in range(HISTORIES[request.node.callspec.params["worlds"]]):
        told = history(number)
        met[f"undone: {told.subject}"] += 1
        live(without, told, with_undone=False)
        met += live(with_it, told, with_undone=True)
        assert everything(with_it) == everything(without), f"history {number}, undone: {told.subject}"
    met += _shape(with_it)
    sys.stdout.write(f"what happened: {dict(sorted(met.items()))}\n")
    assert all(met[f"undone: {subject}"] for subject in SUBJECTS)
    assert min(met[name] for name in ("join", "separate", "match", "same_record", "refused: other_name")) > 0
    for ws in worlds:
        flow.refresh(ws.context)
    members = [
        [(row.profile_id, row.name) for row in ws.audiences.members(Trait(field="email", op="is_known"), limit=500)]
        for ws in worlds
    ]
    assert members[0] == members[1]
    assert len(members[0]) > 5


@pytest.mark.parametrize("bug", ["values stay", "the other side of a refusal is forgotten", "decisions stay"])
def test_a_planted_bug_is_found(worlds: tuple[Workspace, Workspace], bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if bug == "values stay":
        monkeypatch.setattr(values, "forget", lambda conn, identifier_ids: 0)
    elif bug == "decisions stay":
        monkeypatch.setattr(flow.undone, "forget", lambda conn, seqs: [])
    else:
        monkeypatch.setattr(replay, "_others", lambda conn, identifier_ids: set())
    for number in range(36):
        told = history(number)
        live(worlds[1], told, with_undone=False)
        live(worlds[0], told, with_undone=True)
        if everything(worlds[0]) != everything(worlds[1]):
            return
    pytest.fail("nobody noticed")


def _shape(ws: Workspace) -> Counter[str]:
    """How rich the histories were: links by rule, refusals by reason, sizes of people."""
    found: Counter[str] = Counter()
    with ws.register.read() as conn:
        found.update(conn.scalars(sa.select(links.c.rule).where(links.c.state == "active")))
        found.update(f"refused: {reason}" for reason in conn.scalars(sa.select(violations.c.reason)))
        sizes = conn.scalars(sa.select(sa.func.count()).select_from(identifiers).group_by(identifiers.c.profile_id))
        found.update(f"people of {min(size, 6)} identifiers" for size in sizes)
    return found
