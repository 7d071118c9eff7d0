"""What the cards of the future share: sentences, rivals, parts of the customers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from habitue.insights.card import Part, Rival, Said
from habitue.insights.models import figures, intervals
from habitue.insights.models.backtest import Scored, Tested
from habitue.insights.models.histories import Floats, Histories, Purchases
from habitue.kernel.text import gettext_noop as _

GIANT = 0.3
YEAR = 365
INPUTS = ("Order Completed", "Order Refunded", "Order Cancelled")


def beyond(tested: Tested) -> list[Said]:
    """Said where the forecast reaches farther than the test."""
    if tested.days >= tested.whole_days:
        return []
    message = _(
        "The orders reach back far enough to test %(tested)s days ahead only; what is said for %(days)s days "
        "goes beyond "
        "what could be tested."
    )
    return [Said(message, {"tested": tested.days, "days": tested.whole_days})]


def knows_season(purchases: Purchases, tested: Tested) -> bool:
    """Whether the days of the forecast are known of the year before, with what went before them."""
    return purchases.span >= YEAR + tested.whole_days


def unknown_season(purchases: Purchases, tested: Tested) -> float:
    """How far all customers together may deviate from the tests for reasons that the tests could not show."""
    return intervals.KNOWN_SEASON if knows_season(purchases, tested) else intervals.NEW_SEASON


def season(purchases: Purchases, tested: Tested) -> list[Said]:
    """Said where less than a year is known."""
    if knows_season(purchases, tested):
        return []
    return [
        Said(
            _(
                "Less than a year before the forecast is known, so a season such as Christmas cannot be known: the "
                "total may be too low or too high then."
            )
        )
    ]


def giant(known: Histories) -> list[Said]:
    """Said where one customer brought a large part of the money."""
    total = float(np.maximum(known.money, 0).sum())
    most = float(known.money.max(initial=0.0))
    if total <= 0 or most < GIANT * total:
        return []
    message = _(
        "One customer brought %(share)s%% of all money. Sums of money depend on that one and say nothing "
        "about the others."
    )
    return [Said(message, {"share": rounded(100 * most / total, 0)})]


def rivals_of(
    scores: tuple[Scored, ...], labels: Mapping[str, str], baselines: frozenset[str], names: tuple[str, ...]
) -> tuple[Rival, ...]:
    """The rivals with the figures that are shown."""
    return tuple(
        Rival(each.name, labels[each.name], {name: each.figures[name] for name in names}, each.name in baselines)
        for each in scores
    )


def parts_of(pairs: list[tuple[Floats, Floats]]) -> tuple[Part, ...]:
    """Customers of all tests by forecast, in ten parts."""
    forecast, real = np.concatenate([f for f, _r in pairs]), np.concatenate([r for _f, r in pairs])
    return tuple(Part(*row) for row in figures.tenths(forecast, real))


def rounded(value: float, digits: int = 2) -> float | int:
    """A number as a sentence tells it."""
    return round(value, digits) if digits else round(value)
