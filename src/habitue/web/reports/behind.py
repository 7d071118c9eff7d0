"""Ways from a row of a report to the people behind it: its conditions as the rule of an audience."""

from __future__ import annotations

from collections.abc import Sequence

from habitue.audiences.check import RuleInvalid, check_rule
from habitue.audiences.rule import EventCount, Group, InsightIs, PropertyTest, Rule, RuleTooLarge, Trait, Window
from habitue.insights.reports.shape import Computed, Condition, Did, Has, Row, Section
from habitue.web.rule_links import builder_url, people_url


def rule_of(conditions: Sequence[Condition]) -> Rule | None:
    """One rule for all conditions together; None without any, or where the builder could not say it."""
    if not conditions:
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
        case Did(event, where, since, until, is_never):
            tests = tuple(PropertyTest(name, op, value) for name, op, value in where)  # type: ignore[arg-type]
            window = Window("between", since=since, until=until) if since or until else Window()
            return EventCount(event, window=window, where=tests, negate=is_never)
