"""Who may be reached for a purpose: the lawful basis as part of the expression, not a filter that one may forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.privacy import purposes

REASONS = {
    "no_consent": _("never agreed"),
    "withdrawn": _("took their consent back or objected"),
    "no_email": _("have no e-mail address"),
    "no_phone": _("have no phone number"),
    "no_post": _("have no postal address"),
}
_ADDRESS = {"email": "email", "phone": "phone", "post": "street"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many people are left out for one reason; `message` is a phrase that follows the number."""

    code: str
    message: str
    people: int


@dataclass(frozen=True, slots=True)
class Reach:
    """Of all members, how many may be reached for a purpose, and who is left out, most first."""

    total: int
    included: int
    left_out: tuple[LeftOut, ...]


def reasons(ws: Context, members: ir.Table, *, purpose_id: str, channel: str | None = None) -> ir.Table:
    """The members (profile_id) with a column `reason`: null where the purpose allows, else a key of REASONS.

    `channel` narrows the purpose's own channel (email, phone, post); `any` asks for no address.
    """
    with ws.register.read() as conn:
        purpose = purposes.get(conn, purpose_id)
    channel = channel or purpose.channel
    people = ws.lake.table("people")
    consents = ws.lake.table("consents").filter(lambda t: t.purpose == purpose_id)
    if channel != "any":
        consents = consents.filter(lambda t: t.channel.isin([channel, "any"]))
    # The last word counts, whichever channel it was about; at the same instant a withdrawal wins.
    order = [ibis.desc("at"), ibis.desc("state")]
    ranked = consents.mutate(place=ibis.row_number().over(group_by="profile_id", order_by=order))
    last = ranked.filter(ranked.place == 0)
    latest = last.select("profile_id", given=last.state == "given", withdrawn=last.state == "withdrawn")
    joined = (
        members.select("profile_id")
        .distinct()
        .left_join(latest, "profile_id")
        .select("profile_id", "given", "withdrawn")
    )
    joined = joined.left_join(people.select("profile_id", "email", "phone", "street"), "profile_id")
    joined = joined.select("profile_id", "given", "withdrawn", "email", "phone", "street")
    branches = [(joined.withdrawn.fill_null(False), "withdrawn")]
    if purpose.basis == "consent":
        branches.append((~joined.given.fill_null(False), "no_consent"))
    if channel in _ADDRESS:
        address = joined[_ADDRESS[channel]]
        branches.append((address.isnull() | (address == ""), f"no_{channel}"))
    return joined.select("profile_id", reason=ibis.cases(*branches, else_=ibis.null("string")))


def reachable(ws: Context, members: ir.Table, purpose_id: str, channel: str | None = None) -> ir.Table:
    """The members (profile_id) whom the purpose allows to reach."""
    table = reasons(ws, members, purpose_id=purpose_id, channel=channel)
    return table.filter(table.reason.isnull()).select("profile_id")


def reach(ws: Context, members: ir.Table, purpose_id: str, channel: str | None = None) -> Reach:
    """How many members the purpose allows to reach, and why not the others, counted in one pass."""
    table = reasons(ws, members, purpose_id=purpose_id, channel=channel)
    counts = table.group_by("reason").aggregate(people=lambda t: t.count())
    rows = {row["reason"]: int(row["people"]) for row in ws.lake.con.to_pyarrow(counts).to_pylist()}
    found = [LeftOut(code, REASONS[code], people) for code, people in rows.items() if code is not None]
    others = tuple(sorted(found, key=lambda item: (-item.people, item.code)))
    return Reach(total=sum(rows.values()), included=rows.get(None, 0), left_out=others)


def left_out(ws: Context, members: ir.Table, purpose_id: str, channel: str | None = None) -> Sequence[LeftOut]:
    """How many members are left out, by reason, most first."""
    return reach(ws, members, purpose_id, channel).left_out
