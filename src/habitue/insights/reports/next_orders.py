"""The calendar of next orders: how many customers to expect in which week, from the insight that passed its test."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from habitue.insights.orders import MONEY
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.shape import Chart, Column, Computed, Outcome, Row, Say, Section, Value
from habitue.kernel.text import gettext_noop as _

NEEDS = _(
    "The insight “Next order” must have been learnt and have passed its test on your own past; its page says why not."
)
HORIZON = 90
"""How far ahead the insight looks, in days."""
SOON = 28
NEWCOMERS = _(
    "Each customer's chance to order is spread over the weeks as his or her window says: half of it within the window, "
    "a quarter before and a quarter after. Who has not bought yet is in no week, so more orders may come."
)


def mondays(today: date) -> list[date]:
    """The weeks from that of `today` to the end of the horizon, by their Mondays."""
    first = today - timedelta(days=today.weekday())
    count = -(-((today - first).days + HORIZON) // 7)
    return [first + timedelta(days=7 * place) for place in range(count)]


def weeks(due: ir.Table, worth: ir.Table | None, *, today: date) -> ir.Table:
    """One row with people, expected and money of each week (people_0, expected_0, money_0, people_1 …),
    and how many to expect in four weeks by the day (soon).

    `people` are those whose window touches the week. `due` has profile_id, chance, next_order_from, next_order_on and
    next_order_until; `worth` has profile_id, expected_orders and expected_value, None where the worth of an order is
    not known.
    """
    told = due.filter(due.next_order_on.notnull() & due.chance.notnull())
    start = ibis.literal(today)
    names = ("next_order_from", "next_order_on", "next_order_until")
    told = told.mutate(**{f"in_{name}": told[name].delta(start, unit="day").cast("float64") for name in names})
    if worth is not None:
        known = worth.filter(worth.expected_orders > 0)
        known = known.select("profile_id", each=known.expected_value.cast("float64") / known.expected_orders)
        told = told.left_join(known, "profile_id")
    columns = {}
    for place, monday in enumerate(mondays(today)):
        following = monday + timedelta(days=7)
        share = told.chance * (_reached(told, (following - today).days) - _reached(told, (monday - today).days))
        touches = (told.next_order_from < following) & (told.next_order_until >= monday)
        columns[f"people_{place}"] = touches.sum()
        columns[f"expected_{place}"] = share.sum()
        if worth is not None:
            columns[f"money_{place}"] = (share * told.each).sum().cast(MONEY)
    columns["soon"] = (told.chance * _reached(told, SOON)).sum()
    return told.aggregate(**columns)


def _reached(told: ir.Table, day: int) -> ir.Value:
    """Which part of each one's chance lies before the beginning of the day that is so many days ahead."""
    if day <= 0:
        return ibis.literal(0.0)
    if day >= HORIZON:
        return ibis.literal(1.0)
    low, middle, high = told.in_next_order_from, told.in_next_order_on, told.in_next_order_until

    def between(start: ir.Value, end: ir.Value, before: float) -> ir.Value:
        return before + 0.25 * (day - start) / ibis.greatest(end - start, 1.0)

    return ibis.cases(
        (low >= day, between(ibis.literal(0.0), low, 0.0)),
        (middle >= day, between(low, middle, 0.25)),
        (high >= day, between(middle, high, 0.5)),
        else_=between(high, ibis.literal(float(HORIZON)), 0.75),
    )


def compute(m: Material) -> Outcome:
    """Every week of the horizon; nothing where the insight has not passed its test."""
    due = m.learnt("next_order")
    if due is None:
        return Outcome(Say(NEEDS))
    (found,) = m.rows(weeks(due, m.learnt("lifetime"), today=m.today))
    rows: list[Row] = [
        {
            "week": monday,
            "people": found[f"people_{place}"] or 0,
            "expected": found[f"expected_{place}"] or 0.0,
            "money": found.get(f"money_{place}"),
        }
        for place, monday in enumerate(mondays(m.today))
    ]
    if not any(row["expected"] for row in rows):
        return Outcome(Say(NEEDS))
    has_money = any(row["money"] for row in rows)
    says = Say(
        _("About %(expected)s of your customers are to be expected with an order in the next four weeks."),
        {"expected": Value(round(found["soon"]), "people")},
    )
    return Outcome(says, (_calendar(rows, has_money),))


def _calendar(rows: list[Row], has_money: bool) -> Section:
    best = max(rows, key=lambda row: row["expected"])
    return Section(
        "weeks",
        _("Whom to expect, week by week"),
        Say(
            _("Most are to be expected in the week from %(day)s: about %(expected)s."),
            {"day": Value(best["week"], "date"), "expected": Value(round(best["expected"]), "people")},
        ),
        (
            Column("week", _("Week from"), "date"),
            Column("people", _("Customers whose window it is"), "people"),
            Column("expected", _("Customers to be expected"), "decimal"),
            *((Column("money", _("Money to be expected"), "money"),) if has_money else ()),
        ),
        tuple(rows),
        Chart("columns", "week", "expected"),
        lambda row: (
            Computed("next_order", "next_order_until", (row["week"] - timedelta(days=1)).isoformat(), "after"),
            Computed("next_order", "next_order_from", (row["week"] + timedelta(days=7)).isoformat(), "before"),
            Computed("next_order", "chance", "", "is_known"),
        ),
        Say(NEWCOMERS),
    )


REPORT = Report(
    name="next_orders",
    label=_("Calendar of next orders"),
    question=_("When do the next orders come, and from whom?"),
    needs=NEEDS,
    theme="customers",
    compute=compute,
    departments=("marketing", "sales"),
    order=14,
)
