"""What value, risk and next order of a table of orders share: the same future, one row a customer, the same reasons."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from habitue.insights.books.book import OrderBook
from habitue.insights.card import Card
from habitue.insights.estimate import Future, future
from habitue.insights.models.histories import Floats, Ints
from habitue.insights.reasons import is_rare, reasons
from habitue.insights.scores import Scores, dates

MOST_DAYS = 3_650


def future_of(book: OrderBook, horizon_days: int) -> Future:
    """The future of everybody in the book, looked at for one day at least and ten years at most."""
    return future(book.purchases, min(max(horizon_days, 1), MOST_DAYS))


def last_orders(book: OrderBook, found: Future) -> pa.Array:
    """The day of everybody's last order."""
    last = book.purchases.last_day - found.known.silence
    return pa.array(last.astype("int32"), pa.int32()).cast(pa.date32())


def next_orders(book: OrderBook, found: Future) -> dict[str, pa.Array]:
    """The day of everybody's next order and its window, given that one comes at all."""
    return _days(book, found.waits)


def likely_orders(book: OrderBook, found: Future) -> dict[str, pa.Array]:
    """The same, but no day for those who hardly come any more."""
    return _days(book, np.where(is_rare(found.buys)[:, None], np.nan, found.waits))


def _days(book: OrderBook, waits: Floats) -> dict[str, pa.Array]:
    last = book.purchases.last_day
    return {
        "next_order_on": dates(last, waits[:, 1]),
        "next_order_from": dates(last, waits[:, 0]),
        "next_order_until": dates(last, waits[:, 2]),
    }


def scores_of(
    book: OrderBook,
    found: Future,
    columns: Mapping[str, pa.Array],
    *,
    cards: tuple[Card, ...],
    order: Ints | None = None,
) -> Scores:
    """One row a customer: who, how many orders, the columns, the reason in words; in an order of places if given."""
    table = pa.table(
        {
            "customer": pa.array(book.customers, pa.string()),
            "orders": pa.array(found.known.repeats + 1).cast(pa.int64()),
            **columns,
        }
    )
    why = reasons(found.known, found.rhythm, found.buys)
    if order is not None:
        table, why = table.take(pa.array(order)), [why[place] for place in np.asarray(order)]
    return Scores(
        table=table, cards=cards, notes=book.notes, columns=book.columns, currency=book.currency, why=tuple(why)
    )
