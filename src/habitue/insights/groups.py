"""The named groups of customers: what they mean, in plain words, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from habitue.insights.models.histories import Floats, Ints
from habitue.kernel.text import gettext_noop as _

OVERDUE_AFTER = 2
LOST_AFTER = 4
LOST = "lost"
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
            "good",
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
            "at_risk",
            _("At risk"),
            _("Came back before, and have now been silent for more than twice their usual pause."),
            _("Write to them today, the valuable ones personally; ask what is missing."),
        ),
        CustomerGroup(
            LOST,
            _("Lost"),
            _("Came back before, and have now been silent for more than four times their usual pause."),
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


def group_of(*, purchases: int, silence_days: int, rhythm_days: float, shop_gap_days: float) -> str:
    """The code of the group of one person; `group_column` says the same for a table."""
    late = silence_days / rhythm_days
    if purchases == 1:
        return "new" if late <= OVERDUE_AFTER else "one_time"
    if late > LOST_AFTER:
        return LOST
    if late > OVERDUE_AFTER:
        return "at_risk"
    if purchases == 2:
        return "promising"
    return "regular" if rhythm_days <= shop_gap_days else "good"


def group_column(table: ir.Table) -> ir.StringValue:
    """The code of each row's group from frequency, recency_days, rhythm_days and shop_gap_days."""
    late = table.recency_days > table.rhythm_days * OVERDUE_AFTER
    very_late = table.recency_days > table.rhythm_days * LOST_AFTER
    return ibis.cases(
        ((table.frequency == 1) & ~late, "new"),
        (table.frequency == 1, "one_time"),
        (very_late, LOST),
        (late, "at_risk"),
        (table.frequency == 2, "promising"),
        (table.rhythm_days <= table.shop_gap_days, "regular"),
        else_="good",
    )


def group_codes(frequency: Ints, recency: Ints, rhythm: Floats, shop_gap: float) -> pa.Array:
    """The same for arrays."""
    is_late, is_very_late = recency > rhythm * OVERDUE_AFTER, recency > rhythm * LOST_AFTER
    cases = {
        "new": (frequency == 1) & ~is_late,
        "one_time": frequency == 1,
        LOST: is_very_late,
        "at_risk": is_late,
        "promising": frequency == 2,
        "regular": rhythm <= shop_gap,
    }
    code = np.select(list(cases.values()), list(range(len(cases))), len(cases))
    return pa.array([*cases, "good"], pa.string()).take(pa.array(code))
