"""Insights of a workspace: learnt from its facts, kept with their card, gone with an erased person."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW, MakeWorkspace
from tests.insights import simulated
from tests.sending import order, send

from habitue.audiences.rule import InsightIs
from habitue.insights import card_store, of_person, store
from habitue.insights.acts import acts_of
from habitue.insights.card import Card, Measure
from habitue.insights.card_store import KeptCard
from habitue.insights.catalogue import facts, insights
from habitue.insights.engagement import NO_HOURS
from habitue.insights.facts_book import book_of_facts
from habitue.insights.listing import kinds
from habitue.insights.lookalike import lookalike
from habitue.insights.products import lines_of_facts
from habitue.kernel import jobs
from habitue.profiles import replica
from habitue.work import learning
from habitue.workspace import Workspace

LEARNT = [name for name, insight in insights().items() if insight.learn is not None]


def filled(ws: Workspace, folder: Path, *, customers: int = 400) -> Workspace:
    """A workspace with the orders of a simulated shop, the last of them shortly before now."""
    table = simulated.shop(customers=customers, joining=200)
    shift = (NOW.date() - simulated.START).days - 500
    lines = ["Order number;Customer number;E-mail;Order date;Amount;Item;Quantity;Unit price"]
    for number, row in enumerate(table.to_pylist()):
        on = (row["date"] + timedelta(days=shift)).strftime("%d.%m.%Y")
        who, amount = row["customer"], f"{row['amount']:.2f}".replace(".", ",")
        lines.append(f"A{number};{who};{who.lower()}@web.example;{on};{amount};Tea {number % 7};1;{amount}")
    (folder / "orders.csv").write_text("\n".join(lines), "utf-8")
    ws.imports.run(folder / "orders.csv", source_name="Shop")
    return ws


@pytest.fixture
def shop(sqlite_ws: Workspace, tmp_path: Path) -> Workspace:
    """A filled workspace on SQLite."""
    return filled(sqlite_ws, tmp_path)


def rows(ws: Workspace, name: str) -> list[dict[str, Any]]:
    """The kept rows of an insight."""
    found: list[dict[str, Any]] = ws.lake.con.to_pyarrow(store.stored(ws.context, name).table).to_pylist()
    return found


def test_every_insight_that_learns_has_a_row_a_person_its_fields_and_a_card(shop: Workspace) -> None:
    told: list[tuple[int, int]] = []
    assert list(shop.insights.learn(progress=lambda done, total: told.append((done, total)))) == LEARNT
    assert told == [(number, len(LEARNT)) for number in range(len(LEARNT) + 1)]
    for name in LEARNT:
        kept = shop.insights.card(name)
        assert kept is not None
        assert kept.card.insight == name
        assert kept.card.sentences, name
        table = rows(shop, name)
        ids = [row["profile_id"] for row in table]
        assert len(set(ids)) == len(ids) > 0, name
        assert {field.name for field in insights()[name].fields} <= set(table[0]), name
    assert list(store.due(shop.context)) == []
    value = shop.insights.card("lifetime")
    assert value is not None
    assert value.card.is_shown
    rule = InsightIs(insight="lifetime", field="expected_orders", op="more_than", value="0.5")
    assert 0 < shop.audiences.count(rule).people < 400


def test_the_purchases_of_a_workspace_are_those_of_its_file(shop: Workspace, tmp_path: Path) -> None:
    from habitue.insights.books.book import order_book

    by_file = order_book(tmp_path / "orders.csv").purchases
    by_facts = book_of_facts(facts(shop.context)).purchases
    assert by_facts.customers == by_file.customers
    assert len(by_facts.day) == len(by_file.day)
    assert by_facts.money.sum() == pytest.approx(by_file.money.sum())
    assert by_facts.last_day >= by_file.last_day, "a workspace knows that nothing came until today"


def test_the_personas_are_told_as_kinds_with_their_people(shop: Workspace) -> None:
    shop.insights.learn(["personas"])
    letters = [row["persona"] for row in rows(shop, "personas") if row["persona"]]
    assert letters, "the simulated shop has stable groups"
    found = {kind.code: kind for kind in kinds(shop.context)}
    assert {code: kind.people for code, kind in found.items()} == dict(Counter(letters))
    assert all(kind.traits and kind.purchases >= 1 for kind in found.values())


def test_an_erased_person_leaves_the_learnt_insights_too(shop: Workspace) -> None:
    shop.insights.learn(["second_purchase"])
    before = rows(shop, "second_purchase")
    gone = before[0]["profile_id"]
    shop.people.erase(gone)
    assert gone not in {row["profile_id"] for row in rows(shop, "second_purchase")}
    assert len(rows(shop, "second_purchase")) == len(before) - 1


def test_the_worker_learns_what_somebody_asks_for(ws: Workspace, tmp_path: Path) -> None:
    filled(ws, tmp_path, customers=120)
    assert store.due(ws.context)
    job = jobs.enqueue(ws.context, kind=learning.JOB_KIND, subject_id="insights", args={"names": ["second_purchase"]})
    assert learning.run_one(ws.context)
    assert jobs.get(ws.context, job.job_id).state == "done"
    assert ws.insights.card("second_purchase") is not None
    assert "second_purchase" not in store.due(ws.context)
    assert not learning.run_one(ws.context)


def test_what_was_learnt_in_the_middle_of_an_import_is_learnt_again_the_same_day(
    sqlite_ws: Workspace, tmp_path: Path
) -> None:
    ws = filled(sqlite_ws, tmp_path, customers=20)
    ws.insights.learn(["second_purchase"])
    assert not store.is_due(ws.context, "second_purchase")
    known = ws.lake.sequence("facts")

    def more(count: int, name: str) -> None:
        send(ws, *(order(f"{name}{n}", "5", email=f"{name}{n}@web.example") for n in range(count)))
        ws.refresh()

    more(2, "few")
    assert not store.is_due(ws.context, "second_purchase"), "two orders more can wait for tomorrow"
    more(known // 4, "many")
    assert store.is_due(ws.context, "second_purchase")


def test_nothing_is_learnt_while_facts_still_arrive() -> None:
    quiet = learning.Quiet()
    assert not quiet.holds(5, 100.0)
    assert not quiet.holds(9, 115.0)
    assert not quiet.holds(9, 134.0)
    assert quiet.holds(9, 135.0)


def test_a_workspace_without_orders_has_cards_that_say_so(make_workspace: MakeWorkspace) -> None:
    ws = make_workspace()
    assert list(store.due(ws.context)) == []
    ws.insights.learn(["lifetime", "affinity", "engagement", "personas"])
    for name in ("lifetime", "affinity", "engagement", "personas"):
        kept = ws.insights.card(name)
        assert kept is not None
        assert not kept.card.is_shown
        assert kept.card.sentences


def kept(error: float, *, is_shown: bool = True) -> KeptCard:
    """A card of an earlier refresh."""
    return KeptCard(card(error, is_shown=is_shown), datetime(2026, 1, 1, tzinfo=UTC), 1)


def card(error: float, *, is_shown: bool = True) -> Card:
    """A card with one figure."""
    return Card("lifetime", is_shown, 90, (), measures=(Measure("rmse", "Typical error", error),))


def test_drift_is_told_and_a_small_change_is_not() -> None:
    usual = [kept(1.0), kept(1.05), kept(0.95)]
    assert "Worse than it was" in card_store.watched(card(1.4), usual).sentences[0].text()
    assert card_store.watched(card(1.1), usual).sentences == ()
    assert card_store.watched(card(0.5), usual).sentences == ()


def test_a_gate_that_closes_is_told() -> None:
    (said,) = card_store.watched(card(1.0, is_shown=False), [kept(1.0)]).sentences
    assert "no longer shown" in said.text()


def test_people_like_those_of_an_audience_are_found(shop: Workspace) -> None:
    now = facts(shop.context)
    shop.refresh()
    regulars = [row["profile_id"] for row in rows(shop, "rfm") if row["frequency"] >= 6]
    half = set(regulars[::2])
    found = lookalike(now, half)
    assert found.card.is_shown
    top = found.table["profile_id"].to_pylist()[: len(regulars) // 3]
    assert half.isdisjoint(top)
    assert sum(profile in set(regulars) for profile in top) > len(top) / 2


def test_a_handful_of_people_is_no_pattern(shop: Workspace) -> None:
    found = lookalike(facts(shop.context), {"nobody"})
    assert not found.card.is_shown
    assert found.table.num_rows == 0


def test_midnight_sharp_tells_the_day_alone_and_no_hour_to_write(shop: Workspace) -> None:
    assert acts_of(facts(shop.context)).totals("hour").sum() == 0
    shop.insights.learn(["engagement"])
    assert {row["best_hour"] for row in rows(shop, "engagement")} == {None}
    kept = shop.insights.card("engagement")
    assert kept is not None
    assert NO_HOURS in [each.message for each in kept.card.sentences]

    day = f"{NOW - timedelta(days=3):%Y-%m-%d}"
    for number, time in enumerate(("09:30:00", "09:00:00", "22:00:01")):
        send(shop, order(f"timed-{number}", "10.00", at=f"{day}T{time}Z", email="timed@web.example"))
    shop.refresh()
    assert acts_of(facts(shop.context)).totals("hour").sum() == 3


def test_a_person_is_told_value_bounds_and_reason_of_what_passed_its_test(shop: Workspace) -> None:
    shop.insights.learn()
    buyer = max(rows(shop, "lifetime"), key=lambda row: row["expected_value"] or 0)
    told = {each.insight: each for each in of_person.told(shop.context, buyer["profile_id"])}
    assert told["lifetime"].value.params["money"] == buyer["expected_value"]
    within = told["lifetime"].within
    assert within is not None
    assert within.params.get("low", 0) <= buyer["expected_value"] <= within.params["high"]
    for name, each in told.items():
        kept = shop.insights.card(name)
        assert kept is not None
        assert kept.card.is_shown, "a gate that is closed shows nothing here either"
        assert each.value.text()
    assert of_person.told(shop.context, "nobody") == []


def test_names_and_categories_come_from_a_list_of_products_until_it_is_undone(ws: Workspace, tmp_path: Path) -> None:
    lines = ["Order number;Customer number;Order date;SKU;Quantity;Unit price", "A1;1;01.02.2026;P10;1;5,00"]
    (tmp_path / "orders.csv").write_text("\n".join([*lines, "A2;2;02.02.2026;P11;1;5,00"]), "utf-8")
    ws.imports.run(tmp_path / "orders.csv", source_name="Shop")
    said = []
    for text in ("P10;Tea;Black tea\nP11;;Pots", "P10;Strong tea;"):
        (tmp_path / "goods.csv").write_text(f"SKU;Name;Category\n{text}", "utf-8")
        said.append(ws.imports.run(tmp_path / "goods.csv", source_name="Goods"))

    def told() -> tuple[dict[str, str], dict[str, str]]:
        _people, found, _last = lines_of_facts(facts(ws.context))
        return dict(found.names), dict(found.categories)

    assert [each.rows_taken for each in said] == [2, 1]
    assert facts(ws.context).people.count().to_pyarrow().as_py() == 2, "an article is nobody"
    assert told() == ({"P10": "Strong tea"}, {"P11": "Pots"}), "the newest list speaks"
    ws.imports.undo(said[1].import_id)
    assert told() == ({"P10": "Tea"}, {"P10": "Black tea", "P11": "Pots"})
    ws.imports.undo(said[0].import_id)
    assert told() == ({}, {})


def test_postage_is_nothing_that_anybody_would_like(sqlite_ws: Workspace, tmp_path: Path) -> None:
    lines = ["Order number;Customer number;Order date;SKU;Item;Quantity;Unit price"]
    for number in range(1, 4):
        for sku, item in (("P10", "Tea"), ("P11", "Teapot"), ("POST", "POSTAGE"), ("V100", "Versand")):
            lines.append(f"A{number};{number};0{number}.02.2026;{sku};{item};1;5,00")
    (tmp_path / "orders.csv").write_text("\n".join(lines), "utf-8")
    sqlite_ws.imports.run(tmp_path / "orders.csv", source_name="Shop")
    people, found, _last = lines_of_facts(facts(sqlite_ws.context))
    assert len(people) == 3
    assert {found.products[number] for number in found.product.tolist()} == {"P10", "P11"}


def test_a_card_in_former_words_is_learnt_again(shop: Workspace) -> None:
    ws = shop.context
    store.refresh(ws, store.insight_of("second_purchase"), facts(ws), replica.sequence(ws))
    kept = store.card(ws, "second_purchase")
    assert kept is not None
    assert not store.is_due(ws, "second_purchase")
    with ws.register.write() as conn:
        old = replace(kept.card, edition=0)
        card_store.keep(conn, old, at=kept.computed_at, facts_seq=kept.facts_seq)
    assert store.is_due(ws, "second_purchase")
