"""Between what bounds the real money lies: from the chance to buy at all, and what those who bought then spent.

Nothing comes with the chance that somebody does not buy. What those spend who do is learnt from the tests, by split
conformal prediction (Vovk, Gammerman, Shafer 2005): the money of buyers beside what was expected of them if they buy,
within parts of similar chance. The bounds are quantiles of both together. So the lower one is nought for those whom
more than one in ten chances lets bring nothing, and for nobody else. Learnt with the total of each test put right; how
far the total itself may be off comes on top, from the tests and, where the season was never seen, beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from habitue.insights.models.histories import Flags, Floats

HELD = 0.8
"""The share of cases that the bounds are meant to hold."""
OUTSIDE = (1 - HELD) / 2
KNOWN_SEASON, NEW_SEASON = 0.1, 0.4
"""How far (standard deviation of the logarithm) all customers together may deviate, with and without a year before."""
PARTS = 20
LEAST = 25
_FACTORS = np.array([-1.2816, -0.5244, 0.0, 0.5244, 1.2816])
_STEPS = np.linspace(0.0, 1.0, 201)
_SMALL = 1e-9


@dataclass(frozen=True, slots=True)
class Test:
    """What was forecast on a past day for each customer, the money and the chance to buy at all, and what came."""

    forecast: Floats
    chance: Floats
    real: Floats
    bought: Flags

    def of(self, chosen: Flags | slice) -> Test:
        """The same of some customers."""
        return Test(self.forecast[chosen], self.chance[chosen], self.real[chosen], self.bought[chosen])


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of buyers with a chance of `at`, which ratio to the money expected if they buy has been reached by which share.

    `spread` has one row a chance and one column for each of 201 shares from 0 to 1.
    """

    at: Floats
    spread: Floats

    def around(self, forecast: Floats, chance: Floats) -> tuple[Floats, Floats]:
        """The bounds of each forecast; a forecast is never outside its own bounds."""
        chance = np.clip(chance, _SMALL, 1.0)
        nothing = 1 - chance
        begin = np.where(nothing < OUTSIDE, OUTSIDE, 0.0)
        each = forecast / chance
        low = np.where(begin > 0, each * self._reached(chance, (begin - nothing) / chance), 0.0)
        high = each * self._reached(chance, (begin + HELD - nothing) / chance) * (nothing < begin + HELD)
        return np.minimum(low, forecast), np.maximum(high, forecast)

    def _reached(self, chance: Floats, share: Floats) -> Floats:
        """The ratio that a share of buyers with such a chance do not exceed, between rows and columns."""
        row, by_row = _between(np.interp(chance, self.at, np.arange(len(self.at))), len(self.at))
        column, by_column = _between(np.clip(share, 0.0, 1.0) * (len(_STEPS) - 1), len(_STEPS))
        next_row = np.minimum(row + 1, len(self.at) - 1)
        before = self.spread[row, column] * (1 - by_row) + self.spread[next_row, column] * by_row
        after = self.spread[row, column + 1] * (1 - by_row) + self.spread[next_row, column + 1] * by_row
        found: Floats = before * (1 - by_column) + after * by_column
        return found


def bounds(tests: Sequence[Test], *, season: float = KNOWN_SEASON) -> Bounds:
    """Learn the bounds from tests; customers are taken together, 25 buyers at least."""
    both = _together([_put_right(test) for test in tests])
    buyers = both.of(both.bought)
    if not len(buyers.real):
        return Bounds(np.array([0.0]), np.ones((1, len(_STEPS))))
    parts = _apart(_parts(buyers.chance), buyers.chance)
    ratio = buyers.real * buyers.chance / np.maximum(buyers.forecast, _SMALL)
    factors = np.exp(_FACTORS * deviation(tests, season))
    spread = [np.quantile(np.outer(ratio[part], factors), _STEPS) for part in parts]
    return Bounds(np.array([float(buyers.chance[part].mean()) for part in parts]), np.array(spread))


def deviation(tests: Sequence[Test], season: float) -> float:
    """How far the sum over all customers may be off: as the tests were, and a season on top."""
    off = [np.log(float(test.real.sum()) / float(test.forecast.sum())) for test in tests if _has_money(test)]
    return float(np.sqrt(season**2 + (np.mean(np.square(off)) if off else 0.0)))


def least_held(tests: Sequence[tuple[Floats, Floats]]) -> float:
    """The smallest share of forecast and real money that any bounds can hold.

    Where more than eight of ten bring nothing, nought holds those.
    """
    forecast, real = (np.concatenate(each) for each in zip(*tests, strict=True))
    held = [max(HELD, float(np.mean(real[part] <= 0))) * len(part) for part in _parts(forecast)]
    return float(sum(held) / max(len(forecast), 1))


def coverage(tests: Sequence[Test], *, season: float = KNOWN_SEASON) -> float:
    """How often the real value lay within bounds learnt from the other tests (or the other half of the only one)."""
    if len(tests) == 1:
        tests = [tests[0].of(slice(0, None, 2)), tests[0].of(slice(1, None, 2))]
    inside = []
    for number, test in enumerate(tests):
        others = [each for index, each in enumerate(tests) if index != number]
        low, high = bounds(others, season=season).around(test.forecast, test.chance)
        inside.append((low - 1e-6 <= test.real) & (test.real <= high + 1e-6))
    return float(np.mean(np.concatenate(inside)))


def _between(place: Floats, size: int) -> tuple[np.ndarray, Floats]:
    """The place before and how far from it to the next, so that there is a next one where there are two."""
    before = np.clip(place.astype(np.int64), 0, max(size - 2, 0))
    return before, place - before


def _parts(key: Floats) -> list[np.ndarray]:
    order = np.argsort(key, kind="stable")
    return np.array_split(order, max(min(PARTS, len(order) // LEAST), 1))


def _apart(parts: list[np.ndarray], key: Floats) -> list[np.ndarray]:
    """The parts with those of the same key taken together, so that each has a key of its own."""
    found: list[np.ndarray] = []
    for part in parts:
        if found and float(key[part].mean()) - float(key[found[-1]].mean()) < _SMALL:
            found[-1] = np.concatenate([found[-1], part])
        else:
            found.append(part)
    return found


def _together(tests: Sequence[Test]) -> Test:
    return Test(*(np.concatenate([getattr(test, name) for test in tests]) for name in Test.__slots__))


def _put_right(test: Test) -> Test:
    """A test with the real money multiplied so that its total is that of the forecast."""
    if not _has_money(test):
        return test
    return Test(test.forecast, test.chance, test.real * (test.forecast.sum() / test.real.sum()), test.bought)


def _has_money(test: Test) -> bool:
    return float(test.forecast.sum()) > 0 and float(test.real.sum()) > 0
