"""The orders of a workspace as the models understand them, from the facts in the lake."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import compress

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.insights.books.book import OrderBook
from habitue.insights.books.refunds import without_refunds
from habitue.insights.card import Card, Said
from habitue.insights.catalogue import Facts, Learnt
from habitue.insights.models.histories import Purchases
from habitue.insights.numbered import by_number, ids_of, numbered
from habitue.insights.orders import days_of_money
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
    ids = numbered(facts.people)
    events = facts.events.filter(facts.events["at"] < ibis.literal(facts.now, type="timestamp('UTC')"))
    days = days_of_money(by_number(events, ids), timezone=facts.timezone, currency=facts.currency)
    rows = days.select(
        person="profile_id",
        day=days.on.delta(ibis.literal(_EPOCH), unit="day").cast("int32"),
        is_order=days.orders > 0,
        is_foreign=days.other_orders >= days.orders,
        money=days.money.cast("float64"),
    ).to_pyarrow()
    today = (day_in(facts.now, facts.timezone) - _EPOCH).days
    return _book(rows, ids_of(ids), today, facts.currency)


def _book(rows: pa.Table, names: list[str], today: int, currency: str) -> OrderBook:
    code = rows["person"].to_numpy().astype(np.int64)
    day = rows["day"].to_numpy().astype(np.int64)
    is_order = rows["is_order"].to_numpy()
    money = rows["money"].to_numpy().astype(float)
    money = np.where(is_order & pc.fill_null(rows["is_foreign"], False).to_numpy(), np.nan, money)
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
