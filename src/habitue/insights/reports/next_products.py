"""What follows what: articles of the next purchase by what was bought before."""

from __future__ import annotations

from habitue.insights.reports.basket import columns, told_apart
from habitue.insights.reports.baskets import baskets, coded, following
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.first_products import NEEDS
from habitue.insights.reports.shape import Chart, Did, Outcome, Say, Section, Value
from habitue.insights.reports.sold import lines
from habitue.kernel.text import gettext_noop as _

LEAST, MOST, SHOWN = 5, 2_000, 20


def compute(m: Material) -> Outcome:
    """Pairs of an article and one of the same person's next purchase."""
    rows = m.arrow(coded(lines(m.events, timezone=m.timezone, currency=m.currency)))
    if not rows.num_rows:
        return Outcome(Say(NEEDS))
    pairs, purchases = following(baskets(rows), least=LEAST, most=MOST)
    told = told_apart(pairs)
    if not told:
        return Outcome(Say(_("Too few customers came back with other articles to say what follows what.")))
    first = told[0]
    says = Say(
        _("After “%(one)s” comes “%(other)s”: %(share)s take it the next time, against %(usual)s of all."),
        {
            "one": Value(first["one"], "text"),
            "other": Value(first["other"], "text"),
            "share": Value(first["share"], "share"),
            "usual": Value(first["usual"], "share"),
        },
    )
    shown = tuple({**row, "pair": f"{row['one']} → {row['other']}"} for row in told[:SHOWN])
    section = Section(
        "following",
        _("The next purchase"),
        Say(
            _("Seen in %(purchases)s purchases (what somebody buys on one day) that had a next one."),
            {"purchases": Value(purchases)},
        ),
        columns(_("Times")),
        shown,
        Chart("bars", "share", "pair", low="low", high="high"),
        lambda row: (
            Did("Order Completed", (("products.name", "is", row["one"]),)),
            Did("Order Completed", (("products.name", "is", row["other"]),), is_never=True),
        ),
        Say(_("The list behind a row: who bought the first article and has never bought the other.")),
    )
    return Outcome(says, (section,))


REPORT = Report(
    name="next_products",
    label=_("What follows what"),
    question=_("What will somebody want next, after what they bought?"),
    needs=NEEDS,
    theme="products",
    compute=compute,
    departments=("marketing",),
    order=31,
)
