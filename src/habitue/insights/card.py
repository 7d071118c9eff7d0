"""The card of an insight: how it was tested on this business's own past, and in plain sentences what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Unit = Literal["number", "share", "days", "money"]
Translate = Callable[[str], str]
OneOrMany = Callable[[str, str, int], str]
"""From a text about one, the text about many, and the number: the one that fits, in the reader's language."""
EDITION = 2
"""Counted up when the words of cards change: what was kept in the former ones could no longer be translated."""


def in_english(one: str, many: str, count: int) -> str:
    """The text about one, or that about many."""
    return one if count == 1 else many


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence: an English msgid and its parameters; parameters that are texts themselves are msgids too.

    With `many`, `message` is the text about one, and the parameter `count` tells which of the two it is. A parameter
    may be a part of the sentence that counts something of its own.
    """

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    many: str = ""

    def text(self, translate: Translate = str, one_or_many: OneOrMany = in_english) -> str:
        """The sentence, filled, in the language of `translate`."""
        told = one_or_many(self.message, self.many, self.params["count"]) if self.many else translate(self.message)
        filled = {key: _word(value, translate, one_or_many) for key, value in self.params.items()}
        return told % filled if filled else told


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of the test beside that of the simplest rule; `label` is a msgid, `goal` tells which side is good."""

    name: str
    label: str
    value: float
    baseline: float | None = None
    unit: Unit = "number"
    goal: Literal["low", "high", "none"] = "low"


@dataclass(frozen=True, slots=True)
class Rival:
    """A method that was tried, with its figures by name; `label` is a msgid."""

    name: str
    label: str
    figures: Mapping[str, float]
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Customers with similar forecasts: how many, what was forecast on average, what came on average."""

    people: int
    forecast: float
    real: float


@dataclass(frozen=True, slots=True)
class Card:
    """How an insight fared on the past.

    `is_shown` is the gate: without it nothing is shown as a score. `days` is how far the insight looks ahead,
    `tested_days` how far could be tested, `tests` on how many past days. `method` is a code, the labels are msgids.
    `parts` are customers by forecast in the tests, lowest first; what was forecast of them is the msgid `parts_label`.
    `sentences` are plain words for anybody; terms of art stand in `details` and in the labels of figures and methods.
    """

    insight: str
    is_shown: bool
    days: int
    sentences: tuple[Said, ...]
    method: str = ""
    method_label: str = ""
    baseline_label: str = ""
    tested_days: int = 0
    tests: int = 0
    people: int = 0
    measures: tuple[Measure, ...] = ()
    rivals: tuple[Rival, ...] = ()
    parts: tuple[Part, ...] = ()
    parts_label: str = ""
    parts_unit: Unit = "number"
    edition: int = 0
    inputs: tuple[str, ...] = ()
    details: tuple[Said, ...] = ()

    def measure(self, name: str) -> float | None:
        """The value of one figure, None when it was not measured."""
        return next((each.value for each in self.measures if each.name == name), None)


def _word(value: Any, translate: Translate, one_or_many: OneOrMany) -> Any:
    if isinstance(value, Said):
        return value.text(translate, one_or_many)
    return translate(value) if isinstance(value, str) else value
