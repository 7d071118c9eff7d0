"""Every table of the reports against a second computation in plain Python, on shops made by chance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from statistics import median
from typing import Any

import ibis
import pytest
from tests.insights.reports.world import CATEGORIES, NOW, ZONE, Fact, Someone, World, material, shop

from habitue.insights.days import minus_months, start_of_day
from habitue.insights.orders import purchases
from habitue.insights.reports import (
    baskets,
    channels,
    cohorts,
    competitors,
    cross,
    first_products,
    journeys,
    markets,
    mentions,
    movements,
    offers,
    problems,
    restock,
    revenue,
    satisfaction,
    sold,
    who,
)  # fmt: skip
from habitue.insights.reports.catalogue import Material
from habitue.insights.rfm import groups_on, money_days

SEEDS = (1, 2)
Made = tuple[World, Material]


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest, con: Any) -> Made:
    """A shop, as objects and as tables."""
    world = shop(request.param)
    return world, material(con, world)


def is_own(fact: Fact) -> bool:
    return (fact.currency or "EUR") == "EUR"


def days_of(world: World) -> dict[str, list[date]]:
    found: dict[str, set[date]] = defaultdict(set)
    for fact in world.standing():
        found[fact.who].add(fact.on)
    return {who_: sorted(days) for who_, days in found.items()}


def lines_of(world: World) -> Iterator[tuple[Fact, dict[str, Any]]]:
    for fact in world.standing():
        for product in fact.properties["products"]:
            yield fact, product


def month(day: date) -> date:
    return day.replace(day=1)


def test_the_shops_have_something_of_everything(made: Made) -> None:
    world, _ = made
    counted = Counter(fact.name for fact in world.facts)
    assert min(counted.values()) >= 3
    assert len(counted) >= 10


def test_money_by_month(made: Made) -> None:
    world, m = made
    gone = {f.order_id for f in world.of("Order Cancelled")}
    first = {who_: month(days[0]) for who_, days in days_of(world).items()}
    money: Counter[date] = Counter()
    new: Counter[date] = Counter()
    for fact in [*world.standing(), *(f for f in world.of("Order Refunded") if f.order_id not in gone)]:
        if is_own(fact):
            signed = fact.amount if fact.name == "Order Completed" else -fact.amount
            money[month(fact.on)] += signed
            new[month(fact.on)] += signed if first.get(fact.who) == month(fact.on) else 0
    rows = m.rows(revenue.money_by_month(m.events, timezone=ZONE, currency="EUR"))
    assert {row["month"]: row["money"] for row in rows} == dict(money)
    assert {row["month"]: row["from_new"] for row in rows} == {key: new[key] for key in money}


def test_second_purchases_and_their_cohorts(made: Made) -> None:
    world, m = made
    waits = {who_: (d[0], (d[1] - d[0]).days if len(d) > 1 else None) for who_, d in days_of(world).items()}
    table = cohorts.second_purchases(purchases(m.events, timezone=ZONE))
    assert {row["profile_id"]: (row["first_on"], row["wait_days"]) for row in m.rows(table)} == waits
    for row in m.rows(cohorts.cohorts(table, today=m.today)):
        own = [wait for first, wait in waits.values() if month(first) == row["month"]]
        assert row["people"] == len(own)
        had_time = [
            wait for first, wait in waits.values() if month(first) == row["month"] and (m.today - first).days >= 90
        ]
        assert row["eligible_90"] == len(had_time)
        assert row["back_90"] == sum(wait is not None and wait <= 90 for wait in had_time)


def test_groups_on_a_day_are_those_of_the_insight_at_its_beginning_and_movements_their_differences(made: Made) -> None:
    _, m = made
    days = money_days(m.events, m.people, timezone=ZONE, currency="EUR")
    groups = []
    for day in (date(2025, 9, 1), date(2026, 3, 1)):
        told = {row["profile_id"]: row["rfm_group"] for row in m.rows(groups_on(days, day))}
        insight = m.rows(m.rfm(start_of_day(day, ZONE)).select("profile_id", "rfm_group"))
        assert told == {row["profile_id"]: row["rfm_group"] for row in insight}
        groups.append(told)
    counted = Counter((groups[0].get(who_, "not_yet"), group) for who_, group in groups[1].items())
    tables = [groups_on(days, day) for day in (date(2025, 9, 1), date(2026, 3, 1))]
    rows = m.rows(movements.moves(*tables))
    assert {(row["origin"], row["target"]): row["people"] for row in rows} == dict(counted)


def test_articles_sold(made: Made) -> None:
    world, m = made
    rows = m.rows(sold.lines(m.events, timezone=ZONE, currency="EUR"))
    wanted = Counter(
        (
            fact.who,
            fact.on,
            product["name"],
            product.get("category"),
            Decimal(product["price"]) if is_own(fact) else None,
        )
        for fact, product in lines_of(world)
    )
    told = Counter((r["profile_id"], r["on"], r["product"], r["category"], r["money"]) for r in rows)
    assert told == wanted


def test_articles_of_first_purchases_and_who_came_back(made: Made) -> None:
    world, m = made
    waits = {who_: (d[0], (d[1] - d[0]).days if len(d) > 1 else None) for who_, d in days_of(world).items()}
    people: dict[str, set[str]] = defaultdict(set)
    for fact, product in lines_of(world):
        if fact.on == waits[fact.who][0]:
            people[product["name"]].add(fact.who)
    buyers = cohorts.second_purchases(purchases(m.events, timezone=ZONE))
    articles = sold.lines(m.events, timezone=ZONE, currency="EUR")
    for row in m.rows(first_products.firsts(articles, buyers, level="product", today=m.today)):
        own = people.pop(row["item"])
        old = [who_ for who_ in own if (m.today - waits[who_][0]).days >= 180]
        assert (row["people"], row["eligible"]) == (len(own), len(old))
        assert row["back"] == sum(waits[w][1] is not None and waits[w][1] <= 180 for w in old)  # type: ignore[operator]
    assert not people


def _carts(world: World) -> dict[tuple[str, date], set[str]]:
    found: dict[tuple[str, date], set[str]] = defaultdict(set)
    for fact, product in lines_of(world):
        found[fact.who, fact.on].add(product["name"])
    return found


def test_pairs_bought_together(made: Made) -> None:
    world, m = made
    carts = _carts(world)
    wanted = Counter(pair for cart in carts.values() for pair in combinations(sorted(cart), 2))
    rows = m.arrow(baskets.coded(sold.lines(m.events, timezone=ZONE, currency="EUR")))
    pairs, count = baskets.together(baskets.baskets(rows), least=1, most=1000)
    assert count == len(carts)
    assert {tuple(sorted((p.one, p.other))): p.both for p in pairs} == dict(wanted)
    for pair in pairs:
        assert pair.of == sum(pair.one in cart for cart in carts.values())
        assert pair.usual == pytest.approx(sum(pair.other in cart for cart in carts.values()) / count)


def test_what_follows_what(made: Made) -> None:
    world, m = made
    carts = _carts(world)
    by_person: dict[str, list[set[str]]] = defaultdict(list)
    for who_, on in sorted(carts):
        by_person[who_].append(carts[who_, on])
    steps = [step for own in by_person.values() for step in pairwise(own)]
    wanted = Counter((one, other) for before, after in steps for one in before for other in after if one != other)
    rows = m.arrow(baskets.coded(sold.lines(m.events, timezone=ZONE, currency="EUR")))
    pairs, count = baskets.following(baskets.baskets(rows), least=1, most=1000)
    assert count == len(steps)
    assert {(p.one, p.other): p.both for p in pairs} == dict(wanted)
    assert all(pair.of == sum(pair.one in before for before, _ in steps) for pair in pairs)


def _age(one: Someone) -> int | None:
    if one.born:
        today = date(2026, 3, 29)
        return today.year - one.born.year - ((today.month, today.day) < (one.born.month, one.born.day))
    return 2026 - one.traits["year_birth"] if "year_birth" in one.traits else None


def _bucket(age: int | None) -> str | None:
    spans = [code.split("-") for code in who.AGES]
    return next((f"{low}-{high}" for low, high in spans if age is not None and int(low) <= age <= int(high)), None)


def test_who_the_customers_are(made: Made) -> None:
    world, m = made
    told = {row["profile_id"]: row for row in m.rows(who.customers(m.people, today=m.today))}
    for one in world.people:
        if one.kind == "person":
            row = told.pop(one.who)
            firm = int(one.company.split()[1]) if one.company else None
            assert (row["place"], row["age_group"]) == (one.city, _bucket(_age(one)))
            assert row["industry"] == (None if firm is None else f"Trade {firm % 2}")
    assert not told


def test_two_things_at_once_and_what_is_usual(made: Made) -> None:
    world, m = made
    cities = {one.who: one.city for one in world.people}
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for fact, product in lines_of(world):
        city, category = cities[fact.who], CATEGORIES[product["name"]]
        if city and category:
            people[city, category].add(fact.who)
    facts = sold.lines(m.events, timezone=ZONE, currency="EUR").inner_join(
        who.customers(m.people, today=m.today), "profile_id"
    )
    rows = cross.against_usual(m.rows(cross.by_two(facts, "place", "category")), "place", "category")
    assert {(row["place"], row["category"]): row["people"] for row in rows} == {k: len(v) for k, v in people.items()}
    everybody = sum(len(v) for v in people.values())
    for row in rows:
        usual = sum(len(v) for (_, c), v in people.items() if c == row["category"]) / everybody
        own = sum(len(v) for (p, _), v in people.items() if p == row["place"])
        assert row["usual"] == pytest.approx(usual)
        assert row["share"] == pytest.approx((row["people"] + 10 * usual) / (own + 10))


def test_countries_coupons_and_channels(made: Made) -> None:
    world, m = made
    since, until = m.year
    countries = {one.who: one.country for one in world.people}
    recent = [fact for fact in world.standing() if since <= fact.on <= until]
    placed = sold.orders_told(m.events, timezone=ZONE, currency="EUR")
    money: Counter[str] = Counter()
    for fact in recent:
        if countries[fact.who]:
            money[countries[fact.who] or ""] += fact.amount if is_own(fact) else Decimal(0)
    rows = m.rows(markets.by_country(placed, m.people, since=since, until=until))
    assert {row["country"]: row["money"] for row in rows} == dict(money)
    used = Counter(f.properties["coupon"] for f in world.standing() if "coupon" in f.properties)
    assert {row["coupon"]: row["orders"] for row in m.rows(offers.by_coupon(placed))} == dict(used)
    through = Counter(fact.properties.get("store", "shop") for fact in recent)
    assert {row["channel"]: row["orders"] for row in m.rows(channels.ordered_through(m))} == dict(through)


def test_how_people_heard_of_us(made: Made) -> None:
    world, m = made
    days = days_of(world)
    for row in m.rows(channels.won_by(m)):
        own = [one.who for one in world.people if one.heard == row["heard"]]
        assert row["people"] == len(own)
        assert row["buyers"] == sum(who_ in days for who_ in own)


def test_contacts_by_reason_and_product(made: Made) -> None:
    world, m = made
    told = problems.contacts(m.events, timezone=ZONE)
    year = [f for f in world.of("Contact Logged") if 0 <= (m.today - f.on).days < 365]
    counted: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in year:
        counted[fact.properties["reason"], fact.properties.get("product", "\x00unknown")].append(fact)
    for row in m.rows(problems.by_reason_and_product(told, today=m.today)):
        own = counted.pop((row["reason"], row["product"]))
        new = [f for f in own if (m.today - f.on).days < 90]
        assert (row["all"], row["now_90"]) == (len(own), len(new))
        assert row["people_90"] == len({f.who for f in new})
        assert row["open_90"] == sum(not f.properties["resolved"] for f in new)
    assert not counted


def test_answers_over_time(made: Made) -> None:
    world, m = made
    counted: dict[tuple[str, date], list[int]] = defaultdict(list)
    for fact in world.of("Survey Answered"):
        counted[fact.properties["kind"], month(fact.on)].append(fact.properties["score"])
    for row in m.rows(satisfaction.over_time(satisfaction.answers(m.events, timezone=ZONE), unit="M")):
        own = counted.pop((row["kind"], row["since"]))
        assert row["answers"] == len(own)
        assert row["promoters"] == sum(score >= 9 for score in own)
        assert row["detractors"] == sum(score <= 6 for score in own)
        assert row["content"] == sum(score >= 4 for score in own)
    assert not counted


def test_renewals_that_fall_due_and_mentions(made: Made) -> None:
    world, m = made
    ended = {f.who for f in world.of("Subscription Cancelled")}
    running = {f.who for f in world.of("Subscription Started")} - ended
    assert {row["profile_id"] for row in m.rows(restock.renewals(m.events, timezone=ZONE))} == running
    seen = Counter((f.properties["network"], month(f.on)) for f in world.of("Mention Seen"))
    rows = m.rows(mentions.mentions(m.events, timezone=ZONE))
    assert {(row["network"], row["month"]): row["mentions"] for row in rows} == dict(seen)


def test_paths_to_the_first_order(made: Made) -> None:
    world, m = made
    firsts: dict[str, Fact] = {}
    for fact in world.standing():
        if fact.who not in firsts or fact.at < firsts[fact.who].at:
            firsts[fact.who] = fact
    wanted: dict[str, tuple[str, ...]] = {}
    for who_, first in firsts.items():
        before = sorted(
            (f.at, number, f.name)
            for number, f in enumerate(world.facts, 1)
            if f.who == who_ and f.at < first.at and not f.name.startswith("Order ")
        )
        names = tuple(dict.fromkeys(name for _, _, name in before))[: journeys.STEPS]
        wanted[who_] = names or (journeys.STRAIGHT,)
    ordered = journeys.first_orders(m.events)
    rows = m.rows(journeys.paths(journeys.steps(m.events, ordered), ordered, timezone=ZONE))
    assert {row["profile_id"]: tuple(row["path"].split(journeys.SEPARATOR)) for row in rows} == wanted


def test_competitors_that_are_named(made: Made) -> None:
    world, m = made
    named = sum("competitor" in one.traits for one in world.people)
    rows = m.rows(competitors.by_competitor(competitors.named(m), m.rfm(NOW)))
    assert [(row["competitor"], row["people"]) for row in rows] == [("Teehaus", named)]


def test_the_middle_of_the_waiting_time(con: Any) -> None:
    waits = [3, 4, 9, 40]
    table = ibis.memtable({"began": ["x"] * 4, "wait_days": waits})
    assert con.to_pyarrow(journeys.counted(table, "began")).to_pylist()[0]["wait"] == median(waits)


def test_a_month_more_in_the_answer_would_be_noticed(made: Made) -> None:
    """The planted mistake: money of cancelled orders counted too."""
    world, m = made
    wrong = World([fact for fact in world.facts if fact.name != "Order Cancelled"], world.people)
    assert len(wrong.standing()) > len(world.standing())
    rows = m.rows(revenue.money_by_month(m.events, timezone=ZONE, currency="EUR"))
    assert sum(row["orders"] for row in rows) < sum(is_own(fact) for fact in wrong.standing())


def test_the_last_months_are_whole(made: Made) -> None:
    _, m = made
    rows = revenue.whole_months(m, m.rows(revenue.money_by_month(m.events, timezone=ZONE, currency="EUR")))
    assert rows[-1]["month"] == date(2026, 2, 1)
    assert all(minus_months(after["month"], 1) == before["month"] for before, after in pairwise(rows))
    assert m.today - rows[-1]["month"] > timedelta(days=27)
