"""From the tree to one expression: who fulfils the rule, as a table of profile ids.

Events are read in one pass with a conditional aggregate for each condition; traits, consents, insights, sequences
and other audiences are joined to it; then one filter holds the whole tree. Nothing here names an engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences.check import fitting_kind
from habitue.audiences.conditions import age_condition, condition, typed
from habitue.audiences.event_facts import EventNode, all_of, any_of, compared, event_facts
from habitue.audiences.flags import FLAGS, Flag, part_of_everybody, people_in_place
from habitue.audiences.json_columns import json_text
from habitue.audiences.measures import value_condition
from habitue.audiences.moment import Moment
from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    Group,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    Related,
    Rule,
    Sample,
    Sequence,
    Trait,
    own_nodes,
)
from habitue.audiences.sequences import people_of_sequences, stands_alone
from habitue.audiences.tables import AGE, PEOPLE_COLUMNS, Tables
from habitue.insights.catalogue import FieldKind, insights

ANY_CHANNEL = "any"
Kinds = Callable[[str], FieldKind]


def text_kind(_field: str) -> FieldKind:
    """The kind of fields that nobody described: text."""
    return "text"


def compile_rule(
    rule: Rule, tables: Tables, *, now: datetime, timezone: str, currency: str, kinds: Kinds = text_kind
) -> ir.Table:
    """The persons (profile_id) who fulfil the rule at the instant `now`.

    `kinds` tells the kind of traits that are no columns of people. The rule is expected to have passed
    `check.check_rule`.
    """
    return compiled_at(rule, tables, Moment(now=now, timezone=timezone, currency=currency), kinds)


def compiled_at(rule: Rule, tables: Tables, moment: Moment, kinds: Kinds) -> ir.Table:
    """The same at a moment that may be told later."""
    facts = _Facts.of(rule)
    joined = facts.join(tables, moment, kinds)
    return joined.filter(_holds(rule, joined, facts, moment, kinds)).select("profile_id")


def conditions_at(
    rules: Sequence_[Rule], tables: Tables, moment: Moment, kinds: Kinds, *, with_figures: bool = False
) -> ir.Table:
    """Every person (profile_id) with a true or false column `c0`, `c1`, … for each rule, in one pass.

    `with_figures` adds what rules about events compare, in `figure_0`, `figure_1`, …: how often, how much, or a
    measure, which for an average is the sum with the number of its values.
    """
    facts = _Facts.of(Group(rules=tuple(rules)))
    joined = facts.join(tables, moment, kinds)
    columns = {f"c{number}": _holds(rule, joined, facts, moment, kinds) for number, rule in enumerate(rules)}
    figures = {
        f"figure_{number}": joined[facts.key(rule)]
        for number, rule in enumerate(rules)
        if with_figures and isinstance(rule, EventCount | EventSum | EventValue)
    }
    return joined.select("profile_id", **columns, **figures)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What must be joined to people, each with the name of its column."""

    events: Mapping[str, EventNode]
    consents: Mapping[str, Consent]
    insights: Mapping[str, tuple[str, str]]
    flags: Mapping[str, Flag]

    @classmethod
    def of(cls, rule: Rule) -> _Facts:
        """The distinct leaves of a rule."""
        leaves = list(dict.fromkeys(own_nodes(rule)))
        flags = [x for x in leaves if isinstance(x, Sequence | Related | MayUse | InAudience)]
        return cls(
            events=_named("event", [x for x in leaves if isinstance(x, EventCount | EventSum | EventValue)]),
            consents=_named("consent", [x for x in leaves if isinstance(x, Consent)]),
            insights=_named("insight", dict.fromkeys((x.insight, x.field) for x in leaves if isinstance(x, InsightIs))),
            flags=_named("flag", flags),
        )

    def key(self, leaf: Any) -> str:
        """The name of the column that a leaf reads."""
        every = {**self.events, **self.consents, **self.insights, **self.flags}
        return next(name for name, value in every.items() if value == leaf)

    def join(self, tables: Tables, moment: Moment, kinds: Kinds) -> ir.Table:
        """People with a column for every leaf."""
        joined = tables.people.filter(tables.people.kind == "person")
        if self.events:
            joined = _attach(joined, event_facts(tables.events, self.events, moment), self.events)
        for name, leaf in self.consents.items():
            joined = _attach(joined, _consents(tables.consents, leaf, name), [name])
        for name, (insight, column) in self.insights.items():
            values = tables.insights[insight]
            joined = _attach(joined, values.select("profile_id", **{name: values[column]}), [name])
        chains = {k: f for k, f in self.flags.items() if isinstance(f, Sequence) and not stands_alone(f)}
        if chains:
            joined = _attach(joined, people_of_sequences(tables.events, chains, moment), chains)
        for name, flag in self.flags.items():
            if name in chains:
                continue
            if isinstance(flag, Related):
                within = compiled_at(flag.rule, tables, moment, kinds)
                found = FLAGS[Related](tables, flag, moment, within)
            else:
                found = FLAGS[type(flag)](tables, flag, moment, None)
            joined = _attach(joined, found.distinct().mutate(**{name: ibis.literal(True)}), [name])
        return joined


def _named(prefix: str, leaves: Any) -> dict[str, Any]:
    return {f"{prefix}_{number}": leaf for number, leaf in enumerate(leaves)}


def _attach(left: ir.Table, right: ir.Table, columns: Any) -> ir.Table:
    keyed = right.rename(other_id="profile_id")
    joined = left.left_join(keyed, left.profile_id == keyed.other_id)
    return joined.select(*left.columns, *columns)


def _consents(consents: ir.Table, leaf: Consent, name: str) -> ir.Table:
    """The state of each person: the newest statement for the channel or for all channels; a withdrawal wins ties.

    Asked for any channel, one channel with a consent that was not withdrawn for all channels suffices.
    """
    rows = consents.filter(consents.purpose == leaf.purpose)
    if leaf.channel != ANY_CHANNEL:
        rows = rows.filter(rows.channel.isin([leaf.channel, ANY_CHANNEL]))
    against = rows.state == "withdrawn"
    if leaf.channel == ANY_CHANNEL:
        against = against & (rows.channel == ANY_CHANNEL)
    times = rows.group_by("profile_id").aggregate(
        given_at=rows["at"].max(where=rows.state == "given"),
        against_at=rows["at"].max(where=against),
    )
    is_given = times.given_at.notnull() & (times.against_at.isnull() | (times.given_at > times.against_at))
    return times.select("profile_id", **{name: ibis.ifelse(is_given.fill_null(False), "given", "withdrawn")})


def _holds(rule: Rule, table: ir.Table, facts: _Facts, moment: Moment, kinds: Kinds) -> Any:
    match rule:
        case Group():
            parts = [_holds(child, table, facts, moment, kinds) for child in rule.rules]
            return _negated(all_of(parts) if rule.match == "all" else any_of(parts), rule.negate)
        case Trait():
            return _trait(rule, table, moment, kinds)
        case InsightIs():
            kind = next(f.kind for f in insights()[rule.insight].fields if f.name == rule.field)
            column = table[facts.key((rule.insight, rule.field))]
            return condition(column, kind, rule.op, rule.value, moment)
        case Sequence() | MayUse() | InAudience():
            return _negated(table[facts.key(rule)].fill_null(False), rule.negate)
        case Related():
            return table[facts.key(rule)].fill_null(False)
        case Consent():
            return table[facts.key(rule)].fill_null("unknown") == rule.state
        case EventCount():
            return _negated(compared(table[facts.key(rule)].fill_null(0), rule.op, rule.count), rule.negate)
        case EventSum():
            return compared(table[facts.key(rule)].fill_null(0), rule.op, rule.amount)
        case EventValue():
            return value_condition(table[facts.key(rule)], rule, moment)
        case Place():
            return people_in_place(table, rule)
        case Sample():
            return part_of_everybody(table, rule)


def _trait(rule: Trait, table: ir.Table, moment: Moment, kinds: Kinds) -> ir.BooleanValue:
    if rule.field == AGE:
        return age_condition(table.birth_date, rule.op, rule.value, moment)
    kind = PEOPLE_COLUMNS.get(rule.field)
    if kind is not None:
        return condition(table[rule.field], kind, rule.op, rule.value, moment)
    kind = fitting_kind(kinds(rule.field), rule.op, rule.value)
    return condition(typed(json_text(table.traits, rule.field), kind), kind, rule.op, rule.value, moment)


def _negated(value: Any, negate: bool) -> Any:
    return ~value if negate else value
