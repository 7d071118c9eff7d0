"""What answers teach the automatic limit: above which probability a match is made without asking. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WANTED = 0.95
LOWEST, HIGHEST, STEP = 0.80, 0.99, 0.01
REVIEW_FROM = 0.30
NEAR = 0.05
BELIEF = 6.0


@dataclass(frozen=True, slots=True)
class Answered:
    """A pair that somebody decided: what the model thought, and what the person said."""

    score: float
    is_same: bool


@dataclass(frozen=True, slots=True)
class Precision:
    """How often pairs in a span of probabilities were the same, and how often the model expected it."""

    since: float
    until: float
    pairs: int
    same: int
    expected: float


def upper(answers: Iterable[Answered]) -> float:
    """The lowest limit from which on, as far as answers and model tell, at least 95 of 100 pairs are the same.

    At each probability the model counts like six answers, so that without any the limit is 95 %.
    """
    told = list(answers)
    found = HIGHEST
    for place in range(round((HIGHEST - LOWEST) / STEP) + 1):
        at = round(HIGHEST - place * STEP, 2)
        if _rate(told, at) < WANTED - 1e-9:
            break
        found = at
    return found


def precision(answers: Iterable[Answered]) -> Sequence[Precision]:
    """The answers beside what the model expected, by tenths of probability, the highest first."""
    told = list(answers)
    found = []
    for tenth in range(9, -1, -1):
        since, until = tenth / 10, (tenth + 1) / 10
        inside = [each for each in told if since <= each.score < until or (tenth == 9 and each.score == 1)]
        if inside:
            expected = sum(each.score for each in inside)
            found.append(Precision(since, until, len(inside), sum(each.is_same for each in inside), expected))
    return found


def _rate(told: Sequence[Answered], at: float) -> float:
    near = [each for each in told if abs(each.score - at) <= NEAR]
    return (sum(each.is_same for each in near) + BELIEF * at) / (len(near) + BELIEF)
