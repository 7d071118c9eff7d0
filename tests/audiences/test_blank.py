"""Whether a rule can hold of somebody without facts, against the second evaluator."""

from __future__ import annotations

import sys
from collections import Counter

from tests.rules.oracle import members
from tests.rules.three_ways import made_rules
from tests.rules.world import World

from habitue.audiences.blank import may_hold_of_blank

NOBODY_KNOWN = {
    "profile_id": "p0", "kind": "person", "country": None, "city": None, "birth_date": None, "income": None,
    "last_seen_at": None, "region": None, "postal_code": None, "traits": "{}",
}  # fmt: skip


def test_a_rule_that_holds_of_somebody_without_facts_is_never_passed_over() -> None:
    answers: Counter[tuple[bool, bool]] = Counter()
    for rule in made_rules(1_500):
        holds = members(rule, World([NOBODY_KNOWN], [], [], [], [])) == ["p0"]
        may = may_hold_of_blank(rule)
        assert may or not holds, rule
        answers[holds, may] += 1
    sys.stdout.write(f"\nholds, may hold: {dict(answers)}\n")
    assert answers[False, False] > 2 * answers[False, True]
