"""Where the group of a customer and the forecast say different things: which of the two to believe, and why."""

from __future__ import annotations

from habitue.insights.card import Card, Said
from habitue.insights.groups import GROUPS
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.text import ngettext_noop

SILENT = frozenset({"at_risk", "lost", "one_time"})
FAITHFUL = frozenset({"regular", "good"})
LIKELY, UNLIKELY = 0.5, 0.1

STILL_BUYS = _(
    "Silent for longer than usual, so in the group “%(group)s”; but the forecast says %(chance)s of 100, and of the "
    "%(people)s customers nearest to that, %(share)s of 100 still bought within %(days)s days, when it was tested on "
    "your own past. Believe the forecast: it was measured, the group is a rule of thumb."
)
HARDLY_BUYS = _(
    "On time so far, so in the group “%(group)s”; but the forecast says %(chance)s of 100, and of the %(people)s "
    "customers nearest to that, only %(share)s of 100 bought within %(days)s days, when it was tested on your own "
    "past. Believe the forecast: it was measured, the group is a rule of thumb."
)
SOME = ngettext_noop(
    "%(count)s person on this page is silent for longer than usual, but likely to buy by the forecast. Believe the "
    "forecast: it was measured on your own past, the group is a rule of thumb.",
    "%(count)s people on this page are silent for longer than usual, but likely to buy by the forecast. Believe the "
    "forecast: it was measured on your own past, the group is a rule of thumb.",
)


def contradiction(group: str | None, chance: float | None, card: Card) -> Said | None:
    """Why a group and a chance that passed its test disagree, and which to believe; None where they agree.

    `card` is that of the chance; what came of the customers nearest to that chance is told from its tests.
    """
    message = _message(group, chance) if card.is_shown else None
    if message is None or not card.parts:
        return None
    assert group is not None
    assert chance is not None
    near = min(card.parts, key=lambda part: abs(part.forecast - chance))
    told = {"group": GROUPS[group].label, "chance": round(100 * chance), "days": card.tested_days}
    return Said(message, {**told, "people": near.people, "share": round(100 * near.real)})


def is_likely(chance: float | None) -> bool:
    """Whether somebody is as likely to buy as not, or more, by the whole per cent that people read."""
    return chance is not None and round(100 * chance) >= 100 * LIKELY


def some(count: int) -> Said | None:
    """The sentence about a list of silent people, `count` of whom are likely to buy."""
    return Said(SOME[0], {"count": count}, SOME[1]) if count else None


def _message(group: str | None, chance: float | None) -> str | None:
    if group in SILENT and is_likely(chance):
        return STILL_BUYS
    return HARDLY_BUYS if group in FAITHFUL and chance is not None and chance < UNLIKELY else None
