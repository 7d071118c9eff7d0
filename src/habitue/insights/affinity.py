"""What each customer would buy next: two lists, what they buy again and what is new for them.

Both are tested on the past with a strict split in time, and what does not beat the most popular products is not
shown as a personal list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.insights.books.book import Lines, OrderBook, order_book
from habitue.insights.books.same_name import one_a_name
from habitue.insights.card import Card, Measure, Rival, Said
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.models import recommend
from habitue.insights.models.histories import AnyInts, Ints
from habitue.insights.products import lines_of_facts
from habitue.insights.scores import Scores
from habitue.kernel.text import gettext_noop as _

DAYS = 90
SHOWN = 5
LEAST_PEOPLE = 50
MOST_LEARNT = 20_000
METHODS = {
    "ease": _("what is bought together"),
    "cosine": _("what is bought together"),
    "bm25": _("what is bought together"),
    "popular": _("most popular in the last weeks"),
}
OWN = _("what each one bought most often")


@dataclass(frozen=True, slots=True)
class Lists:
    """For each customer the numbers of products to buy again and of new ones, -1 where there is none, and the card."""

    again: Ints
    new: Ints
    card: Card


def fit(
    orders: Any,
    *,
    customer: str | None = None,
    date: str | None = None,
    amount: str | None = None,
    product: str | None = None,
    as_of: date | None = None,
) -> Scores:
    """Two lists of products for each customer of a table of order lines.

    Takes what `lifetime.fit` takes; the table must name products, and those of the same name are one. Columns:
    customer, buy_again, new_for_you (up to five products each, with semicolons between).
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, product=product, as_of=as_of)
    return of_book(book)


def of_book(book: OrderBook) -> Scores:
    """The same for orders that were understood already."""
    if book.lines is None:
        message = _(
            "The table names no products, so nothing can be said about what anybody would like. If a column does, name "
            "it with --product."
        )
        said = Said(message)
        empty = pa.table({"customer": pa.array(book.customers, pa.string())})
        return Scores(empty, (Card("affinity", False, DAYS, (said,)),), book.notes, book.columns)
    lines = one_a_name(book.lines)
    found = lists(lines, len(book.customers), book.purchases.last_day)
    table = pa.table(
        {
            "customer": pa.array(book.customers, pa.string()),
            "buy_again": _texts(found.again, lines),
            "new_for_you": _texts(found.new, lines),
        }
    )
    return Scores(table, (found.card,), book.notes, book.columns, book.currency)


def lists(lines: Lines, customers: int, last_day: int) -> Lists:
    """Test on the past, then make the lists of everybody."""
    everything = recommend.baskets(lines.customer, lines.day, lines.product, customers, len(lines.products))
    card, method = _tested(everything, last_day)
    nothing = np.full((customers, recommend.LIST), -1, dtype=np.int64)
    if not card.is_shown:
        return Lists(nothing, nothing, card)
    tastes = recommend.learn(_few(everything), last_day)
    everybody = np.arange(customers)
    again = recommend.top_again(everything, tastes.trend, everybody)
    return Lists(again, recommend.top_new(tastes, method, everything, everybody), card)


def _few(whole: recommend.Baskets) -> recommend.Baskets:
    """The baskets of at most 20,000 customers, to learn from."""
    if whole.customers <= MOST_LEARNT:
        return whole
    chosen = np.zeros(whole.customers, dtype=bool)
    chosen[np.random.default_rng(7).choice(whole.customers, MOST_LEARNT, replace=False)] = True
    keep = chosen[whole.customer]
    return recommend.Baskets(
        whole.customer[keep], whole.day[keep], whole.product[keep], whole.customers, whole.products
    )


def _tested(whole: recommend.Baskets, last_day: int) -> tuple[Card, str]:
    """What the lists would have hit in the last third of the time, at most 90 days."""
    first = int(whole.day.min()) if len(whole.day) else last_day
    days = min(DAYS, (last_day - first) // 3)
    few = _few(whole)
    cut = last_day - days
    known, after = few.until(cut), few.day > cut
    people = np.intersect1d(np.unique(known.customer), np.unique(few.customer[after]))
    if days < 7 or len(people) < LEAST_PEOPLE:
        message = _(
            "Only %(people)s customers bought before and after the day of the test; with fewer than %(least)s "
            "nothing can be "
            "known about what anybody would like."
        )
        said = Said(message, {"people": len(people), "least": LEAST_PEOPLE})
        return Card("affinity", False, DAYS, (said,), people=len(people)), ""
    tastes = recommend.learn(known, cut)
    before = known.once()
    later = (few.once() - before).tocsr()
    later.eliminate_zeros()
    bought = recommend.Baskets(few.customer[after], few.day[after], few.product[after], few.customers, few.products)
    new = _sets(later, people)
    again = [every - fresh for every, fresh in zip(_sets(bought.once(), people), new, strict=True)]
    names = [*tastes.weights, "popular"]
    hits = {name: recommend.hit_rate(recommend.top_new(tastes, name, known, people), new) for name in names}
    best = max(names, key=lambda name: hits[name][1])
    habit = recommend.hit_rate(recommend.top_again(known, tastes.trend, people), again)
    popular = np.tile(np.argsort(-tastes.trend, kind="stable")[: recommend.LIST], (len(people), 1))
    simple = recommend.hit_rate(popular, again)
    return _card(days, len(people), hits, best, habit, simple), best


def _sets(table: Any, people: AnyInts) -> list[set[int]]:
    """The columns with a value in the rows of some people."""
    starts, ends = table.indptr[people].tolist(), table.indptr[people + 1].tolist()
    return [set(table.indices[start:end].tolist()) for start, end in zip(starts, ends, strict=True)]


def _card(
    days: int, people: int, hits: dict[str, tuple[float, float, int]], best: str, habit: Any, simple: Any
) -> Card:
    is_shown = best != "popular" or (habit[2] >= LEAST_PEOPLE and habit[0] > simple[0])
    params = {
        "method": METHODS[best], "days": days, "hits": round(100 * hits[best][0]),
        "popular": round(100 * hits["popular"][0]), "people": people,
    }  # fmt: skip
    if best != "popular":
        message = _(
            "New products: for %(hits)s of 100 customers the list of ten by “%(method)s” held something that "
            "they then bought "
            "for the first time within %(days)s days; the ten most popular products did for %(popular)s. %(people)s "
            "customers were tested."
        )
    else:
        message = _(
            "New products: nothing foretold better than the ten most popular products what customers buy for the "
            "first time "
            "(%(popular)s of 100 within %(days)s days). So everybody's list is the most popular ones."
        )
    said = [Said(message, params)]
    if habit[2] >= LEAST_PEOPLE:
        message = _(
            "Buying again: for %(hits)s of 100 the own list of ten held something that they bought again; the "
            "ten most popular "
            "products did for %(popular)s."
        )
        said.append(Said(message, {"hits": round(100 * habit[0]), "popular": round(100 * simple[0])}))
    else:
        said.append(Said(_("Hardly anybody buys the same thing twice here, so nothing is said about buying again.")))
    return Card(
        insight="affinity",
        is_shown=is_shown,
        days=DAYS,
        sentences=tuple(said),
        method=best,
        method_label=METHODS[best] if best != "popular" else OWN,
        baseline_label=METHODS["popular"],
        tested_days=days,
        tests=1,
        people=people,
        measures=_measures(hits[best], hits["popular"], habit, simple),
        rivals=tuple(
            Rival(name, METHODS[name], {"hit_new": found[0], "ndcg_new": found[1]}, name == "popular")
            for name, found in hits.items()
        ),
        inputs=("Order Completed",),
    )


def _measures(new: Any, popular: Any, habit: Any, simple: Any) -> tuple[Measure, ...]:
    rows = (
        ("hit_new", _("New products: customers with a hit among ten"), new[0], popular[0]),
        ("ndcg_new", _("New products: how far up the list the hits stand"), new[1], popular[1]),
        ("hit_again", _("Bought again: customers with a hit among ten"), habit[0], simple[0]),
        ("ndcg_again", _("Bought again: how far up the list the hits stand"), habit[1], simple[1]),
    )
    return tuple(
        Measure(name, label, value, base, "share", "high") for name, label, value, base in rows if value == value
    )


def _texts(numbers: Ints, lines: Lines) -> pa.Array:
    names = _names(lines)
    listed = [_named(numbers[:, place], names) for place in range(min(SHOWN, numbers.shape[1]))]
    # What is missing stands at the end of a list and leaves only separators there.
    joined = pc.binary_join_element_wise(*listed, "; ", null_handling="replace", null_replacement="")
    joined = pc.replace_substring_regex(joined, "(; )+$", "")
    return pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)


def _names(lines: Lines) -> pa.Array:
    return pa.array([lines.names.get(product, product) for product in lines.products], pa.string())


def _named(numbers: Ints, names: pa.Array) -> pa.Array:
    return names.take(pa.array(numbers, mask=numbers < 0))


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row for everybody who bought a named product."""
    people, told, last_day = lines_of_facts(facts)
    lines = one_a_name(told)
    found = lists(lines, len(people), last_day)
    names = _names(lines)
    kinds = pa.array([lines.categories.get(product) for product in lines.products], pa.string())
    table = pa.table(
        {
            "profile_id": pa.array(people, pa.string()),
            "buy_again": _named(found.again[:, 0], names),
            "new_for_you": _named(found.new[:, 0], names),
            "category": _named(found.new[:, 0], kinds),
            "buy_again_list": _texts(found.again, lines),
            "new_for_you_list": _texts(found.new, lines),
        }
    )
    return Learnt(table, found.card)


INSIGHT = Insight(
    name="affinity",
    label=_("Products they would like"),
    question=_("What will each customer buy again, and what new product would they like?"),
    learn=learn,
    fields=(
        InsightField("buy_again", "text", _("Product to buy again")),
        InsightField("new_for_you", "text", _("New product they would like")),
        InsightField("category", "text", _("Category of the new product")),
        InsightField("buy_again_list", "text", _("Products to buy again, up to five")),
        InsightField("new_for_you_list", "text", _("New products they would like, up to five")),
    ),
)
