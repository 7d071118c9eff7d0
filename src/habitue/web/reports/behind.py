"""Ways from a row of a report to the people behind it: its conditions as the rule of an audience."""

from __future__ import annotations

from collections.abc import Sequence

from habitue.audiences.check import RuleInvalid, check_rule
from habitue.audiences.rule import EventCount, Group, InsightIs, PropertyTest, Rule, RuleTooLarge, Trait, Window
from habitue.insights.reports.shape import Computed, Condition, Did, Has, Row, Section
from habitue.web.rule_links import builder_url, people_url

MOST_NUMBERS = 100
"""More articles make a rule that nobody reads, and an address that is too long."""


def rule_of(conditions: Sequence[Condition]) -> Rule | None:
    """One rule for all conditions together; None without any, or where the builder could not say it."""
    if not conditions or any(isinstance(each, Did) and len(each.numbers) > MOST_NUMBERS for each in conditions):
        return None
    nodes = tuple(_node(each) for each in conditions)
    rule = nodes[0] if len(nodes) == 1 else Group(rules=nodes)
    try:
        check_rule(rule)
    except (RuleInvalid, RuleTooLarge):
        return None
    return rule


def links(section: Section, row: Row, *, name: str) -> tuple[str, str]:
    """The list of the people behind a row, and the builder with their rule; empty where no rule can say it."""
    rule = rule_of(section.behind(row)) if section.behind else None
    return (people_url(rule), builder_url(rule, name=name[:80])) if rule else ("", "")


def _node(condition: Condition) -> Rule:
    match condition:
        case Has(trait, op, value):
            return Trait(trait, op, value)  # type: ignore[arg-type]  # checked by check_rule
        case Computed(insight, name, value, op):
            return InsightIs(insight, name, op, value)  # type: ignore[arg-type]  # checked by check_rule
        case Did():
            return _did(condition)


def _did(condition: Did) -> Rule:
    tests = tuple(PropertyTest(name, op, value) for name, op, value in condition.where)  # type: ignore[arg-type]
    since, until = condition.since, condition.until
    window = Window("between", since=since, until=until) if since or until else Window()
    named = EventCount(condition.event, window=window, where=tests, negate=condition.is_never)
    if not condition.numbers:
        return named
    by_number = (PropertyTest("products.sku", "one_of", condition.numbers),)
    numbered = EventCount(condition.event, window=window, where=by_number, negate=condition.is_never)
    return Group("all" if condition.is_never else "any", (named, numbered))
