"""What an insight would have learnt, put where it is kept, for pages of shops that are too small to learn from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from habitue.insights import card_store
from habitue.insights.card import EDITION, Card, Part
from habitue.insights.store import PREFIX
from habitue.workspace import Workspace

CHURN = Card(
    "churn", True, 90, (), method_label="decision trees", tested_days=90, tests=3, people=400,
    parts=(Part(200, 0.1, 0.08), Part(190, 0.96, 0.97)),
)  # fmt: skip
LIFETIME = Card("lifetime", True, 90, (), method_label="decision trees", tested_days=90, tests=3, people=400)
SECOND = Card("second_purchase", True, 90, (), method_label="day by day", tested_days=90, tests=3, people=400)
AFFINITY = Card("affinity", True, 90, (), method_label="decision trees", tested_days=90, tests=3, people=400)


def keep(ws: Workspace, card: Card, columns: dict[str, Any]) -> None:
    """Keep a card and the rows of its insight as if they had just been learnt."""
    known = ws.context
    sequence = known.lake.sequence("facts")
    with known.register.write() as conn:
        card_store.keep(conn, replace(card, edition=EDITION), at=known.clock.now(), facts_seq=sequence)
    known.lake.write(PREFIX + card.insight, pa.table(columns), seq=sequence)
