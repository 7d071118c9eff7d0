"""Who the people of a rule are: how each condition narrows them down, where they live, a few of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext

from habitue.audiences import membership
from habitue.audiences.membership import AGES, Count, Slice
from habitue.audiences.rule import Group, Rule
from habitue.audiences.wording import Part
from habitue.insights.groups import GROUPS
from habitue.kernel.context import Context
from habitue.web.audiences.people import PeopleRow
from habitue.web.rule_links import person_url
from habitue.web.rule_sentences import said
from habitue.web.templatetags.show import country

FEW = 5
ABOUT, EXACT = "about", "exact"
"""The stages of figures that are estimated first."""
MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Step:
    """What is left after one more condition, and how many it took away; `place` is its path in the builder."""

    parts: Sequence[Part]
    left: int
    gone: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One value and how many people have it."""

    label: str
    people: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the card beside a rule shows."""

    people: int
    money: Decimal
    yearly_money: Decimal
    steps: Sequence[Step]
    groups: Sequence[Row]
    ages: Sequence[Row]
    places: Sequence[Row]
    countries: Sequence[Row]
    few: Sequence[PeopleRow]


def facts(ws: Context, rule: Rule, *, with_people: bool, places: Sequence[str] = ()) -> Facts:
    """The figures of a rule; a few names only for those who may see people.

    `places` are the paths of its conditions in the builder, where it stands there.
    """
    return _facts(ws, rule, with_people=with_people, places=places)


def estimated(ws: Context, rule: Rule, *, with_people: bool, places: Sequence[str] = ()) -> Facts | None:
    """The same as far as a part of everybody tells; None where only counting all does."""
    some = membership.part_for(ws, rule)
    asked = membership.count(some, Group()).people if some is not None else 0
    if some is None or not asked:
        return None
    found = _facts(some, rule, with_people=with_people, places=places)
    return _times(found, membership.count(ws, Group()).people / asked)


def counted(ws: Context, found: Facts) -> Count:
    """The count of the figures of a rule, without asking the rule again."""
    everybody = membership.count(ws, Group())
    return Count(people=found.people, of=everybody.people, as_of=everybody.as_of)


def _times(found: Facts, factor: float) -> Facts:
    def rows(several: Sequence[Row]) -> Sequence[Row]:
        return [replace(row, people=round(row.people * factor)) for row in several]

    return replace(
        found,
        people=round(found.people * factor),
        money=found.money * Decimal(factor),
        yearly_money=found.yearly_money * Decimal(factor),
        steps=[replace(s, left=round(s.left * factor), gone=round(s.gone * factor)) for s in found.steps],
        groups=rows(found.groups),
        ages=rows(found.ages),
        places=rows(found.places),
        countries=rows(found.countries),
    )


def _facts(ws: Context, rule: Rule, *, with_people: bool, places: Sequence[str]) -> Facts:
    told = membership.breakdown(ws, rule)
    few = membership.members(ws, rule, limit=FEW) if with_people else ()
    return Facts(
        people=told.people,
        money=told.money,
        yearly_money=told.yearly_money,
        steps=_steps(ws, rule, places),
        groups=[Row(gettext(GROUPS[str(item.value)].label), item.people) for item in told.groups],
        ages=_rows([Slice(_age(item), item.people) for item in told.ages], told.people) if told.ages else (),
        places=_rows(told.cities, told.people),
        countries=_rows([Slice(country(s.value) if s.value else None, s.people) for s in told.countries], told.people),
        few=[PeopleRow(row, person_url(row.profile_id)) for row in few],
    )


def _age(item: Slice) -> str:
    """The span of an age: its youngest and its oldest."""
    first = int(str(item.value))
    later = [age for age in AGES if age > first]
    return f"{first}–{later[0] - 1}" if later else gettext("%(age)s and older") % {"age": first}


def _steps(ws: Context, rule: Rule, places: Sequence[str]) -> list[Step]:
    """Each condition of a plain group of all, counted together with those before it."""
    if not isinstance(rule, Group) or rule.match != "all" or rule.negate or not 1 <= len(rule.rules) <= MOST_STEPS:
        return []
    known = places if len(places) == len(rule.rules) else [""] * len(rule.rules)
    left = membership.narrowing(ws, rule.rules)
    return [
        Step(said(ws, condition), left[number + 1], left[number] - left[number + 1], known[number])
        for number, condition in enumerate(rule.rules)
    ]


def _rows(slices: Sequence[Slice], people: int) -> list[Row]:
    known = [Row(item.value, item.people) for item in slices if item.value]
    others = people - sum(row.people for row in known)
    return [*known, Row(gettext("others and unknown"), others)] if others else known
