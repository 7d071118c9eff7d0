"""Orders tell article numbers alone; a list of products says the rest, to everything that looks at products."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from habitue import flow
from habitue.audiences import realtime, stays
from habitue.audiences.text import read
from habitue.insights.catalogue import facts
from habitue.insights.products import lines_of_facts
from habitue.profiles.listed_products import Listed
from habitue.workspace import Workspace

ORDERS = (
    "Order ID;E-Mail;Order date;SKU;Quantity;Price\n"
    "A1;ann@web.example;2026-03-01;T1;2;4.50\nA2;ben@web.example;2026-03-02;T2;1;6\n"
)
PRODUCTS = "SKU;Name;Category;Price\nT1;Earl Grey;Black tea;4.90\nT2;Sencha;Green tea;6.50\nT3;Assam;Black tea;5\n"
BLACK = 'did "Order Completed" where (products.category is "Black tea")'


def _bought(ws: Workspace) -> set[str]:
    """The names in the lake of what was bought."""
    events = ws.context.lake.table("events")
    rows = ws.context.lake.con.to_pyarrow(events.filter(events["name"] == "Order Completed")).to_pylist()
    return {str(item.get("name")) for row in rows for item in json.loads(row["properties"])["products"]}


def _members(ws: Workspace, audience_id: str) -> set[str]:
    with ws.context.register.read() as conn:
        found = {profile for _audience, profile in stays.members(conn, [audience_id])}
    return {str(row.email) for row in ws.people.listing().rows if row.profile_id in found}


def _settled(ws: Workspace) -> None:
    flow.refresh(ws.context)
    flow.settle(ws.context)


def test_a_list_names_products_for_rules_insights_and_the_lake_and_its_undo_takes_that_back(
    ws: Workspace, tmp_path: Path
) -> None:
    for name, text in (("orders.csv", ORDERS), ("products.csv", PRODUCTS)):
        (tmp_path / name).write_text(text, "utf-8")
    ws.imports.run(tmp_path / "orders.csv", source_name="Shop")
    black = ws.audiences.create("Black tea", read(BLACK)).audience_id
    _settled(ws)
    assert _bought(ws) == {"None"}
    assert _members(ws, black) == set()

    listed = ws.imports.run(tmp_path / "products.csv", source_name="Products")
    _settled(ws)
    assert _bought(ws) == {"Earl Grey", "Sencha"}
    assert _members(ws, black) == {"ann@web.example"}
    assert ws.audiences.count(read(BLACK)).people == 1
    assert set(lines_of_facts(facts(ws.context))[1].categories.values()) == {"Black tea", "Green tea"}

    later = "Order ID;E-Mail;Order date;SKU;Quantity;Price\nA3;ben@web.example;2026-03-05;T3;1;5\n"
    (tmp_path / "later.csv").write_text(later, "utf-8")
    ws.imports.run(tmp_path / "later.csv", source_name="Shop")
    follower = realtime.Follower()
    while flow.follow(ws.context, follower):
        pass
    assert _members(ws, black) == {"ann@web.example", "ben@web.example"}

    ws.imports.undo(listed.import_id)
    _settled(ws)
    assert _bought(ws) == {"None"}
    assert _members(ws, black) == set()


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"products": [{"sku": "T1"}]}, {"products": [{"sku": "T1", "name": "Earl Grey", "category": "Tea"}]}),
        ({"products": [{"product_id": "T1", "name": "Mine"}]},
         {"products": [{"product_id": "T1", "name": "Mine", "category": "Tea"}]}),
        ({"products": [{"sku": "T9"}, "T1", None]}, {"products": [{"sku": "T9"}, "T1", None]}),
        ({"products": {"sku": "T1"}}, {"products": {"sku": "T1"}}),
        ({"note": '"products"'}, {"note": '"products"'}),
    ],
)  # fmt: skip
def test_only_what_an_order_does_not_say_itself_is_added(properties: object, expected: object) -> None:
    listed = Listed({"T1": {"name": "Earl Grey", "category": "Tea"}})
    assert json.loads(listed.completed(json.dumps(properties))) == expected
