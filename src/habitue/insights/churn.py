"""Who is about to leave: the probability to buy again, the own rhythm as the reason, and the loss that is likely."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.contradiction import LIKELY
from habitue.insights.estimate import DAYS, Future, future
from habitue.insights.facts_book import book_of_facts, learnt
from habitue.insights.future_scores import future_of, scores_of
from habitue.insights.groups import LOST_AFTER
from habitue.insights.models.backtest import usual_pause
from habitue.insights.models.histories import Flags, Floats
from habitue.insights.reasons import is_overdue, reason_codes
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
    """The probability that each customer buys within `horizon_days`, and the loss that is likely with the overdue.

    Takes what `lifetime.fit` takes. Columns: customer, orders, silence_days, rhythm_days, p_buys, is_overdue,
    is_at_risk, money_in_danger (the likely loss within the horizon); the largest loss first. p_buys is null when it
    did not pass its test.
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, as_of=as_of)
    return of_book(book, horizon_days=horizon_days)


def of_book(book: OrderBook, *, horizon_days: int = DAYS) -> Scores:
    """The same for orders that were understood already."""
    found = future_of(book, horizon_days)
    loss = money_in_danger(found)
    told = {
        "silence_days": pa.array(found.known.silence).cast(pa.int64()),
        "rhythm_days": column(found.rhythm, 0),
        "p_buys": column(found.buys, 4),
        "is_overdue": pa.array(is_overdue(found.known, found.rhythm)),
        "is_at_risk": pa.array(is_at_risk(found)),
        "money_in_danger": column(loss, 2),
    }
    order = np.lexsort((-found.known.money, -np.nan_to_num(loss)))
    return scores_of(book, found, told, cards=(found.churn,), order=order)


def is_at_risk(found: Future) -> Flags:
    """Whether each customer is overdue against the own rhythm, not lost yet, and less likely to come than not.

    Chances are compared by the whole per cent that people read, as `contradiction.is_likely` does.
    """
    is_lost = found.known.silence > LOST_AFTER * found.rhythm
    return np.asarray(is_overdue(found.known, found.rhythm) & ~is_lost & ~(np.rint(100 * found.buys) >= 100 * LIKELY))


def money_in_danger(found: Future) -> Floats:
    """The likely loss: what those at risk would spend in the horizon at their pace, times the chance of nothing.

    Zero for everybody else, NaN where the probability did not pass its test or no amounts are known.
    """
    known = found.known
    average = np.maximum(known.money / np.maximum(known.priced, 1), 0.0)
    usual = np.minimum(found.days / usual_pause(known), known.repeats + 1) * average
    loss: Floats = np.where(is_at_risk(found), usual * (1 - found.buys), 0.0)
    return np.where(np.isfinite(found.buys) & (known.priced > 0), loss, np.nan)


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row a buyer."""
    book = book_of_facts(facts)
    found = future(book.purchases)
    table = pa.table(
        {
            "profile_id": pa.array(book.customers, pa.string()),
            "p_buys": column(found.buys, 4),
            "is_at_risk": pa.array(is_at_risk(found)),
            "money_in_danger": money(money_in_danger(found)),
            "silence_days": pa.array(found.known.silence).cast(pa.int64()),
            "rhythm_days": column(found.rhythm, 0),
            "purchases": pa.array(found.known.repeats + 1).cast(pa.int64()),
            "reason": pa.array(reason_codes(found.known, found.rhythm, found.buys), pa.string()),
        }
    )
    return learnt(table, found.churn, book)


INSIGHT = Insight(
    name="churn",
    label=_("Likely to leave"),
    question=_("Who will buy again in the next 90 days, who is leaving, and what loss is likely?"),
    learn=learn,
    fields=(
        InsightField("p_buys", "share", _("Chance to buy in the next 90 days")),
        InsightField("is_at_risk", "boolean", _("Overdue and unlikely to come back by themselves")),
        InsightField("money_in_danger", "money", _("Likely loss in the next 90 days")),
        InsightField("silence_days", "number", _("Days of silence")),
    ),
)
