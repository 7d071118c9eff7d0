"""Personas as cards: the kinds of customers that there are, each by what sets it apart, and the way to its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from habitue.audiences.rule import InsightIs
from habitue.insights.card import Said
from habitue.insights.persona import Persona
from habitue.insights.reasons import AGO
from habitue.web.cards import amount, said
from habitue.web.rule_links import builder_url, people_url
from habitue.web.templatetags.show import number, percent


@dataclass(frozen=True, slots=True)
class PersonaRow:
    """One persona with its traits in words, its share of all (0 to 1), and what is usual for it."""

    kind: Persona
    traits: str
    share: float
    facts: Sequence[tuple[str, str]]
    people_url: str
    audience_url: str


def persona_rows(found: Sequence[Persona]) -> Sequence[PersonaRow]:
    """Every persona, by its letter."""
    total = sum(kind.people for kind in found) or 1
    return [_row(kind, kind.people / total) for kind in sorted(found, key=lambda kind: kind.code)]


def _row(kind: Persona, share: float) -> PersonaRow:
    rule = InsightIs("personas", "persona", "is", kind.code)
    traits = ", ".join(said(each) for each in kind.traits)
    name = f"{gettext('Persona')} {kind.code}"
    days = round(kind.silence_days)
    facts = (
        (gettext("People"), f"{number(kind.people)} ({percent(share)})"),
        (gettext("Days with a purchase, on average"), number(kind.purchases, 1)),
        (gettext("Value of a purchase"), amount(Decimal(str(round(kind.mean_value, 2))))),
        (gettext("Last purchase"), said(Said(AGO[0], {"count": days}, AGO[1]))),
    )
    return PersonaRow(kind, _sentence(traits), share, facts, people_url(rule), builder_url(rule, name=name))


def _sentence(traits: str) -> str:
    return traits[:1].upper() + traits[1:]
