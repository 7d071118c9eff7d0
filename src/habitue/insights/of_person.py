"""What the insights say of one person: the value, between what bounds, and why, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from habitue.access.policy import require
from habitue.insights.card import Card, Said
from habitue.insights.catalogue import insights
from habitue.insights.contradiction import contradiction
from habitue.insights.facts_book import NEWEST
from habitue.insights.listing import ORDER, why_of
from habitue.insights.reasons import RARE
from habitue.insights.store import card, stored
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """One insight of one person; `label` is a msgid, `within` tells the bounds and `why` the reason where known.

    `as_of` is said where the data ended before today.
    """

    insight: str
    label: str
    value: Said
    within: Said | None = None
    why: Said | None = None
    as_of: Said | None = None


def told(ws: Context, profile_id: str) -> Sequence[Told]:
    """Every learnt insight that passed its test and says something of this person; nothing is learnt for it."""
    require(ws.actor, "people.read")
    found = []
    for name in ORDER:
        shown = _shown(ws, name, profile_id)
        if shown is None:
            continue
        tested, row = shown
        as_of = next((each for each in tested.sentences if each.message == NEWEST), None)
        label = _LABELS.get(name, insights()[name].label)
        said = _SAYS[name](row, tested.days)
        found += [Told(name, label, value, within, why, as_of) for value, within, why in said]
    return found


def doubt(ws: Context, profile_id: str, group: str) -> Said | None:
    """Why the forecast says something else of this person than the group, and which to believe."""
    require(ws.actor, "people.read")
    shown = _shown(ws, "churn", profile_id)
    return None if shown is None else contradiction(group, shown[1]["p_buys"], shown[0])


def _shown(ws: Context, name: str, profile_id: str) -> tuple[Card, Row] | None:
    """The card of an insight and its row of a person; None where it did not pass its test or says nothing of them."""
    kept = card(ws, name)
    if kept is None or not kept.card.is_shown:
        return None
    table = stored(ws, name).table
    rows = ws.lake.con.to_pyarrow(table.filter(table.profile_id == profile_id).limit(1)).to_pylist()
    return (kept.card, rows[0]) if rows else None


NEXT_TO_NOTHING = 1
"""A lower bound of less money than this is none: “up to” says the same."""
_LABELS = {"personas": _("Customers like this one")}
Sentences = Sequence[tuple[Said, Said | None, Said | None]]


def lifetime(row: Row, days: int) -> Sentences:
    """The money to expect, with its bounds; “up to” where the lower one is next to nothing."""
    if row["expected_value"] is None:
        return []
    value = Said(_("%(money)s to expect in %(days)s days"), {"money": row["expected_value"], "days": days})
    bounds = {"low": row["expected_value_low"], "high": row["expected_value_high"]}
    if bounds["low"] < NEXT_TO_NOTHING:
        return [(value, Said(_("up to %(high)s in eight of ten cases"), {"high": bounds["high"]}), None)]
    return [(value, Said(_("between %(low)s and %(high)s in eight of ten cases"), bounds), None)]


def _churn(row: Row, days: int) -> Sentences:
    if row["p_buys"] is None:
        return []
    chance = {"chance": round(100 * row["p_buys"]), "days": days}
    loss = {"money": row["money_in_danger"], "days": days}
    is_told = row["is_at_risk"] and row["money_in_danger"]
    within = Said(_("likely loss in %(days)s days: %(money)s"), loss) if is_told else None
    return [(Said(_("buys within %(days)s days: %(chance)s of 100 like this one do"), chance), within, why_of(row))]


def next_order(row: Row, days: int) -> Sentences:
    """The day to expect, with its window; no day for somebody who hardly comes any more."""
    if row["next_order_on"] is None:
        return []
    if row["chance"] is not None and row["chance"] < RARE:
        return [(Said(_("hardly any more within %(days)s days"), {"days": days}), None, None)]
    window = {"from": row["next_order_from"], "until": row["next_order_until"], "days": days}
    within = Said(_("if within %(days)s days: in half of the cases between %(from)s and %(until)s"), window)
    return [(Said(_("about %(day)s"), {"day": row["next_order_on"]}), within, None)]


def _second_purchase(row: Row, days: int) -> Sentences:
    if row["p_second"] is None:
        return []
    value = {"chance": round(100 * row["p_second"]), "days": days}
    message = _("comes back within %(days)s days: %(chance)s of 100 like this one do")
    why = Said(_("now is the time in which half of the second purchases come")) if row["is_in_window"] else None
    return [(Said(message, value), None, why)]


def _affinity(row: Row, _days: int) -> Sentences:
    found: list[tuple[Said, Said | None, Said | None]] = []
    if row["buy_again"]:
        found.append((Said(_("again: %(product)s"), {"product": row["buy_again"]}), None, None))
    if row["new_for_you"]:
        found.append((Said(_("new: %(product)s"), {"product": row["new_for_you"]}), None, None))
    return found


def _personas(row: Row, _days: int) -> Sentences:
    most = why_of(row) if row["persona"] else None
    return [(most, None, None)] if most else []


def habits(row: Row, _days: int) -> Sentences:
    """Where and when somebody is most active, and in how many of ten cases; nothing where that is hardly one."""
    found: list[tuple[Said, Said | None, Said | None]] = []
    for kind, words in _BEST.items():
        best, share = row[f"best_{kind}"], row[f"{kind}_share"]
        times = 0 if best is None else round(10 * share)
        if times:
            value = Said(words[best]) if words else Said(_("Most active around %(hour)s:00"), {"hour": best})
            often = Said(_("about %(times)s of 10 times"), {"times": times})
            found.append((value, often if times < MOST_TIMES else Said(_("nearly always")), None))
    return found


MOST_TIMES = 10
_BEST: Mapping[str, Mapping[str, str]] = {
    "channel": {
        "email": _("Most active by e-mail"),
        "phone": _("Most active on the phone"),
        "sms": _("Most active by text message"),
        "chat": _("Most active in the chat"),
        "letter": _("Most active by letter"),
        "visit": _("Most active on visits"),
        "store": _("Most active in the shop on site"),
        "web": _("Most active on the website"),
    },
    "weekday": {
        "1": _("Most active on Mondays"),
        "2": _("Most active on Tuesdays"),
        "3": _("Most active on Wednesdays"),
        "4": _("Most active on Thursdays"),
        "5": _("Most active on Fridays"),
        "6": _("Most active on Saturdays"),
        "7": _("Most active on Sundays"),
    },
    "hour": {},
}
"""What is said of each best channel, weekday and hour; an hour is written as a number."""


_SAYS: Mapping[str, Callable[[Row, int], Sentences]] = {
    "lifetime": lifetime,
    "churn": _churn,
    "next_order": next_order,
    "second_purchase": _second_purchase,
    "affinity": _affinity,
    "personas": _personas,
    "engagement": habits,
}
