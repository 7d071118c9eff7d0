"""Rules to start from, each a common question of a shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext

from habitue.audiences.rule import Consent, EventCount, EventSum, Group, InsightIs, Rule, Trait, Window
from habitue.audiences.wording import Part
from habitue.insights.orders import COMPLETED
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.web.rule_links import VALUABLE_AT_RISK, builder_url
from habitue.web.rule_sentences import said

MUCH = Decimal(500)


@dataclass(frozen=True, slots=True)
class Example:
    """An example with its sentence and the way to the builder."""

    name: str
    parts: Sequence[Part]
    url: str


def examples(ws: Context) -> Sequence[Example]:
    """The examples, with the country of the workspace."""
    return [_example(ws, gettext(name), rule) for name, rule in _rules(ws.config.workspace.country)]


def _example(ws: Context, name: str, rule: Rule) -> Example:
    return Example(name=name, parts=said(ws, rule), url=builder_url(rule, name=name))


def _rules(country: str) -> Sequence[tuple[str, Rule]]:
    newsletter = Consent("newsletter", "email")
    return (
        (
            _("Came back, then stayed away"),
            Group(
                rules=(
                    Trait("country", "is", country),
                    EventCount(COMPLETED, "at_least", 2, Window(kind="last_year")),
                    EventCount(COMPLETED, "at_least", 1, Window(kind="last_days", count=90), negate=True),
                )
            ),
        ),
        (_("Win back valuable customers"), Group(rules=(*VALUABLE_AT_RISK.rules, newsletter))),
        (
            _("First purchase, not long ago"),
            Group(rules=(InsightIs("rfm", "frequency", "is", "1"), InsightIs("rfm", "recency_days", "at_most", "30"))),
        ),
        (
            _("Spent much this year"),
            Group(rules=(EventSum(COMPLETED, "at_least", MUCH, window=Window(kind="last_year")),)),
        ),
        (
            _("Read our newsletter, never bought"),
            Group(rules=(newsletter, EventCount(COMPLETED, "at_least", 1, negate=True))),
        ),
    )
