"""The cards of leaving and of the next order: which rival won the back-test, whether it passed, and the words."""

from __future__ import annotations

import numpy as np

from habitue.insights.card import Card, Measure, Rival, Said
from habitue.insights.cards_shared import INPUTS, beyond, parts_of, rivals_of, rounded, season
from habitue.insights.methods import CHANCE_METHODS, WAIT_METHODS
from habitue.insights.models import backtest, figures, waiting
from habitue.insights.models.backtest import Tested
from habitue.insights.models.histories import Flags, Purchases
from habitue.kernel.text import gettext_noop as _

CHANCE_BASELINES = frozenset({"everybody_alike", "own_rhythm"})


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
        "tests": len(tested.cuts), "days": tested.days, "area": rounded(100 * best.figures["auc"], 0),
        "rule": rounded(100 * rule.figures["auc"], 0),
    }  # fmt: skip
    if is_shown:
        message = _(
            "Tested on %(tests)s past days of your own shop: of two customers, one who bought within the next %(days)s "
            "days and one who did not, the forecast gave the buyer the higher chance in %(area)s of 100 cases. "
            "Guessing would have been right in 50, the simple rule “silent for longer than usual” in %(rule)s."
        )
    else:
        message = _(
            "Tested on %(tests)s past days of your own shop, nothing told who would buy within %(days)s days better "
            "than guessing or a simple rule: of two customers, a buyer and another one, it chose the right one in "
            "%(area)s of 100 cases; guessing has 50, the rule “silent for longer than usual” %(rule)s. So no chance "
            "is shown."
        )
    said = [Said(message, params), *beyond(tested), *season(purchases, tested)]
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
                _("Pairs of a buyer and a non-buyer in the right order (half is chance)"),
                best.figures["auc"],
                rule.figures["auc"],
                "share",
                "high",
            ),
            Measure(
                "brier",
                _("How far the chances were off, 0 is best (beside it: everybody alike)"),
                best.figures["brier"],
                alike.figures["brier"],
            ),
        ),
        rivals=rivals_of(scores, CHANCE_METHODS, CHANCE_BASELINES, ("auc", "brier")),
        parts=parts_of([(cut.forecasts.buys[best.name], (cut.after.orders > 0).astype(float)) for cut in tested.cuts]),
        parts_label=_("share who buy"),
        parts_unit="share",
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
        "tests": len(rows), "days": tested.days, "error": rounded(error, 0), "simple": rounded(simple, 0),
        "baseline": WAIT_METHODS[name], "inside": rounded(100 * inside, 0),
    }  # fmt: skip
    if is_shown:
        message = _(
            "Tested on %(tests)s past days of your own shop, with customers who came back within %(days)s days: the "
            "day that was told was off by %(error)s days on average. The simple rule “%(baseline)s” was off by "
            "%(simple)s. %(inside)s of 100 came between the first and the last day that are told; these are made to "
            "hold 50 of 100."
        )
    else:
        message = _(
            "Tested on %(tests)s past days of your own shop, the day of the next order could not be told better than "
            "by the simple rule “%(baseline)s”: off by %(error)s days against %(simple)s, and %(inside)s of 100 came "
            "between two days made to hold 50. So no day is shown."
        )
    parts = parts_of(
        [
            (waiting.quantiles(cut.rates, cut.known, tested.days)[:, 1][_back(cut)], cut.after.wait[_back(cut)])
            for cut in tested.cuts
        ]
    )
    return Card(
        insight="next_order",
        is_shown=is_shown,
        days=tested.whole_days,
        sentences=(Said(message, params), *beyond(tested)),
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
        parts_label=_("days until the next order"),
        parts_unit="days",
        inputs=INPUTS,
    )


def _bought(cut: backtest.Cut) -> int:
    return int((cut.after.orders > 0).sum())


def _back(cut: backtest.Cut) -> Flags:
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
