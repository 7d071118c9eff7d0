"""Journeys of customers: what happened between the first contact and the first order, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.shape import Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import standing, text_of
from habitue.kernel.text import gettext_noop as _
from habitue.quality.events import EVENTS

NEEDS = _("Import orders, and what came before them: contacts, sign-ups, consents, visits of pages, campaigns.")
STEPS, MOST, LEAST = 4, 12, 10
SEPARATOR = "\x1f"
STRAIGHT = "straight"
BEGINNINGS = {STRAIGHT: _("The first thing known is the order"), **{name: kind.label for name, kind in EVENTS.items()}}


def first_orders(events: ir.Table) -> ir.Table:
    """The first order that stands of each person (profile_id, ordered_at)."""
    placed = standing(events)
    return placed.group_by("profile_id").aggregate(ordered_at=placed["at"].min())


def steps(events: ir.Table, ordered: ir.Table) -> ir.Table:
    """What each buyer did before the first order (profile_id, name, channel, at, ordered_at), each name once."""
    told = events.filter((events.type == "track") & events["name"].notnull() & ~events["name"].startswith("Order "))
    before = told.inner_join(ordered, "profile_id")
    before = before.filter(before["at"] < before.ordered_at)
    window = ibis.window(
        group_by=[before.profile_id, before["name"]],
        order_by=[before["at"].asc(nulls_first=False), before.seq.asc(nulls_first=False)],
    )
    first = before.mutate(
        place=ibis.row_number().over(window),
        channel=text_of(before.properties, "channel"),
    )
    kept = first.filter(first.place == 0)
    order = ibis.window(
        group_by=kept.profile_id,
        order_by=[kept["at"].asc(nulls_first=False), kept.seq.asc(nulls_first=False)],
    )
    return kept.select("profile_id", "name", "channel", "at", "ordered_at", place=ibis.row_number().over(order))


def paths(taken: ir.Table, ordered: ir.Table, *, timezone: str) -> ir.Table:
    """One row a buyer (profile_id, path, began, channel, wait_days); `path` joins up to STEPS names by SEPARATOR."""
    shown = taken.filter(taken.place < STEPS)
    told = shown.group_by("profile_id").aggregate(
        path=shown["name"].group_concat(SEPARATOR, order_by=shown.place.asc(nulls_first=False)),
        began=shown["name"].max(where=shown.place == 0),
        channel=shown.channel.max(where=shown.place == 0),
        began_at=shown["at"].min(),
    )
    joined = ordered.left_join(told, "profile_id")
    wait = local_day(joined.ordered_at, timezone).delta(local_day(joined.began_at, timezone), unit="day")
    return joined.select(
        "profile_id",
        path=joined.path.fill_null(STRAIGHT),
        began=joined.began.fill_null(STRAIGHT),
        channel=joined.channel,
        wait_days=wait.fill_null(0),
    )


def counted(walked: ir.Table, *columns: str) -> ir.Table:
    """People and the median of the days until the order, by columns, most people first."""
    grouped = walked.group_by(list(columns)).aggregate(
        people=walked.count(), wait=walked.wait_days.quantile(0.5).cast("float64")
    )
    order = [ibis.desc("people", nulls_first=False), *(ibis.asc(name, nulls_first=False) for name in columns)]
    return grouped.order_by(order)


def compute(m: Material) -> Outcome:
    """How journeys begin, and the paths that are walked most."""
    ordered = first_orders(m.events)
    walked = m.keep(paths(steps(m.events, ordered), ordered, timezone=m.timezone))
    begun = m.rows(counted(walked, "began", "channel"))
    if not begun:
        return Outcome(Say(NEEDS))
    everybody = sum(row["people"] for row in begun)
    straight = sum(row["people"] for row in begun if row["began"] == STRAIGHT)
    if straight == everybody:
        return Outcome(Say(_("Nothing is known of the customers before their first order.")))
    known = [row for row in begun if row["began"] != STRAIGHT]
    began, people = _most_often(known)
    says = Say(
        _(
            "%(share)s of the buyers were known before their first order. Among these, “%(began)s” was the first most "
            "often: %(part)s of them."
        ),
        {
            "share": Value(1 - straight / everybody, "share"),
            "began": Value(BEGINNINGS.get(began, began), "choice"),
            "part": Value(people / (everybody - straight), "share"),
        },
    )
    walks = m.rows(counted(walked, "path").limit(MOST))
    return Outcome(says, (_paths(walks, everybody), _beginnings(known[:MOST], everybody)))


def _most_often(known: Sequence[Row]) -> tuple[str, int]:
    """The first contact of most people over all channels, and how many they are."""
    counts: dict[str, int] = {}
    for row in known:
        counts[row["began"]] = counts.get(row["began"], 0) + row["people"]
    return min(counts.items(), key=lambda item: (-item[1], item[0]))


def _slowest(told: Sequence[Row]) -> Say:
    """Which path takes longest; the time of a few people says nothing of a path."""
    walked = [row for row in told if row["people"] >= LEAST]
    if not walked:
        return Say(_("No path was walked by %(least)s people, too few to compare how long they take."),
                   {"least": Value(LEAST)})  # fmt: skip
    return Say(
        _("On the slowest path walked by at least %(least)s people, half of them took longer than %(days)s."),
        {"least": Value(LEAST), "days": Value(round(max(row["wait"] for row in walked)), "days")},
    )


def _paths(walks: Sequence[Row], everybody: int) -> Section:
    told = []
    for row in walks:
        names = row["path"].split(SEPARATOR)
        told.append({**row, "steps": tuple(names), "share": row["people"] / everybody})
    return Section(
        "paths",
        _("The paths walked most"),
        _slowest(told),
        (
            Column("steps", _("Before the first order"), "steps", BEGINNINGS),
            Column("people", _("People"), "people"),
            Column("share", _("Share of the buyers"), "share"),
            Column("wait", _("Days until the order (half took longer)"), "number"),
        ),
        tuple(told),
        Chart("bars", "people", "steps"),
        note=Say(_("What happened several times is told once, at its first time; at most four steps.")),
    )


def _beginnings(rows: Sequence[Row], everybody: int) -> Section:
    told = tuple({**row, "share": row["people"] / everybody} for row in rows)
    return Section(
        "beginnings",
        _("What began it"),
        Say(
            _("After “%(began)s”, the most frequent beginning here, half took longer than %(days)s until the order."),
            {
                "began": Value(BEGINNINGS.get(told[0]["began"], told[0]["began"]), "choice"),
                "days": Value(round(told[0]["wait"]), "days"),
            },
        ),
        (
            Column("began", _("First contact"), "choice", BEGINNINGS),
            Column("channel", _("Channel")),
            Column("people", _("People"), "people"),
            Column("share", _("Share of the buyers"), "share"),
            Column("wait", _("Days until the order (half took longer)"), "number"),
        ),
        told,
        Chart("bars", "people", "began"),
        lambda row: (Did(row["began"]), Did("Order Completed")),
        Say(_("The list behind a row: buyers who ever did this, not only those who began with it.")),
    )


REPORT = Report(
    name="journeys",
    label=_("Journeys to the first order"),
    question=_("What happens between the first contact and the first order, and how long does it take?"),
    needs=NEEDS,
    theme="customers",
    compute=compute,
    departments=("marketing",),
    order=13,
)
