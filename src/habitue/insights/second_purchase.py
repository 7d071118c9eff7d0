"""The second purchase: which one-time buyers may still come back, and in which days it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.card import Card, Measure, Part, Said
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.facts_book import book_of_facts, learnt
from habitue.insights.models import backtest, figures, hazard
from habitue.insights.models.histories import Floats, Histories, Purchases, histories, outcome
from habitue.insights.reasons import reason
from habitue.insights.scores import Scores, column
from habitue.kernel.text import gettext_noop as _

DAYS = 90
MARKS = (30, 90, 180)
LEAST_FIRST = 100
WINDOW_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Seconds:
    """The hazard of all, the chance of each one-time buyer (NaN for others), the last good day, and the card."""

    known: Histories
    second: hazard.Second
    chance: Floats
    window_days: int
    card: Card


def fit(
    orders: Any,
    *,
    customer: str | None = None,
    date: str | None = None,
    amount: str | None = None,
    horizon_days: int = DAYS,
    as_of: date | None = None,
) -> Scores:
    """The chance of a second purchase within `horizon_days` for everybody who bought once.

    Takes what `lifetime.fit` takes. Columns: customer (one-time buyers only), first_order_days_ago, p_second,
    is_in_window (half of all second purchases come within that many days of the first).
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, as_of=as_of)
    return of_book(book, horizon_days=horizon_days)


def of_book(book: OrderBook, *, horizon_days: int = DAYS) -> Scores:
    """The same for orders that were understood already."""
    found = seconds(book.purchases, horizon_days)
    once = np.flatnonzero(found.known.repeats == 0)
    order = once[np.argsort(-np.nan_to_num(found.chance[once]), kind="stable")]
    silence = found.known.silence[order]
    table = pa.table(
        {
            "customer": pa.array([book.customers[place] for place in order], pa.string()),
            "first_order_days_ago": pa.array(silence).cast(pa.int64()),
            "p_second": column(found.chance[order], 4),
            "is_in_window": pa.array(silence <= found.window_days),
        }
    )
    told = tuple(reason("once", rhythm=None, silence=each) for each in silence.tolist())
    return Scores(table, (found.card,), book.notes, book.columns, book.currency, told)


def seconds(purchases: Purchases, days: int = DAYS) -> Seconds:
    """Test the hazard on the past, then tell the chance of everybody who bought once."""
    known = histories(purchases, purchases.last_day)
    wait, watched = hazard.waits(purchases, purchases.last_day)
    second = hazard.second_purchase(wait, watched)
    card = _card(purchases, second, days, known.size)
    chance = np.full(known.size, np.nan)
    if card.is_shown:
        once = known.repeats == 0
        chance[once] = second.chance(known.silence[once], days)
    return Seconds(known, second, chance, window(second), card)


def window(second: hazard.Second) -> int:
    """Within how many days of the first purchase half of the second ones come."""
    half = second.within(second.days) * WINDOW_SHARE
    return int(np.searchsorted(second.reached[: second.days + 1], half)) if half > 0 else 0


def _card(purchases: Purchases, second: hazard.Second, days: int, people: int) -> Card:
    ahead = backtest.test_days(purchases.span, days)
    cuts = [purchases.last_day - ahead * n for n in (1, 2, 3)] if ahead >= backtest.LEAST_DAYS else []
    rows = [row for day in cuts if day - purchases.first_day >= ahead and (row := _test(purchases, day, ahead))]
    if not rows:
        message = _(
            "Too little is known to test when second purchases come: at least %(least)s customers with a first "
            "purchase, "
            "watched for three times %(days)s days, are needed."
        )
        said = Said(message, {"least": LEAST_FIRST, "days": backtest.LEAST_DAYS})
        return Card("second_purchase", False, days, (said,), people=people, tested_days=ahead)
    error, naive, area = (float(np.mean([row[i] for row in rows])) for i in range(3))
    is_shown = error < naive and area > 0.5
    params = {"error": round(100 * error, 1), "naive": round(100 * naive, 1), "days": ahead, "tests": len(rows)}
    if is_shown:
        message = _(
            "Tested on %(tests)s past days of your own shop: how many of 100 one-time buyers would come back within "
            "%(days)s days was told with an error of %(error)s. To take the share of all who ever came back would have "
            "been %(naive)s off."
        )
    elif error < naive:
        message = _(
            "Tested on %(tests)s past days of your own shop: how many of 100 one-time buyers would come back within "
            "%(days)s days was told with an error of %(error)s, but not which of them: that was no better than "
            "guessing. So no chance is shown."
        )
    else:
        message = _(
            "Tested on %(tests)s past days of your own shop: how many of 100 one-time buyers would come back within "
            "%(days)s days could not be told better (%(error)s off) than by the share of all who ever came back "
            "(%(naive)s off). So no chance is shown."
        )
    said_all = [Said(message, params)]
    told = _("Of 100 customers %(share)s buy a second time within %(days)s days of the first.")
    for mark in MARKS:
        if mark <= second.days:
            said_all.append(Said(told, {"share": round(100 * second.within(mark)), "days": mark}))
    half = _("Half of all second purchases come within %(days)s days of the first: that is the time to write.")
    said_all.append(Said(half, {"days": window(second)}))
    parts = tuple(Part(*each) for row in rows[:1] for each in row[3])
    return Card(
        insight="second_purchase",
        is_shown=is_shown,
        days=days,
        sentences=tuple(said_all),
        method="hazard",
        method_label=_("who came back, day by day since the first purchase"),
        baseline_label=_("share of all who ever came back"),
        tested_days=ahead,
        tests=len(rows),
        people=people,
        measures=(
            Measure("calibration", _("Error of the share who came back"), error, naive, "share"),
            Measure(
                "auc",
                _("Pairs of a buyer and a non-buyer in the right order (half is chance)"),
                area,
                0.5,
                "share",
                "high",
            ),
        ),
        parts=parts,
        parts_label=_("share who come back"),
        parts_unit="share",
        inputs=("Order Completed",),
    )


def _test(purchases: Purchases, day: int, ahead: int) -> tuple[float, float, float, list[Any]] | None:
    """Errors of the foretold and of the raw share of one-time buyers who came back, the AUC, and the tenths."""
    known = histories(purchases, day)
    once = known.repeats == 0
    if once.sum() < LEAST_FIRST:
        return None
    second = hazard.second_purchase(*hazard.waits(purchases, day))
    chance = np.nan_to_num(second.chance(known.silence[once], ahead))
    came = outcome(purchases, known, ahead).orders[once] > 0
    if not came.any() or came.all():
        return None
    raw = float(np.mean(~once))
    real = float(came.mean())
    tenths = figures.tenths(chance, came.astype(float), 5)
    return abs(float(chance.mean()) - real), abs(raw - real), figures.auc(chance, came), tenths


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row for everybody who bought once."""
    book = book_of_facts(facts)
    found = seconds(book.purchases)
    once = np.flatnonzero(found.known.repeats == 0)
    silence = found.known.silence[once]
    table = pa.table(
        {
            "profile_id": pa.array([book.customers[place] for place in once], pa.string()),
            "p_second": column(found.chance[once], 4),
            "days_since_first": pa.array(silence).cast(pa.int64()),
            "is_in_window": pa.array(silence <= found.window_days),
        }
    )
    return learnt(table, found.card, book)


INSIGHT = Insight(
    name="second_purchase",
    label=_("Second purchase"),
    question=_("Which one-time buyers may come back, and until when is the time to write?"),
    learn=learn,
    fields=(
        InsightField("p_second", "share", _("Chance of a second purchase in 90 days")),
        InsightField("is_in_window", "boolean", _("In the days in which half of the second purchases come")),
        InsightField("days_since_first", "number", _("Days since the first purchase of one-time buyers")),
    ),
)
