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
WEEKS = 13
SOON = timedelta(days=28)
_MONDAY = date(2001, 1, 1)
NEWCOMERS = _(
    "Each customer counts in the week of the day in the middle of his or her window, with the chance to order at all: "
    "ten with a chance of 30%% count as three. Who has not bought yet is in no week, so more orders may come."
)


def to_come(due: ir.Table, *, today: date) -> ir.Table:
    """Who is still to come: their day lies ahead and their chance is known."""
    return due.filter(due.next_order_on.notnull() & due.chance.notnull() & (due.next_order_on > today))


def soon(due: ir.Table, *, today: date) -> ir.Table:
    """How many orders to expect within four weeks, day by day (expected)."""
    told = to_come(due, today=today)
    return told.filter(told.next_order_on <= today + SOON).aggregate(expected=lambda t: t.chance.sum())


def weeks(due: ir.Table, worth: ir.Table | None, *, today: date) -> ir.Table:
    """By week, counted from a Monday (number, people, expected, money): who is due, how many to expect, their money.

    `due` has profile_id, next_order_on and chance; `worth` has profile_id, expected_orders and expected_value, None
    where the worth of an order is not known.
    """
    told = to_come(due, today=today)
    told = told.mutate(number=told.next_order_on.delta(ibis.literal(_MONDAY), unit="day").cast("int64") // 7)
    if worth is None:
        counted = told.group_by("number").aggregate(people=lambda t: t.count(), expected=lambda t: t.chance.sum())
        return counted.order_by("number")
    known = worth.filter(worth.expected_orders > 0)
    known = known.select("profile_id", each=known.expected_value.cast("float64") / known.expected_orders)
    priced = told.left_join(known, "profile_id").mutate(brings=lambda t: (t.chance * t.each).cast(MONEY))
    counted = priced.group_by("number").aggregate(
        people=lambda t: t.count(),
        expected=lambda t: t.chance.sum(),
        money=lambda t: t.brings.sum().cast(MONEY),
    )
    return counted.order_by("number")


def compute(m: Material) -> Outcome:
    """Every week of the horizon; nothing where the insight has not passed its test."""
    due = m.learnt("next_order")
    if due is None:
        return Outcome(Say(NEEDS))
    counted = m.rows(weeks(due, m.learnt("lifetime"), today=m.today))
    found = {_MONDAY + timedelta(days=7 * row["number"]): row for row in counted}
    if not found:
        return Outcome(Say(NEEDS))
    rows = _every_week(found)
    expected, has_money = m.rows(soon(due, today=m.today))[0]["expected"], any(row["money"] for row in rows)
    says = Say(
        _("About %(expected)s of your customers are to be expected with an order in the next four weeks."),
        {"expected": Value(round(expected or 0), "people")},
    )
    return Outcome(says, (_calendar(rows, has_money, m.today),))


def _every_week(found: dict[date, Row]) -> list[Row]:
    """Without gaps, for a week in which nobody is due says something, too."""
    first = min(found)
    count = min((max(found) - first).days // 7 + 1, WEEKS)
    nothing: Row = {"people": 0, "expected": 0.0, "money": None}
    mondays = [first + timedelta(days=7 * number) for number in range(count)]
    return [{**nothing, **found.get(day, {}), "week": day} for day in mondays]


def _calendar(rows: list[Row], has_money: bool, today: date) -> Section:
    best = max(rows, key=lambda row: row["expected"])
    return Section(
        "weeks",
        _("Whom to expect, week by week"),
        Say(
            _("Most are due in the week from %(day)s: about %(expected)s."),
            {"day": Value(best["week"], "date"), "expected": Value(round(best["expected"]), "people")},
        ),
        (
            Column("week", _("Week from"), "date"),
            Column("people", _("Customers who are due"), "people"),
            Column("expected", _("Of them to be expected"), "decimal"),
            *((Column("money", _("Money to be expected"), "money"),) if has_money else ()),
        ),
        tuple(rows),
        Chart("columns", "week", "expected"),
        lambda row: _behind(row["week"], today),
        Say(NEWCOMERS),
    )


def _behind(week: date, today: date) -> tuple[Computed, ...]:
    """Those whom the table counts in a week: of the running one only the days that lie ahead."""
    after = max(week - timedelta(days=1), today)
    return (
        Computed("next_order", "next_order_on", after.isoformat(), "after"),
        Computed("next_order", "next_order_on", (week + timedelta(days=7)).isoformat(), "before"),
        Computed("next_order", "chance", "", "is_known"),
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
