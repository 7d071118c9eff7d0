"""One rule as one expression over tables of the lake's shape, whoever holds them: the lake itself, or a slice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from habitue.audiences.compile import Kinds, compiled_at, conditions_at
from habitue.audiences.json_columns import json_text
from habitue.audiences.moment import Moment
from habitue.audiences.rule import Group, InAudience, Related, Rule, audiences_in, insights_in, purposes_in, walk
from habitue.audiences.tables import Tables
from habitue.kernel.context import Context
from habitue.privacy import basis

_NO_MEMBERS = pa.schema([("audience_id", pa.string()), ("profile_id", pa.string())])


def asked_of(
    ws: Context,
    rule: Rule,
    mentioned: Mapping[str, Rule],
    moment: Moment,
    known: Kinds,
    *,
    insight: Callable[[str], ir.Table],
) -> ir.Table:
    """The persons (profile_id) who fulfil the rule; audiences that it mentions are compiled into it.

    Tables come from `ws.lake`, insights from `insight`.
    """
    return compiled_at(rule, tables_of(ws, rule, mentioned, moment, known, insight=insight), moment, known)


def conditions_of(
    ws: Context,
    rules: Sequence[Rule],
    mentioned: Mapping[str, Rule],
    moment: Moment,
    known: Kinds,
    *,
    insight: Callable[[str], ir.Table],
    with_figures: bool = False,
) -> ir.Table:
    """Every person (profile_id) with a true or false column `c0`, `c1`, … for each rule, in one pass.

    `with_figures` adds what they compare, as `conditions_at` says.
    """
    tables = tables_of(ws, Group(rules=tuple(rules)), mentioned, moment, known, insight=insight)
    return conditions_at(rules, tables, moment, known, with_figures=with_figures)


def tables_of(
    ws: Context,
    rule: Rule,
    mentioned: Mapping[str, Rule],
    moment: Moment,
    known: Kinds,
    *,
    insight: Callable[[str], ir.Table],
) -> Tables:
    """The tables that a rule is asked of."""
    listed = [
        asked_of(ws, mentioned[audience_id], mentioned, moment, known, insight=insight).mutate(
            audience_id=ibis.literal(audience_id)
        )
        for audience_id in sorted(audiences_in(rule))
    ]
    columns = [table.select("audience_id", "profile_id") for table in listed]
    people = ws.lake.table("people")
    return Tables(
        people=people,
        events=ws.lake.table("events"),
        consents=ws.lake.table("consents"),
        members=ibis.union(*columns) if columns else ibis.memtable(_NO_MEMBERS.empty_table()),
        insights={name: insight(name) for name in insights_in(rule)},
        history=ws.lake.table("stays") if asks_history(rule, {}) else None,
        relations=relations(ws) if asks_relations(rule) else None,
        allowed={name: basis.reachable(ws, people, name) for name in purposes_in(rule)},
    )


def asks_history(rule: Rule, mentioned: Mapping[str, Rule]) -> bool:
    """Whether a rule, or one that it mentions, asks who belonged to an audience before."""
    rules = [rule, *mentioned.values()]
    return any(isinstance(n, InAudience) and n.state != "is" for each in rules for _path, n in walk(each))


def asks_relations(rule: Rule) -> bool:
    """Whether a rule asks for the people of a company or household."""
    return any(isinstance(node, Related) for _path, node in walk(rule))


def relations(ws: Context) -> ir.Table:
    """Who is of one company or household (profile_id, group_id, by).

    People of a company share its name; people of a household share last name, street, house number and postal code. So
    do those whom the table `relations` of the lake puts together.
    """
    people = ws.lake.table("people")
    people = people.filter(people.kind == "person")
    company = people.company_name.strip().lower()
    companies = people.select("profile_id", group_id=company, by=ibis.literal("company"))
    parts = [people[name].strip().lower() for name in ("last_name", "street", "postal_code")]
    number = json_text(people.traits, "house_number").fill_null("").strip().lower()
    household = parts[0].concat("|", parts[1], "|", number, "|", parts[2])
    is_whole = [part.notnull() & (part != "") for part in parts]
    homes = people.filter(is_whole).select("profile_id", group_id=household, by=ibis.literal("household"))
    found = companies.filter(companies.group_id.notnull() & (companies.group_id != "")).union(homes)
    if ws.lake.has("relations"):
        found = found.union(ws.lake.table("relations").select("profile_id", "group_id", "by"))
    return found
