"""Who of somebody's company, household or referral fulfils what a condition asks of the people around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences import asking, membership
from habitue.audiences.rule import Related
from habitue.kernel.context import Context

MOST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the people around, and whether he or she fulfils what is asked."""

    profile_id: str
    name: str | None
    email: str | None
    holds: bool


@dataclass(frozen=True, slots=True)
class Around:
    """The people of somebody's group, the person included: how many, how many fulfil it, those who decide it first.

    `people` is 0 for whoever is of no such group.
    """

    people: int
    fitting: int
    shown: tuple[Somebody, ...]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.people - len(self.shown)


def around(ws: Context, node: Related, profile_id: str) -> Around:
    """The people of the company, household or referral of one person, and who of them fulfils the rule inside."""
    everybody = _of_group(ws, node, profile_id)
    figures = everybody.aggregate(people=everybody.count(), fitting=everybody.holds.sum().fill_null(0))
    (row,) = ws.lake.con.to_pyarrow(figures).to_pylist()
    # Of a rule that all must fulfil, whoever does not is what one looks for.
    decisive = ibis.asc if node.match == "all" else ibis.desc
    ordered = everybody.order_by(
        [decisive("holds", nulls_first=False), ibis.asc("name", nulls_first=False), ibis.asc("profile_id")]
    )
    rows: list[dict[str, Any]] = ws.lake.con.to_pyarrow(ordered.limit(MOST_PEOPLE)).to_pylist()
    shown = tuple(Somebody(each["profile_id"], each["name"], each["email"], bool(each["holds"])) for each in rows)
    return Around(int(row["people"]), int(row["fitting"]), shown)


def _of_group(ws: Context, node: Related, profile_id: str) -> ir.Table:
    """Each person of the groups once: profile_id, name, email, holds."""
    people = ws.lake.table("people")
    relations = asking.relations(ws)
    relations = relations.filter(relations.by == node.by).select("profile_id", "group_id")
    own = relations.filter(relations.profile_id == profile_id)
    others = relations.semi_join(own, "group_id").select("profile_id")
    persons = people.filter(people.kind == "person").semi_join(others, "profile_id")
    persons = persons.select("profile_id", "name", "email")
    fitting = membership.matching(ws, node.rule).select(other_id="profile_id", fits=ibis.literal(True))
    joined = persons.left_join(fitting, persons.profile_id == fitting.other_id)
    return joined.select("profile_id", "name", "email", holds=joined.fits.fill_null(False))
