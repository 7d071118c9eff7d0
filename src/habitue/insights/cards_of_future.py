"""The cards of value, leaving and the next order: which rival won the back-test, whether it passed, and the words."""

from __future__ import annotations

import numpy as np

from habitue.insights.card import Card, Measure, Part, Rival, Said
from habitue.insights.methods import CHANCE_METHODS, ORDER_METHODS, WAIT_METHODS, WORTH_METHODS
from habitue.insights.models import backtest, figures, intervals, waiting
from habitue.insights.models.backtest import Scored, Tested
from habitue.insights.models.forecast import Trained
from habitue.insights.models.histories import Floats, Histories, Purchases
from habitue.insights.models.spend import MOST_CORRELATION
from habitue.kernel.text import gettext_noop as _

LEAST_CUSTOMERS = 40
GIANT = 0.3
YEAR = 365
ORDER_BASELINES = frozenset({"last_period", "everybody_alike"})
CHANCE_BASELINES = frozenset({"everybody_alike", "own_rhythm"})
WORTH_BASELINES = frozenset({"last_period", "own_mean"})
INPUTS = ("Order Completed", "Order Refunded", "Order Cancelled")


def nothing_known(purchases: Purchases, known: Histories, days: int) -> Card | None:
    """The card for data from which nothing about the future can be known at all; None where it may be."""
    said = None
    if purchases.span == 0:
        said = Said(_("All orders are of one day, so nothing can be known about when anybody comes back."))
    elif known.size < LEAST_CUSTOMERS:
        message = _(
            "There are only %(people)s customers. With fewer than %(least)s, chance cannot be told from habit, and no "
            "number about the future of one of them would mean anything."
        )
        said = Said(message, {"people": known.size, "least": LEAST_CUSTOMERS})
    elif not (known.repeats > 0).any():
        said = Said(
            _(
                "Nobody has bought on a second day yet, so nothing can be known about who comes back, when, or for how much."
            )
        )
    return (
        None
        if said is None
        else Card("lifetime", False, days, (said, *_giant(known)), inputs=INPUTS, people=known.size)
    )


def untested(purchases: Purchases, tested: Tested, days: int) -> Card:
    """The card where nothing could be tested on the past."""
    if tested.days < backtest.LEAST_DAYS:
        message = _(
            "The orders span %(span)s days. To test a forecast on the past, three times %(least)s days are needed; until "
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


def lifetime(purchases: Purchases, known: Histories, tested: Tested, trained: Trained) -> tuple[Card, str, str | None]:
    """The card of expected orders and value, and the rivals that won: of orders, and of worth (None: no money)."""
    scores = backtest.order_scores(tested)
    best = backtest.best(scores, "rmse", ORDER_BASELINES, tie="off")
    assert best is not None
    simple = min((each for each in scores if each.name in ORDER_BASELINES), key=lambda each: each.figures["rmse"])
    is_shown = best.figures["rmse"] < simple.figures["rmse"] and best.figures["auc"] > 0.5
    method = best.name if best.name != "bgnbd" or trained.rates.leaves else "nbd"
    worth = _worth(tested, best.name) if np.isfinite(purchases.money).any() else None
    labels = {"method": ORDER_METHODS[method], "baseline": ORDER_METHODS[simple.name]}
    numbers = {"error": _told(best.figures["rmse"]), "simple": _told(simple.figures["rmse"]), "tests": len(tested.cuts)}
    if is_shown:
        message = _(
            "On %(tests)s past days “%(method)s” foretold the purchases of the next %(days)s days with a typical error of "
            "%(error)s a customer; “%(baseline)s” had %(simple)s. The sum of all was %(off)s %% off on average."
        )
        numbers["off"] = _told(100 * best.figures["off"], 0)
    else:
        message = _(
            "On %(tests)s past days nothing foretold the purchases of the next %(days)s days better than “%(baseline)s” "
            "(typical error %(error)s a customer against %(simple)s). So no score is shown."
        )
    said = [Said(message, {**labels, **numbers, "days": tested.days})]
    measures = [
        Measure("rmse", _("Typical error, purchases a customer"), best.figures["rmse"], simple.figures["rmse"]),
        Measure("total", _("Error of the total"), best.figures["total"], simple.figures["total"], "share"),
        Measure(
            "auc",
            _("Buyers told from the others (0.5 is chance)"),
            best.figures["auc"],
            simple.figures["auc"],
            goal="high",
        ),
    ]
    if worth is not None and is_shown:
        found, money, spent = _money(tested, best.name, worth)
        measures += found
        said.append(money)
        said += _correlation(trained)
        rivals = _rivals(spent, WORTH_METHODS, WORTH_BASELINES, ("mae", "top_tenth"))
    else:
        rivals = ()
    said += [*_no_leaving(trained), *_beyond(tested), *_season(purchases, tested), *_giant(known)]
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
        rivals=(*_rivals(scores, ORDER_METHODS, ORDER_BASELINES, ("rmse", "total", "auc")), *rivals),
        parts=_parts([(cut.forecasts.orders[best.name], cut.after.orders) for cut in tested.cuts]),
        inputs=INPUTS,
    )
    return card, best.name, worth if is_shown else None


def churn(purchases: Purchases, tested: Tested) -> tuple[Card, str]:
    """The card of the probability of buying again, and the rival that won."""
    scores = backtest.chance_scores(tested)
    best = backtest.best(scores, "brier", CHANCE_BASELINES)
    assert best is not None
    by_name = {each.name: each for each in scores}
    rule, alike = by_name["own_rhythm"], by_name["everybody_alike"]
    error = float(
        np.mean(
            [figures.auc_error(best.figures["auc"], _bought(cut), cut.known.size - _bought(cut)) for cut in tested.cuts]
        )
    )
    separates = best.figures["auc"] - 2 * error / np.sqrt(len(tested.cuts)) > 0.5
    is_shown = bool(
        separates
        and best.figures["brier"] < alike.figures["brier"]
        and best.figures["auc"] > rule.figures["auc"] - error
    )
    params = {
        "tests": len(tested.cuts), "days": tested.days, "method": CHANCE_METHODS[best.name],
        "area": _told(100 * best.figures["auc"], 0), "rule": _told(100 * rule.figures["auc"], 0),
    }  # fmt: skip
    if is_shown:
        message = _(
            "Of a customer who bought within %(days)s days and one who did not, “%(method)s” put the right one first in "
            "%(area)s of 100 pairs (50 is chance, the rule “silent for longer than usual” had %(rule)s), on %(tests)s past days."
        )
    else:
        message = _(
            "On %(tests)s past days nobody could foretell who would buy within %(days)s days better than chance or a "
            "simple rule: %(area)s of 100 pairs were put right, 50 is chance, the rule had %(rule)s. So no score is shown."
        )
    said = [Said(message, params), *_beyond(tested), *_season(purchases, tested)]
    if rule.figures["auc"] < 0.45:
        said.append(
            Said(
                _(
                    "Here it is those who bought long ago who come back, as is usual with things that last for years: "
                    "silence is no sign of leaving."
                )
            )
        )
    card = Card(
        insight="churn",
        is_shown=is_shown,
        days=tested.whole_days,
        sentences=tuple(said),
        method=best.name,
        method_label=CHANCE_METHODS[best.name],
        baseline_label=CHANCE_METHODS["own_rhythm"],
        tested_days=tested.days,
        tests=len(tested.cuts),
        people=tested.cuts[0].known.size,
        measures=(
            Measure(
                "auc",
                _("Buyers told from the others (0.5 is chance)"),
                best.figures["auc"],
                rule.figures["auc"],
                goal="high",
            ),
            Measure("brier", _("Mean squared error of the probability"), best.figures["brier"], alike.figures["brier"]),
        ),
        rivals=_rivals(scores, CHANCE_METHODS, CHANCE_BASELINES, ("auc", "brier")),
        parts=_parts([(cut.forecasts.buys[best.name], (cut.after.orders > 0).astype(float)) for cut in tested.cuts]),
        inputs=INPUTS,
    )
    return card, best.name


def next_order(purchases: Purchases, tested: Tested) -> Card:
    """The card of the day of the next order."""
    rows = [_waits(cut, tested.days) for cut in tested.cuts]
    error, gap, alike, inside, count = (float(np.mean([row[i] for row in rows])) for i in range(5))
    simple, name = min((gap, "own_gap"), (alike, "everybody_alike"))
    is_shown = bool(error < simple and 0.35 <= inside <= 0.65)
    params = {
        "tests": len(rows), "days": tested.days, "error": _told(error, 0), "simple": _told(simple, 0),
        "baseline": WAIT_METHODS[name], "inside": _told(100 * inside, 0),
    }  # fmt: skip
    if is_shown:
        message = _(
            "For customers who came back within %(days)s days, the day was wrong by %(error)s days on average (“%(baseline)s”: "
            "%(simple)s), and %(inside)s of 100 came within the window (50 are meant to), on %(tests)s past days."
        )
    else:
        message = _(
            "The day of the next order could not be foretold better than by “%(baseline)s” (wrong by %(error)s days "
            "against %(simple)s, %(inside)s of 100 within a window meant for 50). So no day is shown."
        )
    parts = _parts(
        [
            (waiting.quantiles(cut.rates, cut.known, tested.days)[:, 1][_back(cut)], cut.after.wait[_back(cut)])
            for cut in tested.cuts
        ]
    )
    return Card(
        insight="next_order",
        is_shown=is_shown,
        days=tested.whole_days,
        sentences=(Said(message, params), *_beyond(tested)),
        method="lomax",
        method_label=WAIT_METHODS["lomax"],
        baseline_label=WAIT_METHODS[name],
        tested_days=tested.days,
        tests=len(rows),
        people=int(count * len(rows)),
        measures=(
            Measure("mae", _("Mean error in days"), error, simple, "days"),
            Measure("inside", _("Came within the window (half are meant to)"), inside, None, "share", "none"),
        ),
        rivals=(
            Rival("lomax", WAIT_METHODS["lomax"], {"mae": error}),
            Rival("own_gap", WAIT_METHODS["own_gap"], {"mae": gap}, is_baseline=True),
            Rival("everybody_alike", WAIT_METHODS["everybody_alike"], {"mae": alike}, is_baseline=True),
        ),
        parts=parts,
        inputs=INPUTS,
    )


def money_tests(tested: Tested, orders: str, worth: str) -> list[tuple[Floats, Floats]]:
    """Forecast and real money of every test."""
    return [(cut.forecasts.orders[orders] * cut.forecasts.worth[worth], cut.after.money) for cut in tested.cuts]


def _worth(tested: Tested, orders: str) -> str | None:
    """Among the rivals with nearly the smallest error, the one whose best tenth brought most."""
    scores = [each for each in backtest.worth_scores(tested, orders) if each.name not in WORTH_BASELINES]
    scores = [each for each in scores if np.isfinite(each.figures["top_tenth"])]
    if not scores:
        return None
    least = min(each.figures["mae"] for each in scores)
    near = [each for each in scores if each.figures["mae"] <= 1.05 * least]
    return max(near, key=lambda each: each.figures["top_tenth"]).name


def _money(tested: Tested, orders: str, worth: str) -> tuple[list[Measure], Said, tuple[Scored, ...]]:
    scores = backtest.worth_scores(tested, orders)
    by_name = {each.name: each for each in scores}
    best, simple = by_name[worth], by_name["last_period"]
    inside = intervals.coverage(money_tests(tested, orders, worth))
    measures = [
        Measure("mae", _("Mean error of the money a customer"), best.figures["mae"], simple.figures["mae"], "money"),
        Measure(
            "top_tenth", _("Share of the money that came from the tenth with the highest forecast"),
            best.figures["top_tenth"], simple.figures["top_tenth"], "share", "high",
        ),
        Measure("coverage", _("Real money within the stated bounds (8 of 10 are meant to)"), inside, None, "share", "none"),
    ]  # fmt: skip
    message = _(
        "What a purchase is worth: “%(method)s”. The tenth with the highest forecast brought %(top)s %% of the money, and "
        "the real money lay within the stated bounds in %(inside)s of 100 cases (80 are meant to)."
    )
    params = {
        "method": WORTH_METHODS[worth], "top": _told(100 * best.figures["top_tenth"], 0), "inside": _told(100 * inside, 0)
    }  # fmt: skip
    return measures, Said(message, params), scores


def _correlation(trained: Trained) -> list[Said]:
    if abs(trained.correlation) <= MOST_CORRELATION:
        return []
    message = _(
        "How much customers spend goes together with how often they buy (correlation %(value)s), so the gamma-gamma model "
        "was not used."
    )
    return [Said(message, {"value": _told(trained.correlation)})]


def _no_leaving(trained: Trained) -> list[Said]:
    if trained.rates.leaves:
        return []
    return [
        Said(
            _(
                "Nobody is seen to leave for good: who is silent may only pause, so nobody is counted as lost by the model."
            )
        )
    ]


def _beyond(tested: Tested) -> list[Said]:
    if tested.days >= tested.whole_days:
        return []
    message = _(
        "The orders reach back far enough to test %(tested)s days ahead only; what is said for %(days)s days goes beyond "
        "what could be tested."
    )
    return [Said(message, {"tested": tested.days, "days": tested.whole_days})]


def _season(purchases: Purchases, tested: Tested) -> list[Said]:
    if purchases.span >= YEAR + tested.whole_days:
        return []
    return [
        Said(
            _(
                "Less than a year before the forecast is known, so a season such as Christmas cannot be known: the total may be too low or too high then."
            )
        )
    ]


def _giant(known: Histories) -> list[Said]:
    total = float(np.maximum(known.money, 0).sum())
    most = float(known.money.max(initial=0.0))
    if total <= 0 or most < GIANT * total:
        return []
    message = _(
        "One customer brought %(share)s %% of all money. Sums of money depend on that one and say nothing about the others."
    )
    return [Said(message, {"share": _told(100 * most / total, 0)})]


def _bought(cut: backtest.Cut) -> int:
    return int((cut.after.orders > 0).sum())


def _back(cut: backtest.Cut) -> np.ndarray:
    return (cut.known.repeats > 0) & np.isfinite(cut.after.wait)


def _waits(cut: backtest.Cut, days: int) -> tuple[float, float, float, float, float]:
    """Mean error of the model, of last plus gap, of everybody alike; share within the window; how many came back.

    Measured on customers with a pause of their own. A day counts from its noon.
    """
    back = _back(cut)
    if not back.any():
        return (np.nan, np.nan, np.nan, np.nan, 0.0)
    real = cut.after.wait[back] - 0.5
    low, middle, high = waiting.quantiles(cut.rates, cut.known, days)[back].T
    own = np.clip(cut.known.gap[back] - cut.known.silence[back], 1.0, days)
    return (
        float(np.mean(np.abs(middle - real))),
        float(np.mean(np.abs(own - real))),
        float(np.mean(np.abs(days / 2 - real))),
        float(np.mean((low <= real) & (real <= high))),
        float(back.sum()),
    )


def _rivals(
    scores: tuple[Scored, ...], labels: dict[str, str] | object, baselines: frozenset[str], names: tuple[str, ...]
) -> tuple[Rival, ...]:
    known = dict(labels)  # type: ignore[call-overload]
    return tuple(
        Rival(each.name, known[each.name], {name: each.figures[name] for name in names}, each.name in baselines)
        for each in scores
    )


def _parts(pairs: list[tuple[Floats, Floats]]) -> tuple[Part, ...]:
    forecast, real = np.concatenate([f for f, _r in pairs]), np.concatenate([r for _f, r in pairs])
    return tuple(Part(*row) for row in figures.tenths(forecast, real))


def _told(value: float, digits: int = 2) -> float | int:
    return round(value, digits) if digits else round(value)
