"""The cards of all refreshes are kept in the register, so that drift can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import median

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.insights.card import Card, Measure, Said
from habitue.kernel.register import BigId, Instant, metadata, upsert
from habitue.kernel.text import gettext_noop as _

LOOK_BACK = 10
DRIFT = 0.2
"""A figure that is worse by this share than it usually was is told."""

GATE_CLOSED = _("Until the last time this passed its test; now it does not, so its scores are no longer shown.")
WORSE = _("Worse than it was: “%(figure)s” is %(now)s now; at the last times it was %(before)s.")

cards = sa.Table(
    "insights_cards",
    metadata,
    sa.Column("insight", sa.Text, primary_key=True),
    sa.Column("computed_at", Instant, primary_key=True),
    sa.Column("facts_seq", BigId, nullable=False),
    sa.Column("is_shown", sa.Boolean, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card, when it was computed, and which facts it knew."""

    card: Card
    computed_at: datetime
    facts_seq: int


def keep(conn: Connection, card: Card, *, at: datetime, facts_seq: int) -> None:
    """Keep a card beside the earlier ones."""
    row = {
        "insight": card.insight,
        "computed_at": at,
        "facts_seq": facts_seq,
        "is_shown": card.is_shown,
        "card": msgspec.json.encode(card).decode(),
    }
    conn.execute(upsert(conn, cards), [row])


def newest(conn: Connection, insight: str, *, limit: int = 1) -> Sequence[KeptCard]:
    """The latest cards of an insight, newest first."""
    query = sa.select(cards).where(cards.c.insight == insight).order_by(cards.c.computed_at.desc()).limit(limit)
    return [
        KeptCard(msgspec.json.decode(row.card, type=Card), row.computed_at, row.facts_seq)
        for row in conn.execute(query)
    ]


def watched(card: Card, before: Sequence[KeptCard]) -> Card:
    """The card with a sentence for each figure that is much worse than it usually was, or a gate that has closed."""
    said: list[Said] = []
    if before and before[0].card.is_shown and not card.is_shown:
        said.append(Said(GATE_CLOSED))
    for measure in card.measures:
        usual = [old for each in before if (old := each.card.measure(measure.name)) is not None and old == old]
        if len(usual) >= 2 and _is_worse(measure, median(usual)):
            now, then = round(measure.value, 3), round(median(usual), 3)
            said.append(Said(WORSE, {"figure": measure.label, "now": now, "before": then}))
    return replace(card, sentences=(*card.sentences, *said)) if said else card


def drift(card: Card) -> Sequence[Said]:
    """The sentences of a card that tell what has become worse."""
    return [each for each in card.sentences if each.message in (GATE_CLOSED, WORSE)]


def _is_worse(measure: Measure, usual: float) -> bool:
    if measure.goal == "none" or measure.name in ("total", "off") or not usual:
        return False
    if measure.goal == "high":
        return measure.value < usual * (1 - DRIFT / 2)
    return measure.value > usual * (1 + DRIFT)
