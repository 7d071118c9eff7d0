"""Money and people by two things at once, and how far each cell is from what the margins let expect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from habitue.insights.orders import MONEY
from habitue.insights.reports.intervals import wilson
from habitue.insights.reports.shape import Row, Say
from habitue.kernel.text import gettext_noop as _

SMOOTHING = 10.0
"""How many people with the usual share are added to each row, so that small rows do not stand out by chance."""


def by_two(facts: ir.Table, one: str, two: str) -> ir.Table:
    """People and money by the columns `one` and `two` of facts (profile_id, money, …), unknowns left out."""
    known = facts.filter(facts[one].notnull() & facts[two].notnull())
    return known.group_by([one, two]).aggregate(
        people=known.profile_id.nunique(), money=known.money.sum().fill_null(0).cast(MONEY)
    )


def totals(facts: ir.Table, one: str) -> ir.Table:
    """People and money by one column, most money first."""
    known = facts.filter(facts[one].notnull())
    counted = known.group_by(one).aggregate(
        people=known.profile_id.nunique(), money=known.money.sum().fill_null(0).cast(MONEY)
    )
    return counted.order_by(
        [
            ibis.desc("money", nulls_first=False),
            ibis.desc("people", nulls_first=False),
            ibis.asc(one, nulls_first=False),
        ]
    )


def against_usual(rows: Sequence[Row], one: str, two: str) -> list[Row]:
    """The rows with `share` (of the people of `one`, how many bought in `two`), `usual` and `more`, their difference.

    Shares are smoothed: SMOOTHING people with the usual share are added to each `one`. A person counts once a cell.
    `is_sure` where the interval of the bare share, widened for so many cells, lies above the usual one; `beyond` says
    the same as a code (yes, chance).
    """
    of_one: dict[str, int] = {}
    of_two: dict[str, int] = {}
    for row in rows:
        of_one[row[one]] = of_one.get(row[one], 0) + row["people"]
        of_two[row[two]] = of_two.get(row[two], 0) + row["people"]
    everybody = sum(of_one.values())
    made = []
    for row in rows:
        usual = of_two[row[two]] / everybody
        share = (row["people"] + SMOOTHING * usual) / (of_one[row[one]] + SMOOTHING)
        low = wilson(row["people"], of_one[row[one]], tests=len(rows))[0]
        is_sure = low > usual
        more = {"share": share, "usual": usual, "more": share - usual}
        made.append({**row, **more, "is_sure": is_sure, "beyond": "yes" if is_sure else "chance"})
    return sorted(made, key=lambda row: (-row["more"], str(row[one]), str(row[two])))


def told(rows: Sequence[Row], say: Callable[[Row], Say]) -> Say:
    """The sentence about the cell that stands out most beyond chance, or that none does."""
    first = next((row for row in rows if row["is_sure"]), None)
    nobody = Say(_("They buy much the same: no difference is larger than chance makes it."))
    return nobody if first is None else say(first)


def money_of(rows: Sequence[Row]) -> Decimal:
    """The money of all rows."""
    return sum((row["money"] for row in rows), Decimal(0))
