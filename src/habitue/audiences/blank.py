"""Whether a rule can hold of somebody of whom nothing is known: then it must be asked of everybody who is new."""

from __future__ import annotations

from habitue.audiences.rule import Consent, EventCount, EventSum, EventValue, Group, Place, Rule, Sequence, Trait

_TRUE_OF_NOTHING = frozenset({"is_not", "is_unknown", "not_in_last_days", "not_in_next_days"})


def may_hold_of_blank(rule: Rule) -> bool:
    """False where the rule certainly does not hold; what depends on others, or on chance, may hold."""
    return _of_blank(rule) is not False


def _of_blank(rule: Rule) -> bool | None:
    """The answer for somebody without any fact, None where it depends on something else."""
    match rule:
        case Group():
            return _of_group(rule)
        case Trait():
            return rule.op in _TRUE_OF_NOTHING
        case EventCount():
            holds = {"at_least": rule.count <= 0, "at_most": rule.count >= 0, "exactly": rule.count == 0}
            return holds[rule.op] != rule.negate
        case EventSum():
            low = {"at_least": rule.amount <= 0, "more_than": rule.amount < 0}
            return low.get(rule.op, rule.amount > 0 or (rule.op == "at_most" and rule.amount == 0))
        case EventValue():
            return None if rule.measure in ("sum", "distinct") else rule.op in _TRUE_OF_NOTHING
        case Sequence():
            return rule.negate
        case Consent():
            return rule.state == "unknown"
        case Place():
            return False
        case _:
            return None


def _of_group(rule: Group) -> bool | None:
    answers = [_of_blank(child) for child in rule.rules]
    decisive = rule.match == "any"
    if decisive in answers:
        return decisive != rule.negate
    return None if None in answers else decisive == rule.negate
