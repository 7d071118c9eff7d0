"""The orders of a workspace as the models understand them, from the facts in the lake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import compress

import numpy as np
import pyarrow as pa

from habitue.insights.books.book import OrderBook
from habitue.insights.books.refunds import without_refunds
from habitue.insights.card import Card, Said
from habitue.insights.catalogue import Facts, Learnt
from habitue.insights.models.histories import Purchases
from habitue.insights.money_days import MoneyDays, money_days_of
from habitue.kernel.clock import day_in
from habitue.kernel.text import gettext_noop as _

STALE_DAYS = 45
"""Without an order for longer than this the data have ended, and everything is told as of the last order."""
NEWEST = _("The newest order is of %(day)s; everything is told as of that day.")
_EPOCH = date(1970, 1, 1)


def book_of_facts(facts: Facts) -> OrderBook:
    """Everybody's purchases up to today; an order whose money is in another currency counts without money."""
    found: OrderBook = facts.once("book", _read)
    return found


def _read(facts: Facts) -> OrderBook:
    today = (day_in(facts.now, facts.timezone) - _EPOCH).days
    return _book(money_days_of(facts), today, facts.currency)


def _book(days: MoneyDays, today: int, currency: str) -> OrderBook:
    names = days.people
    is_order = days.orders > 0
    money = np.where(is_order & (days.other_orders >= days.orders), np.nan, days.money)
    code, day = days.person.astype(np.int64), days.day.astype(np.int64)
    found, _gone = without_refunds(customer=code, day=day, money=money, refund=~is_order, customers=len(names))
    present = np.zeros(len(names), dtype=bool)
    present[found.customer] = True
    last_order = int(found.day.max(initial=0))
    notes: tuple[Said, ...] = ()
    last = today
    if len(found.day) and today - last_order > STALE_DAYS:
        last = last_order
        on = (_EPOCH + timedelta(days=last_order)).isoformat()
        notes = (Said(NEWEST, {"day": on}),)
    first = int(found.day.min()) if len(found.day) else last
    whole = Purchases(len(names), found.customer, found.day, found.money, first, last)
    return OrderBook(
        purchases=whole.of(present),
        customers=tuple(compress(names, present.tolist())),
        currency=currency,
        columns={},
        notes=notes,
        has_money=bool(np.isfinite(found.money).any()),
    )


def learnt(table: pa.Table, card: Card, book: OrderBook) -> Learnt:
    """The result of an insight, with what was noted about the orders on its card."""
    return Learnt(table, replace(card, sentences=(*card.sentences, *book.notes)))
