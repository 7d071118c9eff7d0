"""The tree of a rule: read from JSON within limits, and refused with the place of what is wrong."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from habitue.audiences.check import (
    FieldUnknown,
    OperatorUnfit,
    RuleInvalid,
    ValueUnreadable,
    WindowInvalid,
    check_rule,
)
from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    Group,
    InAudience,
    InsightIs,
    PropertyTest,
    Rule,
    RuleTooLarge,
    RuleUnreadable,
    Trait,
    Window,
    decode,
    encode,
)

EVERY_KIND = Group(
    "any",
    (
        Trait("country", "one_of", ("DE", "AT")),
        EventCount("Order Completed", "exactly", 0, Window("between", since=date(2025, 1, 1)), negate=True),
        EventSum("Order Completed", "more_than", Decimal("12.50"), currency="EUR"),
        InsightIs("rfm", "rfm_group", "is", "lost"),
        Consent("newsletter", "email", "withdrawn"),
        InAudience("0190", negate=True),
        Group(negate=True, rules=(Trait("email", "is_known"),)),
    ),
)


def test_a_rule_comes_back_from_json_as_it_was() -> None:
    check_rule(EVERY_KIND)
    assert decode(encode(EVERY_KIND)) == EVERY_KIND


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        '{"kind":"all"}',
        '{"kind":"group","match":"some"}',
        '{"kind":"trait","field":"city","op":"like","value":"x"}',
        '{"kind":"trait","field":"city","op":"is","value":"x","more":1}',
        '{"kind":"event_sum","event":"x","op":"at_least","amount":"much"}',
    ],
)
def test_what_is_no_rule_is_refused(data: str) -> None:
    with pytest.raises(RuleUnreadable):
        decode(data)


def _deep(levels: int) -> Rule:
    rule: Rule = Trait("city", "is", "Leipzig")
    for _ in range(levels):
        rule = Group(rules=(rule,))
    return rule


@pytest.mark.parametrize(
    "rule",
    [
        _deep(7),
        Group(rules=(Trait("city", "is", "Leipzig"),) * 100),
        Trait("city", "is", "x" * 201),
        Trait("city", "one_of", ("x",) * 201),
        EventCount("a", where=(PropertyTest("channel", "is", "x" * 201),)),
    ],
)
def test_rules_have_limits(rule: Rule) -> None:
    with pytest.raises(RuleTooLarge):
        decode(encode(rule))


def test_six_levels_and_a_hundred_nodes_are_allowed() -> None:
    check_rule(_deep(6))
    check_rule(Group(rules=(Trait("city", "is", "Leipzig"),) * 99))


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        (Trait("country", "contains", "D"), OperatorUnfit),
        (Trait("birth_date", "more_than", "3"), OperatorUnfit),
        (Trait("birth_date", "before", "31.12.2024"), ValueUnreadable),
        (Trait("income", "at_least", "NaN"), ValueUnreadable),
        (Trait("income", "at_least", "1.00001"), ValueUnreadable),
        (Trait("income", "between", "1"), ValueUnreadable),
        (Trait("age", "is", "20.5"), ValueUnreadable),
        (Trait("city", "is", " "), ValueUnreadable),
        (Trait("city", "one_of", ()), ValueUnreadable),
        (Trait("a'b\"", "is", "x"), FieldUnknown),
        (InsightIs("rfm", "nothing", "is", "x"), FieldUnknown),
        (InsightIs("nothing", "r", "is", "1"), FieldUnknown),
        (EventCount(" "), FieldUnknown),
        (EventCount("a", count=-1), ValueUnreadable),
        (EventCount("a", window=Window("last_days")), WindowInvalid),
        (EventCount("a", window=Window("between")), WindowInvalid),
        (EventCount("a", window=Window("between", since=date(2025, 2, 1), until=date(2025, 1, 1))), WindowInvalid),
        (EventCount("a", where=(PropertyTest("x.y", "is", "1"),)), FieldUnknown),
        (EventSum("a", "at_least", Decimal("Infinity")), ValueUnreadable),
        (EventSum("a", "at_least", Decimal(1), currency="euro"), ValueUnreadable),
        (EventSum("a", "at_least", Decimal(1), property="price"), FieldUnknown),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_with_its_place(rule: Rule, error: type[RuleInvalid]) -> None:
    with pytest.raises(error) as refused:
        check_rule(Group(rules=(Trait("city", "is", "Leipzig"), rule)))
    assert str(refused.value.params["path"]).startswith("rule.1")
