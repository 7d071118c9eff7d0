"""When the next order of each customer is to be expected, with the window in which half of them come."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.estimate import DAYS, future
from habitue.insights.facts_book import book_of_facts, learnt
from habitue.insights.future_scores import future_of, last_orders, likely_orders, next_orders, scores_of
from habitue.insights.scores import Scores, column
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
    """The day of each customer's next order, if one comes within `horizon_days`.

    Takes what `lifetime.fit` takes. Columns: customer, orders, last_order_on, p_buys, next_order_on, next_order_from,
    next_order_until (half of those who come, come between the two); null when it did not pass its test,
    and for those who hardly come any more (a chance of less than one in twenty).
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, as_of=as_of)
    return of_book(book, horizon_days=horizon_days)


def of_book(book: OrderBook, *, horizon_days: int = DAYS) -> Scores:
    """The same for orders that were understood already."""
    found = future_of(book, horizon_days)
    told = {
        "last_order_on": last_orders(book, found),
        "p_buys": column(found.buys, 4),
        **likely_orders(book, found),
    }
    return scores_of(book, found, told, cards=(found.next_order, found.churn))


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row a buyer."""
    book = book_of_facts(facts)
    found = future(book.purchases)
    table = pa.table(
        {
            "profile_id": pa.array(book.customers, pa.string()),
            **next_orders(book, found),
            "chance": column(found.buys, 4),
        }
    )
    return learnt(table, found.next_order, book)


INSIGHT = Insight(
    name="next_order",
    label=_("Next order"),
    question=_("When will each customer order next?"),
    learn=learn,
    fields=(
        InsightField("next_order_on", "date", _("Day of the next order")),
        InsightField("next_order_from", "date", _("Next order, not before")),
        InsightField("next_order_until", "date", _("Next order, not after")),
        InsightField("chance", "share", _("Chance that the next order comes in 90 days")),
    ),
)
