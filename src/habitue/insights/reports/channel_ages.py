"""Where which age buys: the channels of the orders of the last twelve months by age group."""

from __future__ import annotations

from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.cross import against_usual, by_two, told, totals
from habitue.insights.reports.shape import Chart, Column, Outcome, Say, Section, Value
from habitue.insights.reports.sold import orders_told
from habitue.insights.reports.who import AGES, customers
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import birth dates of customers who have orders, and orders from more than one shop, till or channel.")

MOST = 10


def compute(m: Material) -> Outcome:
    """Buyers by age group and channel, against what is usual."""
    since, until = m.year
    placed = orders_told(m.events, timezone=m.timezone, currency=m.currency)
    placed = placed.filter((placed["on"] >= since) & (placed["on"] <= until))
    facts = m.keep(placed.inner_join(customers(m.people, today=m.today), "profile_id"))
    largest = [row["channel"] for row in m.rows(totals(facts, "channel").limit(MOST))]
    facts = facts.filter(facts.channel.isin(largest))
    rows = against_usual(m.rows(by_two(facts, "age_group", "channel")), "age_group", "channel")
    if len({row["channel"] for row in rows}) < 2 or len({row["age_group"] for row in rows}) < 2:
        return Outcome(Say(NEEDS))
    says = told(
        rows,
        lambda first: Say(
            _("Those %(age)s use %(channel)s more than others: %(share)s of them against %(usual)s."),
            {
                "age": Value(AGES[first["age_group"]], "choice"),
                "channel": Value(first["channel"], "text"),
                "share": Value(first["share"], "share"),
                "usual": Value(first["usual"], "share"),
            },
        ),
    )
    section = Section(
        "ages",
        _("Channels by age"),
        Say(_("Of the buyers of each age, how many used which channel, against the average of all ages.")),
        (
            Column("age_group", _("Age"), "choice", AGES),
            Column("channel", _("Channel")),
            Column("people", _("Buyers"), "people"),
            Column("money", _("Money"), "money"),
            Column("share", _("Share"), "share"),
            Column("usual", _("Usual share"), "share"),
            Column("more", _("Points above usual"), "points"),
        ),
        tuple(rows),
        Chart("heat", "channel", "age_group", shade="more"),
        note=Say(_("A channel is the store, else the sales channel of the order, else the source that it came from.")),
    )
    return Outcome(says, (section,))


REPORT = Report(
    name="channel_ages",
    label=_("Which age buys where"),
    question=_("Through which channel does each age group buy?"),
    needs=NEEDS,
    theme="places",
    compute=compute,
    departments=("marketing",),
    order=42,
)
