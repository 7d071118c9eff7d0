"""The future of every customer from his or her purchases: tested on the past first, and gated by that test."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from habitue.insights import cards_of_leaving, cards_of_value
from habitue.insights.card import Card
from habitue.insights.cards_shared import unknown_season
from habitue.insights.models import backtest, intervals, waiting
from habitue.insights.models.backtest import Tested
from habitue.insights.models.forecast import Trained, train
from habitue.insights.models.histories import Floats, Histories, Purchases, histories, usual_gaps
from habitue.insights.reasons import own_rhythm

DAYS = 90


@dataclass(frozen=True, slots=True)
class Future:
    """What is expected of every customer in the next `days`, in the order of the purchases' numbers.

    Whatever did not pass its test is NaN. `waits` are the days until the next purchase at the lower quartile, the
    median and the upper quartile, given that it comes within `days`. `rhythm` is everybody's own pause in days.
    """

    days: int
    known: Histories
    rhythm: Floats
    orders: Floats
    buys: Floats
    worth: Floats
    value: Floats
    value_low: Floats
    value_high: Floats
    waits: Floats
    lifetime: Card
    churn: Card
    next_order: Card


_kept: dict[str, Future] = {}


def future(purchases: Purchases, days: int = DAYS) -> Future:
    """Test every rival on the past, and let those who pass forecast the next `days`.

    The last result is kept, because three insights ask for the same one.
    """
    key = _key(purchases, days)
    if key not in _kept:
        found = _future(purchases, days)
        _kept.clear()
        _kept[key] = found
    return _kept[key]


def _key(purchases: Purchases, days: int) -> str:
    told = hashlib.blake2b(digest_size=16)
    for array in (purchases.customer, purchases.day, purchases.money):
        told.update(np.ascontiguousarray(array).view(np.uint8).data)
    return f"{told.hexdigest()}:{purchases.customers}:{purchases.last_day}:{days}"


def _future(purchases: Purchases, days: int) -> Future:
    known = histories(purchases, purchases.last_day)
    rhythm = own_rhythm(known, usual_gaps(purchases, purchases.last_day))
    few = backtest.sampled(purchases)
    nothing = cards_of_value.nothing_known(purchases, known, days)
    if nothing is not None:
        return _empty(known, rhythm, days, nothing)
    tested = backtest.test(few, days)
    if not tested.cuts:
        return _empty(known, rhythm, days, cards_of_value.untested(purchases, tested, days))
    trained = train(few, purchases.last_day, tested.days)
    return _forecast(purchases, (known, rhythm), tested, trained, days)


def _forecast(
    purchases: Purchases, seen: tuple[Histories, Floats], tested: Tested, trained: Trained, days: int
) -> Future:
    known, rhythm = seen
    forecasts = trained.forecasts(known, days)
    churn, buys_by = cards_of_leaving.churn(purchases, tested)
    lifetime, orders_by, worth_by = cards_of_value.lifetime(purchases, known, tested, trained, buys_by)
    next_order = cards_of_leaving.next_order(purchases, tested)
    size = known.size
    unknown = np.full(size, np.nan)
    orders = forecasts.orders[orders_by] if lifetime.is_shown else unknown
    buys = forecasts.buys[buys_by] if churn.is_shown else unknown
    # Two rivals may disagree: one expected purchase at least as often as a purchase is expected at all.
    buys = np.where(np.isnan(orders), buys, np.minimum(buys, orders))
    worth = low = high = value = unknown
    has_money = lifetime.is_shown and worth_by is not None
    if has_money:
        assert worth_by is not None
        worth = forecasts.worth[worth_by]
        value = orders * worth
        tests = cards_of_value.money_tests(tested, (orders_by, buys_by, worth_by))
        chance = np.minimum(forecasts.buys[buys_by], orders)
        low, high = intervals.bounds(tests, season=unknown_season(purchases, tested)).around(value, chance)
    waits = np.full((size, 3), np.nan)
    if next_order.is_shown:
        waits = waiting.quantiles(trained.rates, known, days)
    return Future(days, known, rhythm, orders, buys, worth, value, low, high, waits, lifetime, churn, next_order)


def _empty(known: Histories, rhythm: Floats, days: int, card: Card) -> Future:
    unknown = np.full(known.size, np.nan)
    return Future(
        days=days, known=known, rhythm=rhythm, orders=unknown, buys=unknown, worth=unknown,
        value=unknown, value_low=unknown, value_high=unknown, waits=np.full((known.size, 3), np.nan), lifetime=card,
        churn=replace(card, insight="churn"), next_order=replace(card, insight="next_order"),
    )  # fmt: skip
