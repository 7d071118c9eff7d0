"""The card of value: which rival won the back-test, whether it passed, and the words."""

from __future__ import annotations

import numpy as np

from habitue.insights.card import Card, Measure, Said
from habitue.insights.cards_shared import INPUTS, beyond, giant, parts_of, rivals_of, rounded, season, unknown_season
from habitue.insights.methods import ORDER_METHODS, WORTH_METHODS
from habitue.insights.models import backtest, intervals
from habitue.insights.models.backtest import Scored, Tested
from habitue.insights.models.forecast import Trained
from habitue.insights.models.histories import Histories, Purchases
from habitue.insights.models.spend import MOST_CORRELATION
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.text import ngettext_noop

LEAST_CUSTOMERS = 40
NOTICED = 0.02
ORDER_BASELINES = frozenset({"last_period", "everybody_alike"})
WORTH_BASELINES = frozenset({"last_period", "own_mean"})
Rivals = tuple[str, str, str]
"""Those that forecast the purchases, the chance to buy, and the worth of a purchase."""
ORDERS_BY = _("The purchases are told by “%(method)s”.")
WORTH_BY = _("The worth of a purchase is told by “%(method)s”.")


def nothing_known(purchases: Purchases, known: Histories, days: int) -> Card | None:
    """The card for data from which nothing about the future can be known at all; None where it may be."""
    said = None
    if purchases.span == 0:
        said = Said(_("All orders are of one day, so nothing can be known about when anybody comes back."))
    elif known.size < LEAST_CUSTOMERS:
        one, many = ngettext_noop(
            "There is only %(count)s customer. With fewer than %(least)s, chance cannot be told from habit, and no "
            "number about the future would mean anything.",
            "There are only %(count)s customers. With fewer than %(least)s, chance cannot be told from habit, and no "
            "number about the future of one of them would mean anything.",
        )
        said = Said(one, {"count": known.size, "least": LEAST_CUSTOMERS}, many)
    elif not (known.repeats > 0).any():
        said = Said(
            _(
                "Nobody has bought on a second day yet, so nothing can be known about who comes back, when, or for "
                "how much."
            )
        )
    return (
        None if said is None else Card("lifetime", False, days, (said, *giant(known)), inputs=INPUTS, people=known.size)
    )


def untested(purchases: Purchases, tested: Tested, days: int) -> Card:
    """The card where nothing could be tested on the past."""
    if tested.days < backtest.LEAST_DAYS:
        message = _(
            "The orders span %(span)s days. To test a forecast on the past, three times %(least)s days are "
            "needed; until "
            "then nothing can be known about the future of single customers."
        )
        said = Said(message, {"span": purchases.span, "least": backtest.LEAST_DAYS})
    else:
        message = _(
            "Too few customers came back in the past to test a forecast (at least %(customers)s customers, of whom "
            "%(buyers)s bought again, are needed). Nothing can be known about the future of single customers yet."
        )
        said = Said(message, {"customers": backtest.LEAST_CUSTOMERS, "buyers": backtest.LEAST_BUYERS})
    known = len(np.unique(purchases.customer))
    return Card("lifetime", False, days, (said,), tested_days=tested.days, inputs=INPUTS, people=known)


def lifetime(
    purchases: Purchases, known: Histories, tested: Tested, trained: Trained, buys: str
) -> tuple[Card, str, str | None]:
    """The card of expected orders and value, and the rivals that won: of orders, and of worth (None: no money).

    `buys` is the rival that won with the chance to buy; the bounds of the money go by it.
    """
    scores = backtest.order_scores(tested)
    best = backtest.best(scores, "rmse", ORDER_BASELINES, tie="off")
    assert best is not None
    simple = min((each for each in scores if each.name in ORDER_BASELINES), key=lambda each: each.figures["rmse"])
    is_shown = best.figures["rmse"] < simple.figures["rmse"] and best.figures["auc"] > 0.5
    method = best.name if best.name != "bgnbd" or trained.rates.leaves else "nbd"
    worth = _worth(tested, best.name) if np.isfinite(purchases.money).any() else None
    numbers = {
        "error": rounded(best.figures["rmse"]),
        "simple": rounded(simple.figures["rmse"]),
        "tests": len(tested.cuts),
        "days": tested.days,
        "baseline": ORDER_METHODS[simple.name],
    }
    if is_shown:
        message = _(
            "Tested on %(tests)s past days of your own shop: the number of purchases in the next %(days)s days was "
            "typically off by %(error)s for each customer, by the simple rule “%(baseline)s” by %(simple)s. All "
            "customers together were off by %(off)s%%. Several orders of one day count as one purchase."
        )
        numbers["off"] = rounded(100 * best.figures["off"], 0)
    else:
        message = _(
            "Tested on %(tests)s past days of your own shop, nothing told the purchases of the next %(days)s days "
            "better than the simple rule “%(baseline)s”: typically off by %(error)s for each customer against "
            "%(simple)s. So no forecast is shown."
        )
    said = [Said(message, numbers)]
    details = [Said(ORDERS_BY, {"method": ORDER_METHODS[method]})] if is_shown else []
    measures = [
        Measure("rmse", _("Typical error, purchases a customer"), best.figures["rmse"], simple.figures["rmse"]),
        Measure("off", _("Sum of all, off on average"), best.figures["off"], simple.figures["off"], "share"),
        Measure(
            "auc",
            _("Pairs of a buyer and a non-buyer in the right order (half is chance)"),
            best.figures["auc"],
            simple.figures["auc"],
            "share",
            "high",
        ),
    ]
    if worth is not None and is_shown:
        found, money, spent = _money(tested, (best.name, buys, worth), unknown_season(purchases, tested))
        measures += found
        said += money
        details += [Said(WORTH_BY, {"method": WORTH_METHODS[worth]}), *_correlation(trained)]
        rivals = rivals_of(spent, WORTH_METHODS, WORTH_BASELINES, ("mae", "top_tenth"))
    else:
        rivals = ()
    said += [*_no_leaving(trained), *beyond(tested), *season(purchases, tested), *giant(known)]
    card = Card(
        insight="lifetime",
        is_shown=is_shown,
        days=tested.whole_days,
        sentences=tuple(said),
        method=method,
        method_label=ORDER_METHODS[method],
        baseline_label=ORDER_METHODS[simple.name],
        tested_days=tested.days,
        tests=len(tested.cuts),
        people=known.size,
        measures=tuple(measures),
        rivals=(*rivals_of(scores, ORDER_METHODS, ORDER_BASELINES, ("rmse", "off", "auc")), *rivals),
        parts=parts_of([(cut.forecasts.orders[best.name], cut.after.orders) for cut in tested.cuts]),
        parts_label=_("purchases a customer"),
        inputs=INPUTS,
        details=tuple(details),
    )
    return card, best.name, worth if is_shown else None


def money_tests(tested: Tested, rivals: Rivals) -> list[intervals.Test]:
    """Money and chance as the rivals forecast them, and what came, of every test."""
    orders, buys, worth = rivals
    return [
        intervals.Test(
            forecast=cut.forecasts.orders[orders] * cut.forecasts.worth[worth],
            chance=np.minimum(cut.forecasts.buys[buys], cut.forecasts.orders[orders]),
            real=cut.after.money,
            bought=cut.after.orders > 0,
        )
        for cut in tested.cuts
    ]


def _worth(tested: Tested, orders: str) -> str | None:
    """Among the rivals with nearly the smallest error, the one whose best tenth brought most."""
    scores = [each for each in backtest.worth_scores(tested, orders) if each.name not in WORTH_BASELINES]
    scores = [each for each in scores if np.isfinite(each.figures["top_tenth"])]
    if not scores:
        return None
    least = min(each.figures["mae"] for each in scores)
    near = [each for each in scores if each.figures["mae"] <= 1.05 * least]
    return max(near, key=lambda each: each.figures["top_tenth"]).name


def _money(tested: Tested, rivals: Rivals, season_risk: float) -> tuple[list[Measure], list[Said], tuple[Scored, ...]]:
    orders, _buys, worth = rivals
    scores = backtest.worth_scores(tested, orders)
    by_name = {each.name: each for each in scores}
    best, simple = by_name[worth], by_name["last_period"]
    tests = money_tests(tested, rivals)
    inside, least = intervals.coverage(tests, season=season_risk), _least_held(tests)
    measures = [
        Measure("mae", _("Mean error of the money a customer"), best.figures["mae"], simple.figures["mae"], "money"),
        Measure(
            "top_tenth", _("Share of the money that came from the tenth with the highest forecast"),
            best.figures["top_tenth"], simple.figures["top_tenth"], "share", "high",
        ),
        Measure(
            "coverage", _("Real money within the stated bounds (8 of 10 are meant to)"), inside, None, "share", "none"
        ),
    ]  # fmt: skip
    message = _(
        "Money: the tenth of the customers of whom most was expected brought %(top)s%% of it. In %(inside)s of 100 "
        "cases the real money lay between the two bounds that are told; they are made to hold 80 of 100."
    )
    params = {"top": rounded(100 * best.figures["top_tenth"], 0), "inside": rounded(100 * inside, 0)}
    return measures, [Said(message, params), *_mostly_nothing(least)], scores


def _least_held(tests: list[intervals.Test]) -> float:
    return intervals.least_held([(test.forecast, test.real) for test in tests])


def _mostly_nothing(least: float) -> list[Said]:
    """Said where so many bring nothing that bounds from nought hold more cases than they are meant to."""
    if least < intervals.HELD + NOTICED:
        return []
    message = _(
        "Many customers bring nothing in so short a time, and nothing always lies within the bounds: so at least "
        "%(least)s of 100 cases must lie within, more than the 80 that are meant to."
    )
    return [Said(message, {"least": rounded(100 * least, 0)})]


def _correlation(trained: Trained) -> list[Said]:
    if abs(trained.correlation) <= MOST_CORRELATION:
        return []
    message = _(
        "How much customers spend goes together with how often they buy (correlation %(value)s), so the gamma-gamma "
        "model was not used."
    )
    return [Said(message, {"value": rounded(trained.correlation)})]


def _no_leaving(trained: Trained) -> list[Said]:
    if trained.rates.leaves:
        return []
    return [
        Said(
            _(
                "Nobody is seen to leave for good: who is silent may only pause, so the forecast gives nobody up for "
                "lost."
            )
        )
    ]
