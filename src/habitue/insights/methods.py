"""What the methods are called, in words for people (msgids)."""

from __future__ import annotations

from collections.abc import Mapping

from habitue.kernel.text import gettext_noop as _

ORDER_METHODS: Mapping[str, str] = {
    "bgnbd": _("purchase model"),
    "nbd": _("purchase model without leaving"),
    "boosting": _("decision trees"),
    "correction": _("purchase model corrected by decision trees"),
    "regression": _("regression"),
    "mean": _("mean of purchase model and decision trees"),
    "mean_corrected": _("mean of purchase model and its correction"),
    "mean_of_three": _("mean of purchase model, decision trees and regression"),
    "mean_of_four": _("mean of purchase model, decision trees, correction and regression"),
    "mean_of_learned": _("mean of correction and regression"),
    "bgnbd_season": _("purchase model with the season of the year before"),
    "mean_season": _("mean of purchase model and decision trees with the season of the year before"),
    "mean_corrected_season": _("mean of purchase model and its correction with the season of the year before"),
    "last_period": _("the same as in the period before"),
    "everybody_alike": _("everybody alike"),
}
CHANCE_METHODS: Mapping[str, str] = {
    "closed": _("purchase model"),
    "logistic": _("regression on five figures"),
    "boosting": _("decision trees"),
    "mean": _("mean of purchase model and regression"),
    "mean_of_three": _("mean of purchase model, decision trees and regression"),
    "everybody_alike": _("everybody alike"),
    "own_rhythm": _("overdue against the own rhythm"),
}
WORTH_METHODS: Mapping[str, str] = {
    "gamma_gamma": _("model of the value of purchases"),
    "shrunk_mean": _("own mean, drawn to that of all"),
    "own_mean": _("own mean"),
    "shop_mean": _("the mean of all"),
    "last_period": _("the same as in the period before"),
}
WAIT_METHODS: Mapping[str, str] = {
    "lomax": _("purchase model"),
    "own_gap": _("last purchase plus the usual pause"),
    "everybody_alike": _("everybody alike"),
}
