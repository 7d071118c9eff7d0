"""One persona, as it is learnt and as it is shown; made without loading what learns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from habitue.insights.card import Said


@dataclass(frozen=True, slots=True)
class Persona:
    """One group: its letter, how many, what sets it apart (msgids with parameters), and means of plain figures."""

    code: str
    people: int
    traits: tuple[Said, ...]
    purchases: float
    silence_days: float
    mean_value: float

    def name(self, translate: Any = str) -> str:
        """What the group calls itself, in words."""
        return ", ".join(each.text(translate) for each in self.traits)
