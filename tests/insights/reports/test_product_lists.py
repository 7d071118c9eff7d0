"""Orders that name articles by number alone: reports take their names from lists, and open the right people."""

from __future__ import annotations

from tests.sending import order, send

from habitue.collect import products
from habitue.insights.reports import store
from habitue.web.reports.behind import rule_of
from habitue.workspace import Workspace

LIST = (
    {"sku": "10", "name": "Mug", "category": "Crockery"},
    {"sku": "11", "name": "Plate", "category": "Crockery"},
    {"sku": "20", "name": "Espresso", "category": "Coffee"},
)


def _bought(ws: Workspace, who: int, day: int, *articles: dict[str, str]) -> None:
    message = order(f"o{who}-{day}", "10.00", at=f"2026-02-{day:02}T10:00:00Z", email=f"p{who}@web.example")
    message["properties"]["products"] = [{"quantity": 1, "price": "5.00", **each} for each in articles]
    send(ws, message)


def test_a_list_names_what_reports_tell_and_the_people_behind_are_the_same(sqlite_ws: Workspace) -> None:
    ws = sqlite_ws
    for who in range(8):
        _bought(ws, who, 1, {"sku": "10"}, {"sku": "20"})
    for who in range(8, 16):
        _bought(ws, who, 2, {"sku": "11", "name": "Big plate", "category": "Plates"})
    ws.refresh()
    before = store.outcome(ws.context, "first_products")
    assert {row["item"] for row in before.sections[0].rows} == {"Plates"}
    with ws.register.write() as conn:
        products.note(conn, "import-1", LIST)
    ws.refresh()

    told = {section.name: section for section in store.outcome(ws.context, "first_products").sections}
    assert {row["item"] for row in told["first_category"].rows} == {"Crockery", "Coffee", "Plates"}
    assert {row["item"] for row in told["first_product"].rows} == {"Mug", "Espresso", "Big plate"}
    for section in (told["first_category"], told["first_product"]):
        assert section.behind is not None
        for row in section.rows:
            rule = rule_of(section.behind(row))
            assert rule is not None
            assert ws.audiences.count(rule).people == row["people"] == 8
    (pair,) = store.outcome(ws.context, "basket").sections[0].rows[:1]
    assert pair["pair"] in ("Mug + Espresso", "Espresso + Mug")
