"""What is bought together: pairs of articles in one purchase."""

from __future__ import annotations

from habitue.insights.reports.baskets import Pair, baskets, coded, together
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.first_products import NEEDS
from habitue.insights.reports.intervals import wilson
from habitue.insights.reports.shape import Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import lines
from habitue.kernel.text import gettext_noop as _

LEAST, MOST, SHOWN = 5, 400, 20
TOO_FEW = _("No two articles were bought together five times yet, so nothing can be said.")


def compute(m: Material) -> Outcome:
    """Pairs that belong together more than by their popularity, the most frequent first."""
    rows = m.arrow(coded(lines(m.events, timezone=m.timezone, currency=m.currency)))
    if not rows.num_rows:
        return Outcome(Say(NEEDS))
    pairs, purchases = together(baskets(rows), least=LEAST, most=MOST)
    told = told_apart(pairs)
    if not told:
        return Outcome(Say(TOO_FEW))
    first = told[0]
    says = Say(
        _("Who buys “%(one)s” often takes “%(other)s” along: %(share)s do, against %(usual)s of all purchases."),
        {
            "one": Value(first["one"], "text"),
            "other": Value(first["other"], "text"),
            "share": Value(first["share"], "share"),
            "usual": Value(first["usual"], "share"),
        },
    )
    section = Section(
        "pairs",
        _("Bought together"),
        Say(
            _("Pairs in %(purchases)s purchases (what somebody buys on one day), the most frequent first."),
            {"purchases": Value(purchases)},
        ),
        columns(_("Together")),
        tuple(told[:SHOWN]),
        Chart("bars", "share", "pair", low="low", high="high"),
        lambda row: (
            Did("Order Completed", (("products.name", "is", row["one"]),)),
            Did("Order Completed", (("products.name", "is", row["other"]),)),
        ),
        Say(_("Only pairs that come together more often than their popularity explains.")),
    )
    return Outcome(says, (section,))


def told_apart(pairs: list[Pair]) -> list[Row]:
    """Pairs whose share is above the usual one even at the low end of its interval."""
    made: list[Row] = []
    for pair in pairs:
        low, high = wilson(pair.both, pair.of)
        if low > pair.usual:
            made.append(
                {
                    "pair": f"{pair.one} + {pair.other}",
                    "one": pair.one,
                    "other": pair.other,
                    "both": pair.both,
                    "share": pair.both / pair.of,
                    "low": low,
                    "high": high,
                    "usual": pair.usual,
                }
            )
    return made


def columns(count: str) -> tuple[Column, ...]:
    """The columns of a table of pairs."""
    return (
        Column("one", _("Who buys")),
        Column("other", _("also buys")),
        Column("both", count, "number"),
        Column("share", _("Share"), "share"),
        Column("low", _("At least"), "share"),
        Column("high", _("At most"), "share"),
        Column("usual", _("Of all purchases"), "share"),
    )


REPORT = Report(
    name="basket",
    label=_("What is bought together"),
    question=_("Which articles belong side by side on the shelf and on the page?"),
    needs=NEEDS,
    theme="products",
    compute=compute,
    departments=("marketing", "sales"),
    order=32,
)
