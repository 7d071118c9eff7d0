"""What every customer is expected to order and spend in the next days: tested on the past, with an interval.

>>> from habitue.insights import lifetime
>>> rows = {"customer": [], "date": [], "amount": []}
>>> scores = lifetime.fit("orders.csv", horizon_days=90)                                           # doctest: +SKIP
>>> scores.write("scores.csv")                                                                     # doctest: +SKIP
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.estimate import DAYS, Future, future
from habitue.insights.facts_book import book_of_facts, learnt
from habitue.insights.future_scores import future_of, last_orders, likely_orders, scores_of
from habitue.insights.scores import Scores, column, money
from habitue.kernel.text import gettext_noop as _


def fit(
    orders: Any,
    *,
    customer: str | None = None,
    date: str | None = None,
    amount: str | None = None,
    horizon_days: int = DAYS,
    as_of: date | None = None,
) -> Scores:
    """Test every method on the past of a table of orders, and let the best forecast the next `horizon_days`.

    `orders` is a path (CSV, TSV, XLSX, ODS, JSON Lines, Parquet), a pandas data frame, an Arrow or an Ibis table with
    one row an order or a line of one; columns that are not named are guessed. The last known day is the last one of
    the table, or `as_of`.

    Columns of the result: customer, orders (several of a day count once), last_order_on, expected_orders, p_buys,
    expected_value, expected_value_low, expected_value_high (money lies between the two in eight of ten cases),
    next_order_on, next_order_from, next_order_until (if an order comes within the horizon, it does so between the two
    in one of two cases; empty for those who hardly come any more, with a chance of less than one in twenty).
    What did not pass its test is null. Raises OrderColumnMissing or NoOrders.
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, as_of=as_of)
    return of_book(book, horizon_days=horizon_days)


def of_book(book: OrderBook, *, horizon_days: int = DAYS) -> Scores:
    """The same for orders that were understood already."""
    found = future_of(book, horizon_days)
    told = {"last_order_on": last_orders(book, found), **columns(book, found)}
    return scores_of(book, found, told, cards=(found.lifetime, found.churn, found.next_order))


def columns(book: OrderBook, found: Future) -> dict[str, pa.Array]:
    """The columns of expectation."""
    return {
        "expected_orders": column(found.orders, 4),
        "p_buys": column(found.buys, 4),
        "expected_value": column(found.value, 2),
        "expected_value_low": column(found.value_low, 2),
        "expected_value_high": column(found.value_high, 2),
        **likely_orders(book, found),
    }


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row a buyer."""
    book = book_of_facts(facts)
    found = future(book.purchases)
    table = pa.table(
        {
            "profile_id": pa.array(book.customers, pa.string()),
            "expected_orders": column(found.orders, 4),
            "expected_value": money(found.value),
            "expected_value_low": money(found.value_low),
            "expected_value_high": money(found.value_high),
        }
    )
    return learnt(table, found.lifetime, book)


INSIGHT = Insight(
    name="lifetime",
    label=_("Value to come"),
    question=_("What will each customer order and spend in the next 90 days?"),
    learn=learn,
    fields=(
        InsightField("expected_value", "money", _("Money to expect in the next 90 days")),
        InsightField("expected_value_low", "money", _("Money to expect, lower bound")),
        InsightField("expected_value_high", "money", _("Money to expect, upper bound")),
        InsightField("expected_orders", "number", _("Purchases to expect in the next 90 days")),
    ),
)
