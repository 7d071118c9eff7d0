"""An undone import among other versions of its records: the newest version stands, alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from habitue.collect.imports import Import
from habitue.workspace import Workspace
from tests.sending import state_of

PEOPLE = "Kundennr;Name;E-Mail\n1;Anna Berg;anna@web.example\n"


def bring(ws: Workspace, folder: Path, total: str) -> Import:
    """Import order B1 with a total, as the next version of one file."""
    path = folder / "orders.csv"
    path.write_text(f"Bestellnr;Kundennr;Bestelldatum;Summe\nB1;1;01.05.2026;{total}\n", "utf-8")
    return ws.imports.run(path, source_name="Shop")


def totals(ws: Workspace) -> tuple[Sequence[str], Sequence[str]]:
    """The order totals that the timeline shows, and those that the replica counts."""
    (anna,) = ws.people.search("anna")
    shown = sorted(str(moment.amount) for moment in ws.people.timeline(anna.profile_id, names=["Order Completed"]))
    table = ws.context.lake.table("events")
    rows = ws.lake.con.to_pyarrow(table.filter(table.name == "Order Completed")).to_pylist()
    return shown, sorted(str(int(row["amount"])) for row in rows)


@pytest.fixture
def shop(ws: Workspace, tmp_path: Path) -> Workspace:
    """A workspace that knows Anna."""
    (tmp_path / "kunden.csv").write_text(PEOPLE, "utf-8")
    ws.imports.run(tmp_path / "kunden.csv", source_name="Shop")
    return ws


def test_a_version_in_the_middle_that_is_undone_does_not_bring_the_one_before_it_back(
    shop: Workspace, tmp_path: Path
) -> None:
    _, second, _ = (bring(shop, tmp_path, total) for total in ("10", "20", "30"))
    shop.imports.undo(second.import_id)
    assert totals(shop) == (["30"], ["30"])


def test_versions_undone_in_any_order_leave_the_first(shop: Workspace, tmp_path: Path) -> None:
    bring(shop, tmp_path, "10")
    before = state_of(shop)
    second, third, fourth = (bring(shop, tmp_path, total) for total in ("20", "30", "40"))
    shop.imports.undo(third.import_id)
    assert totals(shop) == (["40"], ["40"])
    shop.imports.undo(second.import_id)
    assert totals(shop) == (["40"], ["40"])
    shop.imports.undo(fourth.import_id)
    assert totals(shop) == (["10"], ["10"])
    assert state_of(shop) == before
