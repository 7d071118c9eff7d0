"""An undone import whose rows came again later: the world is as if only the later import had brought them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from habitue.collect.imports import Import
from habitue.identity.tables import identifiers
from habitue.kernel.clock import Hand
from habitue.profiles.tables import events, people, superseded, values
from habitue.workspace import Workspace, create_workspace
from tests.conftest import NOW

HEAD = "Kundennr;Name;E-Mail;Firma;Bestellnr;Bestelldatum;Summe\n"
ANNA = "1;Anna Berg;anna@web.example;Berg KG;B1;01.05.2026;10\n"
ANNA_AGAIN = "1;Anna Berg;anna@web.example;Berg KG;B1;01.05.2026;99\n"
BEN = "2;Ben Lau;ben@web.example;;B2;02.05.2026;20\n"
EVA = "3;Eva Kurz;eva@web.example;Berg KG;B3;03.05.2026;30\n"
EVA_MAIL_ONLY = ";Eva Kurz;eva@web.example;;;;\n"


def world(folder: Path, name: str, files: Sequence[str | None]) -> tuple[Workspace, list[Import | None]]:
    """A workspace that imported some files, an hour apart; None is an hour in which nothing happened."""
    clock = Hand(NOW)
    ws = create_workspace(folder / name, clock=clock, environ={"HABITUE_KEY": "11" * 32})
    done: list[Import | None] = []
    for number, text in enumerate(files):
        clock.at = NOW + timedelta(hours=number)
        path = folder / f"{name}.csv"
        path.write_text(HEAD + (text or ""), "utf-8")
        done.append(ws.imports.run(path, source_name="Shop") if text else None)
    return ws, done


def known(ws: Workspace) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is known, with sequence numbers and imports by their rank instead of their value."""
    with ws.register.read() as conn:
        seqs = {seq: rank for rank, seq in enumerate(conn.scalars(sa.select(events.c.seq).order_by(events.c.seq)))}
        told = conn.execute(sa.select(events).order_by(events.c.seq)).all()
        pairs = conn.execute(sa.select(superseded)).all()
        nodes = conn.execute(sa.select(identifiers)).all()
        rows = conn.execute(sa.select(people)).all()
        said = conn.execute(sa.select(values)).all()
    value_of = {node.identifier_id: (node.namespace, node.value) for node in nodes}
    return {
        "events": [(row.record, row.name, row.at, row.received_at, row.facts, row.identifiers) for row in told],
        "homes": [value_of[row.identifier_id] for row in told],
        "superseded": sorted((seqs[row.seq], seqs[row.by_seq]) for row in pairs),
        "identifiers": sorted((n.namespace, n.value, seqs.get(n.first_seq, -1), n.profile_id, n.names) for n in nodes),
        "people": sorted((r.profile_id, r.name, r.traits, r.event_count, r.first_seen_at) for r in rows),
        "sources": sorted((value_of[row.identifier_id], row.source_id) for row in said),
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ANNA + BEN, ANNA + BEN),
        (ANNA + BEN, BEN + ANNA),
        (ANNA + BEN, BEN),
        (ANNA, EVA + ANNA + BEN),
        (EVA_MAIL_ONLY, EVA_MAIL_ONLY + EVA),
        (ANNA + EVA, EVA),
        (ANNA + BEN, ANNA_AGAIN + BEN),
    ],
)
def test_what_came_again_stays_as_if_it_had_only_come_then(tmp_path: Path, first: str, second: str) -> None:
    with_both, (undone, later) = world(tmp_path, "both", [first, second])
    without, (_, only) = world(tmp_path, "without", [None, second])
    assert undone
    assert later
    assert only
    with_both.imports.undo(undone.import_id)
    assert known(with_both) == known(without)
    now = with_both.imports.get(later.import_id)
    assert (now.rows_taken, now.rows_unchanged) == (only.rows_taken, only.rows_unchanged)
    assert (now.people_new, now.people_updated) == (only.people_new, only.people_updated)


def test_the_second_heir_follows_when_the_first_is_undone_too(tmp_path: Path) -> None:
    three, (first, second, third) = world(tmp_path, "three", [ANNA, ANNA, ANNA + BEN])
    without, _ = world(tmp_path, "without", [None, None, ANNA + BEN])
    assert first
    assert second
    assert third
    three.imports.undo(first.import_id)
    three.imports.undo(second.import_id)
    assert known(three) == known(without)
    three.imports.undo(third.import_id)
    assert three.people.count() == 0


def test_a_repeat_of_another_version_inherits_nothing(tmp_path: Path) -> None:
    four, (first, *_) = world(tmp_path, "four", [ANNA, ANNA_AGAIN, ANNA, ANNA])
    without, _ = world(tmp_path, "without", [None, ANNA_AGAIN, ANNA, ANNA])
    assert first
    four.imports.undo(first.import_id)
    assert known(four) == known(without)


def test_a_planted_loss_of_the_repeats_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both, (undone, _) = world(tmp_path, "both", [ANNA, ANNA])
    without, _ = world(tmp_path, "without", [None, ANNA])
    assert undone
    monkeypatch.setattr("habitue.flow.repeats.heirs", lambda *_: {})
    both.imports.undo(undone.import_id)
    assert known(both) != known(without)


def test_on_both_databases_people_stay_whom_a_later_import_said_again(ws: Workspace, tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text(HEAD + ANNA + BEN, "utf-8")
    first, second = (ws.imports.run(tmp_path / "shop.csv", source_name="Shop") for _ in range(2))
    ws.imports.undo(first.import_id)
    assert ws.people.count() == 2
    assert ws.imports.get(second.import_id).rows_taken == 2
    ws.imports.undo(second.import_id)
    assert ws.people.count() == 0
