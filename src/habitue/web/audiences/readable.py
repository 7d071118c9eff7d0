"""Rules and fields for readers: differences of two rules line by line, labels of fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date as Day
from datetime import datetime as Moment
from decimal import Decimal

from django.utils.translation import gettext

from habitue.audiences.fields import RuleField, insight_field, trait_field
from habitue.audiences.rule import Group, Rule
from habitue.audiences.text_writing import written
from habitue.web.templatetags.show import country, date, datetime, locale, money, number, percent


def diff_of(before: Rule | None, after: Rule, names: Mapping[str, str]) -> tuple[Sequence[Rule], Sequence[Rule]]:
    """The conditions that went and those that came; nothing for a first version."""
    if before is None:
        return [], []
    old, new = _lines(before, names), _lines(after, names)
    return [rule for line, rule in old.items() if line not in new], [
        rule for line, rule in new.items() if line not in old
    ]


def fact_of(name: str, value: str) -> tuple[str, str]:
    """A fact that a condition looked at as the reader knows it; `insight.field` is what an insight says."""
    insight, _dot, field = name.partition(".")
    known = insight_field(insight, field) if field else None
    if known is None:
        return gettext(trait_field(name).label), _trait(name, value)
    return gettext(known.label), _shown(known, value)


def _trait(name: str, text: str) -> str:
    """A value of a trait as the reader says it: `DE` is Germany, a day is written out."""
    if name == "country":
        return country(text.upper())
    if name == "language":
        return str(locale().languages.get(text.lower(), text))
    kind = trait_field(name).kind
    try:
        if kind == "date":
            return date(Day.fromisoformat(text))
        if kind == "instant":
            return datetime(Moment.fromisoformat(text))
    except ValueError:
        return text
    return text


def _shown(field: RuleField, text: str) -> str:
    named = dict(field.choices).get(text)
    if named is not None:
        return gettext(named)
    if field.kind == "boolean":
        return gettext("yes") if text == "true" else gettext("no")
    if field.kind == "date":
        return date(Day.fromisoformat(text))
    if field.kind == "money":
        return money(Decimal(text))
    if field.kind == "share":
        return percent(Decimal(text), 1)
    if field.kind == "number":
        figure = Decimal(text)
        return number(figure, 0 if figure == figure.to_integral_value() else 1)
    return text


def _lines(rule: Rule, names: Mapping[str, str]) -> dict[str, Rule]:
    """The conditions by their text."""
    is_plain = isinstance(rule, Group) and rule.match == "all" and not rule.negate
    rules = rule.rules if isinstance(rule, Group) and is_plain else (rule,)
    return {written(each, audience_names=names): each for each in rules}
