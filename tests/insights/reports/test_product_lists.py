"""Orders that name articles by number alone: reports take their names from lists, and open the right people."""

from __future__ import annotations

from tests.sending import order, send

from habitue.collect import products
from habitue.insights.reports import sold, store
from habitue.insights.reports.shape import Did
from habitue.web.reports.behind import MOST_NUMBERS, rule_of
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


def _told(ws: Workspace) -> None:
    for who in range(8):
        _bought(ws, who, 1, {"sku": "10"}, {"sku": "20"})
    for who in range(8, 16):
        _bought(ws, who, 2, {"sku": "11", "name": "Big plate", "category": "Plates"})
    ws.refresh()


def test_what_an_order_does_not_say_of_an_article_is_taken_from_the_list(sqlite_ws: Workspace) -> None:
    ws = sqlite_ws
    _told(ws)
    before = store.outcome(ws.context, "first_products")
    assert {row["item"] for row in before.sections[0].rows} == {"Plates"}
    with ws.register.write() as conn:
        products.note(conn, "import-1", LIST)

    m = store.material(ws.context)
    rows = m.rows(sold.lines_of(m))
    assert {(row["sku"], row["product"], row["category"]) for row in rows} == {
        ("10", "Mug", "Crockery"),
        ("20", "Espresso", "Coffee"),
        ("11", "Big plate", "Plates"),
    }
    assert len(rows) == 24
    assert len(store.outcome(ws.context, "first_products").sections[0].rows) == 3, "what was kept is of the old list"

    with ws.register.write() as conn:
        products.forget(conn, "import-1")
    assert {row["category"] for row in m.rows(sold.lines_of(store.material(ws.context)))} == {None, "Plates"}


def test_the_people_behind_a_listed_name_are_those_who_bought_its_numbers(sqlite_ws: Workspace) -> None:
    ws = sqlite_ws
    _told(ws)
    with ws.register.write() as conn:
        products.note(conn, "import-1", LIST)
    found = store.outcome(ws.context, "first_products")
    told = {section.name: section for section in found.sections}
    assert {row["item"] for row in told["first_category"].rows} == {"Crockery", "Coffee", "Plates"}
    for section in (told["first_category"], told["first_product"]):
        assert section.behind is not None
        for row in section.rows:
            rule = rule_of(section.behind(row))
            assert rule is not None
            assert ws.audiences.count(rule).people == row["people"] == 8

    pairs = store.outcome(ws.context, "basket")
    (pair,) = pairs.sections[0].rows[:1]
    assert pair["pair"] in ("Mug + Espresso", "Espresso + Mug")


def test_a_name_of_very_many_numbers_opens_no_list() -> None:
    where = (("products.name", "is", "Mug"),)
    few, many = (tuple(str(number) for number in range(size)) for size in (MOST_NUMBERS, MOST_NUMBERS + 1))
    assert rule_of([Did("Order Completed", where, numbers=few)]) is not None
    assert rule_of([Did("Order Completed", where, numbers=many)]) is None
