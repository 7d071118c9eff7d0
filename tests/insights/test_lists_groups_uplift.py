"""Second purchases, products, personas, uplift and preferences: right where the truth is known, silent elsewhere."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from tests.insights import simulated

from habitue.insights import affinity, personas, second_purchase, uplift
from habitue.insights.books.book import Lines
from habitue.insights.books.same_name import one_a_name
from habitue.insights.models import clusters, hazard, preference, qini, recommend


def test_censored_customers_are_not_counted_as_lost() -> None:
    """Half of all come back after 40 days, but half of all were watched for 20 days only."""
    wait = np.array([40.0, np.nan] * 100 + [np.nan] * 200)
    watched = np.array([100.0] * 200 + [20.0] * 200)
    found = hazard.second_purchase(wait, watched)
    assert found.within(39) == 0
    assert found.within(60) == pytest.approx(0.5)
    raw = np.isfinite(wait).mean()
    assert raw == 0.25, "the raw share would be half of the truth"
    assert found.chance(np.array([0.0, 50.0]), 45) == pytest.approx([0.5, 0.0])


def test_second_purchases_come_as_often_as_foretold() -> None:
    orders = simulated.shop(customers=3_000, joining=450)
    found = second_purchase.fit(orders, horizon_days=60, as_of=simulated.START + timedelta(days=430))
    assert found.is_shown
    error = found.card.measure("calibration")
    assert error is not None
    assert error < 0.05
    rows = found.table.to_pylist()
    assert rows
    assert all(row["p_second"] is None or 0 <= row["p_second"] <= 1 for row in rows)


def baskets(customers: int = 600, *, seed: int = 2) -> pa.Table:
    """Three tastes of ten products each; everybody buys within the own taste, again and again."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        taste = number % 3
        for _visit in range(6):
            day = simulated.START + timedelta(days=int(chance.integers(0, 300)))
            for _line in range(2):
                product = taste * 10 + int(chance.integers(0, 10))
                rows.append((f"C{number}", day, f"10{product:02d}", f"Tea {product}", 5.0, 1))
    names, days, codes, titles, prices, counts = zip(*rows, strict=True)
    return pa.table(
        {
            "Customer number": names, "Order date": days, "SKU": codes, "Product": titles, "Unit price": prices,
            "Quantity": counts,
        }
    )  # fmt: skip


def test_new_products_are_of_the_own_taste() -> None:
    found = affinity.fit(baskets())
    assert found.is_shown
    hit, popular = found.card.measure("hit_new"), found.card.measures[0].baseline
    assert hit is not None
    assert popular is not None
    assert hit > popular + 0.2
    row = found.table.slice(0, 1).to_pylist()[0]
    bought = set(row["buy_again"].split("; "))
    fresh = set(row["new_for_you"].split("; "))
    assert bought.isdisjoint(fresh)
    assert {int(title.split()[1]) // 10 for title in fresh} == {int(title.split()[1]) // 10 for title in bought}


def test_articles_of_the_same_name_are_one() -> None:
    """Every visit brings another size, with another number: nothing new to who has the article already."""
    table = baskets()
    chance = np.random.default_rng(4)
    sizes = [f"{code}-{chance.integers(1, 5)}" for code in table["SKU"].to_pylist()]
    spelt = [name.upper() if n % 2 else f" {name}  " for n, name in enumerate(table["Product"].to_pylist())]
    variants = table.set_column(2, "SKU", pa.array(sizes)).set_column(3, "Product", pa.array(spelt))
    found = affinity.fit(variants)
    assert found.is_shown
    for row in found.table.to_pylist():
        told = [name.strip() for name in f"{row['buy_again']};{row['new_for_you']}".casefold().split(";")]
        assert len(set(told)) == len(told)
    plain = affinity.fit(table)
    assert found.card.measure("hit_new") == plain.card.measure("hit_new")


def test_articles_of_the_same_name_keep_the_number_and_category_of_the_one_bought_most() -> None:
    lines = Lines(
        customer=np.array([0, 1, 2, 2]), day=np.array([1, 2, 3, 3]), product=np.array([0, 1, 1, 2]),
        products=("a1", "a2", "b"), names={"a1": "Cup", "a2": "cup "}, categories={"a1": "Old", "a2": "Cups"},
    )  # fmt: skip
    found = one_a_name(lines)
    assert found.products[found.product[0]] == found.products[found.product[1]] == "a2"
    assert found.products[found.product[3]] == "b"
    assert (found.names, found.categories) == ({"a2": "cup "}, {"a2": "Cups"})


def test_a_table_without_products_says_so() -> None:
    found = affinity.fit(simulated.shop(customers=60))
    assert not found.is_shown
    assert "names no products" in found.sentences()[0]


def test_the_later_part_of_the_data_teaches_nothing_to_the_test() -> None:
    table = baskets()
    lists = affinity.fit(table)
    cut = simulated.START + timedelta(days=200)
    early = affinity.fit(table, as_of=cut)
    assert early.card.people <= lists.card.people
    assert early.card.tested_days < lists.card.tested_days + 1


def test_hits_are_counted_as_they_are_defined() -> None:
    lists = np.array([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12, 13, 14, 15, 16, 17, 18, 19, 20]])
    rate, gain, people = recommend.hit_rate(lists, [{1}, {99}])
    assert (rate, people) == (0.5, 2)
    assert gain == pytest.approx(0.5)


def test_groups_that_are_there_are_found_and_named() -> None:
    chance = np.random.default_rng(1)
    rows = []
    for number in range(600):
        kind = number % 3
        gap, worth, last = ((5, 20.0, 390), (40, 200.0, 390), (200, 15.0, 150))[kind]
        at = float(chance.uniform(0, 30))
        while at < last:
            rows.append(
                (f"C{number}", simulated.START + timedelta(days=int(at)), worth * float(chance.uniform(0.9, 1.1)))
            )
            at += float(chance.normal(gap, gap / 10))
    names, days, amounts = zip(*rows, strict=True)
    found = personas.fit(pa.table({"customer": names, "date": days, "amount": amounts}))
    assert found.is_shown
    letters = found.table["persona"].to_pylist()
    kind_of = [int(name[1:]) % 3 for name in found.table["customer"].to_pylist()]
    assert len({(kind, letter) for kind, letter in zip(kind_of, letters, strict=True)}) == len(set(letters))
    reasons = {row["reason"] for row in found.told().to_pylist()}
    assert any("come often" in reason for reason in reasons)


def test_one_cloud_has_no_stable_groups() -> None:
    cloud = np.random.default_rng(4).normal(size=(2_000, 4))
    assert clusters.find(cloud).stability < clusters.STABLE


def campaign(effect: float, *, size: int = 6_000, seed: int = 9) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A randomised campaign that moves those with a high first feature by `effect` on top of 10 %."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(size, 3))
    treated = chance.random(size) < 0.5
    happened = chance.random(size) < 0.1 + effect * treated * (rows[:, 0] > 0)
    return rows, treated, happened


def test_whom_a_message_moves_is_found() -> None:
    found = uplift.of_arrays(*campaign(0.25))
    assert found.difference.is_certain
    assert found.difference.low <= 0.125 <= found.difference.high
    assert found.card.is_shown
    low = found.card.measure("qini_low")
    assert low is not None
    assert low > 0
    assert np.isfinite(found.scores).all()


def test_where_nothing_can_be_separated_from_chance_the_card_says_so() -> None:
    found = uplift.of_arrays(*campaign(0.0))
    said = " ".join(each.text() for each in found.card.sentences)
    assert "cannot be separated from chance" in said
    assert not found.card.is_shown
    assert np.isnan(found.scores).all()


def test_a_tiny_campaign_says_nothing() -> None:
    rows, treated, happened = campaign(0.3, size=150)
    found = uplift.of_arrays(rows, treated, happened)
    assert not found.card.is_shown
    assert "too few" in found.card.sentences[-1].text()


def test_the_qini_coefficient_is_one_for_a_perfect_order_and_nought_for_none() -> None:
    _rows, treated, happened = campaign(0.25)
    best = np.where(happened, np.where(treated, 1.0, -1.0), 0.0)
    assert qini.coefficient(best, treated, happened) == pytest.approx(1.0)
    assert qini.coefficient(np.zeros(len(treated)), treated, happened) == pytest.approx(0.0)
    assert qini.coefficient(-best, treated, happened) < -0.5


def test_the_bounds_of_a_share_are_wilsons() -> None:
    assert uplift.wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert uplift.wilson(0, 0) == (0.0, 1.0)


def test_a_preference_with_few_events_is_drawn_to_that_of_all() -> None:
    counts = np.array([[0.0, 1.0], [40.0, 0.0], [2.0, 30.0], [100.0, 10.0]])
    found = preference.preferred(counts, 10.0)
    assert found.best.tolist() == [0, 0, 1, 0], "one event does not outweigh what is usual here"
    assert (found.low <= found.share).all()
    assert (found.share <= found.high).all()


def test_habits_beat_the_most_common_only_where_there_are_habits() -> None:
    chance = np.random.default_rng(3)
    own = chance.dirichlet((0.4, 0.4, 0.4), 300)
    before, after = (np.array([chance.multinomial(12, share) for share in own], float) for _half in range(2))
    assert preference.tested(before, after).is_better
    same = np.array([chance.multinomial(12, (0.5, 0.3, 0.2)) for _person in range(300)], float)
    later = np.array([chance.multinomial(12, (0.5, 0.3, 0.2)) for _person in range(300)], float)
    assert not preference.tested(same, later).is_better
