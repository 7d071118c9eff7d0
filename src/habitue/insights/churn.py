"""Who is about to leave: the probability to buy again, the own rhythm as the reason, and the money in danger."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.estimate import DAYS, Future, future
from habitue.insights.models.backtest import usual_pause
from habitue.insights.models.histories import Floats
from habitue.insights.reasons import is_overdue, reasons
from habitue.insights.scores import Scores, column

MOST_LIKELY_GONE = 0.5


def fit(
    orders: Any,
    *,
    customer: str | None = None,
    date: str | None = None,
    amount: str | None = None,
    horizon_days: int = DAYS,
    as_of: date | None = None,
) -> Scores:
    """The probability that each customer buys within `horizon_days`, and what is in danger with those who are overdue.

    Takes what `lifetime.fit` takes. Columns: customer, orders, silence_days, rhythm_days, p_buys, is_overdue,
    is_at_risk, money_in_danger; most money in danger first. p_buys is null when it did not pass its test.
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, as_of=as_of)
    return of_book(book, horizon_days=horizon_days)


def of_book(book: OrderBook, *, horizon_days: int = DAYS) -> Scores:
    """The same for orders that were understood already."""
    found = future(book.purchases, horizon_days)
    danger = money_in_danger(found)
    order = np.lexsort((-found.known.money, -np.nan_to_num(danger)))
    table = pa.table(
        {
            "customer": pa.array(book.customers, pa.string()),
            "orders": pa.array(found.known.repeats + 1).cast(pa.int64()),
            "silence_days": pa.array(found.known.silence).cast(pa.int64()),
            "rhythm_days": column(found.known.gap, 0),
            "p_buys": column(found.buys, 4),
            "is_overdue": pa.array(is_overdue(found.known)),
            "is_at_risk": pa.array(is_at_risk(found)),
            "money_in_danger": column(danger, 2),
        }
    )
    why = reasons(found.known)
    return Scores(
        table=table.take(pa.array(order)),
        cards=(found.churn,),
        notes=book.notes,
        columns=book.columns,
        currency=book.currency,
        why=tuple(why[place] for place in order),
    )


def is_at_risk(found: Future) -> Any:
    """Whether each customer is overdue against the own rhythm and, where that is known, more likely gone than not."""
    return is_overdue(found.known) & ~(found.buys > MOST_LIKELY_GONE)


def money_in_danger(found: Future) -> Floats:
    """What each would spend in the horizon at the former pace, times the chance that nothing comes; null when unknown.

    Only of those who came back before; the former pace is the mean pause, at least a week.
    """
    known = found.known
    average = known.money / np.maximum(known.priced, 1)
    usual = np.minimum(found.days / usual_pause(known), known.repeats + 1) * np.maximum(average, 0.0)
    danger: Floats = np.where((known.repeats > 0) & (known.priced > 0), usual * (1 - found.buys), np.nan)
    return danger
