"""Movements between the groups of customers, month by month: who became a regular, who slipped away."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from habitue.insights.days import minus_months
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.glance import GROUP_NAMES, NEEDS
from habitue.insights.reports.shape import Chart, Column, Outcome, Row, Say, Section, Value
from habitue.insights.rfm import groups_on, money_days
from habitue.kernel.text import gettext_noop as _

MONTHS = 12
NOT_YET = "not_yet"
STAYING = frozenset({"regular", "good", "promising", "new"})
LEAVING = frozenset({"at_risk", "lost", "one_time"})
WAYS = {"new": _("first purchase"), "back": _("came back"), "slipped": _("slipped away")}
NAMES = {**GROUP_NAMES, NOT_YET: _("Not yet customers")}


def moves(before: ir.Table, after: ir.Table) -> ir.Table:
    """How many people went from which group to which (origin, target, people); `not_yet` are new buyers."""
    was = before.select(old_id=before.profile_id, origin=before.rfm_group)
    now = after.select("profile_id", target=after.rfm_group)
    joined = now.left_join(was, now.profile_id == was.old_id)
    told = joined.select("target", origin=joined.origin.fill_null(NOT_YET))
    return told.group_by("origin", "target").aggregate(people=lambda t: t.count())


def compute(m: Material) -> Outcome:
    """The last whole month's movements, and people in each group at the beginning of thirteen months."""
    firsts = _firsts(m)
    days = m.keep(money_days(m.events, m.people, timezone=m.timezone, currency=m.currency))
    tables = [m.keep(groups_on(days, day)) for day in firsts]
    history = _history(m, firsts, tables)
    if not any(row["people"] for row in history):
        return Outcome(Say(_("Nobody had bought before the beginning of this month, so nobody can have moved yet.")))
    rows = _ordered(m.rows(moves(tables[-2], tables[-1])))
    slipped = sum(row["people"] for row in rows if _way(row["origin"], row["target"]) == "slipped")
    back = sum(row["people"] for row in rows if _way(row["origin"], row["target"]) == "back")
    says = Say(
        _("In %(month)s, %(slipped)s customers slipped away and %(back)s came back."),
        {"month": Value(firsts[-2], "month"), "slipped": Value(slipped), "back": Value(back)},
    )
    return Outcome(says, (_flow(firsts[-2], rows), _by_month(m, firsts, tables), _over_time(history)))


def _by_month(m: Material, firsts: list[date], tables: list[ir.Table]) -> Section:
    """How many slipped away and how many came back in each month."""
    pairs = [
        moves(before, after).mutate(place=ibis.literal(place)) for place, (before, after) in enumerate(pairwise(tables))
    ]
    counted: dict[tuple[int, str], int] = {}
    for row in m.rows(ibis.union(*pairs)):
        way = _way(row["origin"], row["target"])
        counted[row["place"], way] = counted.get((row["place"], way), 0) + row["people"]
    rows: list[Row] = [
        {"month": month, "way": way, "people": counted.get((place, way), 0)}
        for place, month in enumerate(firsts[:-1])
        for way in WAYS
    ]
    lost, won = (sum(row["people"] for row in rows if row["way"] == way) for way in ("slipped", "back"))
    return Section(
        "by_month",
        _("Month by month"),
        Say(
            _("In twelve months customers slipped away %(lost)s times and came back %(won)s times."),
            {"lost": Value(lost), "won": Value(won)},
        ),
        (
            Column("month", _("Month"), "month"),
            Column("way", _("What happened"), "choice", WAYS),
            Column("people", _("People"), "people"),
        ),
        tuple(rows),
        Chart("lines", "month", "people", series="way"),
    )


def _way(origin: str, target: str) -> str:
    if origin == NOT_YET:
        return "new"
    if origin in STAYING and target in LEAVING:
        return "slipped"
    return "back" if origin in LEAVING and target in STAYING else "same"


def _firsts(m: Material) -> list[date]:
    """The first days of thirteen months, the last one the month of today; on past data after its end."""
    today = m.today + timedelta(days=1) if m.is_past else m.today
    last = today.replace(day=1)
    return [minus_months(last, back) for back in range(MONTHS, -1, -1)]


def _history(m: Material, firsts: list[date], tables: list[ir.Table]) -> list[Row]:
    counted = [
        table.group_by("rfm_group").aggregate(people=lambda t: t.count()).mutate(place=ibis.literal(place))
        for place, table in enumerate(tables)
    ]
    found = {(row["place"], row["rfm_group"]): row["people"] for row in m.rows(ibis.union(*counted))}
    return [
        {"month": day, "group": code, "people": found.get((place, code), 0)}
        for place, day in enumerate(firsts)
        for code in GROUP_NAMES
    ]


def _ordered(rows: list[Row]) -> tuple[Row, ...]:
    place = list(NAMES)
    return tuple(sorted(rows, key=lambda row: (place.index(row["origin"]), place.index(row["target"]))))


def _flow(month: date, rows: tuple[Row, ...]) -> Section:
    moved = [row for row in rows if row["origin"] not in (row["target"], NOT_YET)]
    most = max(moved, key=lambda row: row["people"], default=None)
    says = Say(_("Nobody changed from one group to another."))
    if most is not None:
        says = Say(
            _("Most went from “%(origin)s” to “%(target)s”: %(people)s."),
            {
                "origin": Value(NAMES[most["origin"]], "choice"),
                "target": Value(NAMES[most["target"]], "choice"),
                "people": Value(most["people"], "people"),
            },
        )
    return Section(
        "moves",
        _("From group to group"),
        says,
        (
            Column("origin", _("At the beginning"), "choice", NAMES),
            Column("target", _("At the end"), "choice", NAMES),
            Column("people", _("People"), "people"),
        ),
        rows,
        Chart("flow", "origin", "target", shade="people"),
        note=Say(
            _("From the beginning of %(month)s to its end. Who stayed in the group is in the table too."),
            {"month": Value(month, "month")},
        ),
    )


def _over_time(history: list[Row]) -> Section:
    first = {row["group"]: row["people"] for row in history[: len(GROUP_NAMES)]}
    last = {row["group"]: row["people"] for row in history[-len(GROUP_NAMES) :]}
    return Section(
        "history",
        _("The groups over a year"),
        Say(
            _("Regulars: %(before)s a year ago, %(now)s now."),
            {"before": Value(first["regular"]), "now": Value(last["regular"])},
        ),
        (
            Column("month", _("Beginning of"), "month"),
            Column("group", _("Group"), "choice", GROUP_NAMES),
            Column("people", _("People"), "number"),
        ),
        tuple(row for row in history),
        Chart("lines", "month", "people", series="group"),
    )


REPORT = Report(
    name="movements",
    label=_("Movements between the groups"),
    question=_("Who became a regular last month, and who slipped away?"),
    needs=NEEDS,
    theme="customers",
    compute=compute,
    departments=("marketing",),
    order=11,
)
