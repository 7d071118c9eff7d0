"""Rules and fields for readers: differences of two rules line by line, labels of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from habitue.audiences.fields import trait_field
from habitue.audiences.rule import Group, Rule
from habitue.audiences.text_writing import written


def diff_of(before: Rule | None, after: Rule, names: Mapping[str, str]) -> tuple[Sequence[str], Sequence[str]]:
    """The conditions that went and those that came, as text; nothing for a first version."""
    if before is None:
        return [], []
    old, new = _lines(before, names), _lines(after, names)
    return [line for line in old if line not in new], [line for line in new if line not in old]


def label_of(name: str) -> str:
    """The name of a trait as the reader knows it."""
    return gettext(trait_field(name).label)


def _lines(rule: Rule, names: Mapping[str, str]) -> list[str]:
    is_plain = isinstance(rule, Group) and rule.match == "all" and not rule.negate
    rules = rule.rules if isinstance(rule, Group) and is_plain else (rule,)
    return [written(each, audience_names=names) for each in rules]
