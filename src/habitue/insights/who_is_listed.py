"""Who stands in the list of an insight, by which rule, and how many others one might look for there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from habitue.access.policy import allowed, require
from habitue.insights.card import Said
from habitue.insights.contradiction import LIKELY
from habitue.insights.groups import AT_RISK
from habitue.insights.orders import MONEY
from habitue.insights.report import report
from habitue.insights.reports.shape import SMALL
from habitue.insights.store import stored
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _

LEAVING = _(
    "Listed: %(listed)s. They bought on three days or more, have been silent for more than twice their own usual pause "
    "but not for four times, and their chance to buy in the next 90 days is below %(chance)s of 100. Likely loss with "
    "all of them in 90 days: %(loss)s. The group “At risk” counts %(group)s: also those who bought on two days only, "
    "and those who are likely to buy."
)
ONCE = _("Listed: %(listed)s, all who bought on one day only.")
SOME_ONCE = _(
    "Listed: %(listed)s of the %(everybody)s who bought on one day only. The others (%(others)s) bought so long ago "
    "that too few customers were watched for as long to tell a chance."
)


def who_is_listed(ws: Context, name: str) -> Said | None:
    """The sentence at the head of the list of an insight; None where the list needs none.

    Readers who may not see people get none where it would count fewer than ten.
    """
    require(ws.actor, "insights.read")
    tell = _SENTENCES.get(name)
    if tell is None:
        return None
    said = tell(ws)
    counts = [value for value in said.params.values() if isinstance(value, int)]
    if not allowed(ws.actor, "people.read") and any(0 < count < SMALL for count in counts):
        return None
    return said


def _leaving(ws: Context) -> Said:
    table = stored(ws, "churn").table
    row = _row(
        ws,
        table.aggregate(
            listed=table.is_at_risk.sum(), loss=table.money_in_danger.sum(where=table.is_at_risk).cast(MONEY)
        ),
    )
    group = next(each.people for each in report(ws).groups if each.group.code == AT_RISK)
    told = {"listed": row["listed"] or 0, "loss": row["loss"] or Decimal(0)}
    return Said(LEAVING, {**told, "chance": round(100 * LIKELY), "group": group})


def _once(ws: Context) -> Said:
    table = stored(ws, "second_purchase").table
    row = _row(ws, table.aggregate(everybody=table.count(), listed=table.p_second.count()))
    others = row["everybody"] - row["listed"]
    return Said(SOME_ONCE, {**row, "others": others}) if others else Said(ONCE, {"listed": row["listed"]})


_SENTENCES: Mapping[str, Callable[[Context], Said]] = {"churn": _leaving, "second_purchase": _once}


def _row(ws: Context, table: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows[0]
