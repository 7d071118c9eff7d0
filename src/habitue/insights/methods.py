"""What the methods are called, in words for people (msgids)."""

from __future__ import annotations

from collections.abc import Mapping

from habitue.kernel.text import gettext_noop as _

ORDER_METHODS: Mapping[str, str] = {
    "bgnbd": _("purchase model (BG/NBD)"),
    "nbd": _("purchase model without leaving (NBD)"),
    "boosting": _("gradient boosting"),
    "correction": _("purchase model corrected by boosting"),
    "regression": _("Poisson regression"),
    "mean": _("mean of purchase model and boosting"),
    "mean_corrected": _("mean of purchase model and its correction"),
    "mean_of_three": _("mean of purchase model, boosting and regression"),
    "mean_of_four": _("mean of purchase model, boosting, correction and regression"),
    "mean_of_learned": _("mean of correction and regression"),
    "bgnbd_season": _("purchase model with the season of the year before"),
    "mean_season": _("mean of purchase model and boosting with the season of the year before"),
    "mean_corrected_season": _("mean of purchase model and its correction with the season of the year before"),
    "last_period": _("the same as in the period before"),
    "everybody_alike": _("everybody alike"),
}
CHANCE_METHODS: Mapping[str, str] = {
    "closed": _("purchase model (BG/NBD)"),
    "logistic": _("logistic regression on five figures"),
    "boosting": _("gradient boosting"),
    "mean": _("mean of purchase model and logistic regression"),
    "mean_of_three": _("mean of purchase model, logistic regression and boosting"),
    "everybody_alike": _("everybody alike"),
    "own_rhythm": _("overdue against the own rhythm"),
}
WORTH_METHODS: Mapping[str, str] = {
    "gamma_gamma": _("gamma-gamma model"),
    "shrunk_mean": _("own mean, drawn to that of all"),
    "own_mean": _("own mean"),
    "shop_mean": _("the mean of all"),
    "last_period": _("the same as in the period before"),
}
WAIT_METHODS: Mapping[str, str] = {
    "lomax": _("purchase model, cut off at the horizon"),
    "own_gap": _("last purchase plus the usual pause"),
    "everybody_alike": _("everybody alike"),
}
