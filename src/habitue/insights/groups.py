"""The named groups of customers: what they mean, in plain words, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from habitue.insights.models.histories import Floats, Ints
from habitue.kernel.text import gettext_noop as _

OVERDUE_AFTER = 2
LOST_AFTER = 4
LOST, GOOD, AT_RISK = "lost", "good", "at_risk"
YEAR_DAYS = 365
VALUE_DAYS = 730
TOP_PARTS = 5
"""Scores are fifths, and the valuable ones are the first of five."""


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    """A named group; `label`, `definition` and `advice` are msgids."""

    code: str
    label: str
    definition: str
    advice: str


GROUPS: Mapping[str, CustomerGroup] = {
    group.code: group
    for group in (
        CustomerGroup(
            "regular",
            _("Regulars"),
            _("Bought on three days or more, at least as often as is usual here, and are on time."),
            _("Thank them and keep them: early access, a small present, no discounts they do not need."),
        ),
        CustomerGroup(
            GOOD,
            _("Good customers"),
            _("Bought on three days or more, less often than is usual here, and are on time."),
            _("Show them what fits their last purchase, a little before their next one is due."),
        ),
        CustomerGroup(
            "promising",
            _("Promising"),
            _("Bought on two days, the last time not long ago."),
            _("A third purchase makes a habit: remind them in time of what they liked."),
        ),
        CustomerGroup(
            "new",
            _("New"),
            _("Bought on one day so far, not long ago."),
            _("Welcome them and help them to a good start; invite them to a second purchase."),
        ),
        CustomerGroup(
            AT_RISK,
            _("At risk"),
            _(
                "Came back before, and have now been silent for more than twice their usual pause; after two purchases "
                "only, the usual pause of the shop counts, or their own if that is longer."
            ),
            _("Write to them today, the valuable ones personally; ask what is missing."),
        ),
        CustomerGroup(
            LOST,
            _("Lost"),
            _(
                "Came back before, and have now been silent for more than four times their usual pause; after two "
                "purchases only, the usual pause of the shop counts, or their own if that is longer."
            ),
            _("One last good offer, then let them rest; ask why they left."),
        ),
        CustomerGroup(
            "one_time",
            _("One-time buyers"),
            _("Bought on one day only, and that is more than twice the usual pause ago."),
            _("Find out what first buyers lack; a second purchase is best won early."),
        ),
    )
}


def group_column(table: ir.Table) -> ir.StringValue:
    """The code of each row's group from frequency, recency_days, rhythm_days and shop_gap_days."""
    return ibis.cases(*_cases(table.frequency, table.recency_days, table.rhythm_days, table.shop_gap_days), else_=GOOD)


def group_codes(frequency: Ints, recency: Ints, rhythm: Floats, shop_gap: float) -> pa.Array:
    """The same for arrays."""
    conditions, codes = zip(*_cases(frequency, recency, rhythm, shop_gap), strict=True)
    code = np.select(list(conditions), list(range(len(codes))), len(codes))
    return pa.array([*codes, GOOD], pa.string()).take(pa.array(code))


def _cases(frequency: Any, recency: Any, rhythm: Any, shop_gap: Any) -> list[tuple[Any, str]]:
    """What must hold of columns or arrays for each group, the first that holds; who fulfils none of them is GOOD."""
    is_late, is_very_late = recency > rhythm * OVERDUE_AFTER, recency > rhythm * LOST_AFTER
    return [
        ((frequency == 1) & ~is_late, "new"),
        (frequency == 1, "one_time"),
        (is_very_late, LOST),
        (is_late, AT_RISK),
        (frequency == 2, "promising"),
        (rhythm <= shop_gap, "regular"),
    ]
