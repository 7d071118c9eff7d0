"""Between what bounds the real money lies: learnt from what customers with similar forecasts did in the tests.

Split conformal prediction (Vovk, Gammerman, Shafer 2005) within parts of similar forecast, where many bring nothing:
a band that holds eight of ten then starts at nought and ends where eight of ten end. How customers spread is learnt
with the total of each test put right; how far the total itself may be off comes on top, from the tests and, where the
season was never seen, beyond them: customers are then taken to do what those with a forecast higher or lower by that
factor did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from habitue.insights.models.histories import Floats

HELD = 0.8
"""The share of cases that the bounds are meant to hold."""
KNOWN_SEASON, NEW_SEASON = 0.1, 0.4
"""How far (standard deviation of the logarithm) all customers together may deviate, with and without a year before."""
PARTS = 20
LEAST = 25
_LEVELS = (-1.2816, -0.5244, 0.0, 0.5244, 1.2816)

Test = tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Bounds:
    """For forecasts of `at` the real value was `low` to `high` times the forecast in eight of ten cases."""

    at: Floats
    low: Floats
    high: Floats

    def around(self, forecast: Floats) -> tuple[Floats, Floats]:
        """The bounds of each forecast; a forecast is never outside its own bounds."""
        place = np.log1p(np.maximum(forecast, 0))
        low = forecast * np.interp(place, self.at, self.low)
        high = forecast * np.interp(place, self.at, self.high)
        return np.minimum(low, forecast), np.maximum(high, forecast)


def bounds(tests: Sequence[Test], *, season: float = KNOWN_SEASON) -> Bounds:
    """Learn the bounds from tests (forecast and real money of each); customers are taken together, 25 at least."""
    forecast, real = _together([_put_right(*test) for test in tests])
    parts = _parts(forecast)
    ratio = real / np.maximum(forecast, 1e-9)
    middle = np.array([max(float(forecast[part].mean()), 0.0) for part in parts])
    factors = np.exp(np.array(_LEVELS) * deviation(tests, season))
    found = [_band([(ratio[parts[_near(middle, at * factor)]], factor) for factor in factors]) for at in middle]
    low, high = np.array(found).T
    return Bounds(np.log1p(middle), low, high)


def deviation(tests: Sequence[Test], season: float) -> float:
    """How far the sum over all customers may be off: as the tests were, and a season on top."""
    off = [np.log(float(real.sum()) / float(forecast.sum())) for forecast, real in tests if _has_money(forecast, real)]
    return float(np.sqrt(season**2 + (np.mean(np.square(off)) if off else 0.0)))


def least_held(tests: Sequence[Test]) -> float:
    """The smallest share that any bounds can hold: where more than eight of ten bring nothing, nought holds those."""
    forecast, real = _together(tests)
    parts = _parts(forecast)
    held = [max(HELD, float(np.mean(real[part] <= 0))) * len(part) for part in parts]
    return float(sum(held) / max(len(forecast), 1))


def coverage(tests: Sequence[Test], *, season: float = KNOWN_SEASON) -> float:
    """How often the real value lay within bounds learnt from the other tests (or the other half of the only one)."""
    if len(tests) == 1:
        forecast, real = tests[0]
        tests = [(forecast[0::2], real[0::2]), (forecast[1::2], real[1::2])]
    inside = []
    for number, (forecast, real) in enumerate(tests):
        others = [each for index, each in enumerate(tests) if index != number]
        low, high = bounds(others, season=season).around(forecast)
        inside.append((low - 1e-6 <= real) & (real <= high + 1e-6))
    return float(np.mean(np.concatenate(inside)))


def _band(seen: Sequence[tuple[Floats, float]]) -> tuple[float, float]:
    """The bounds of what was seen, each under its factor; where noughts are common they start there."""
    ratios = np.concatenate([ratio * factor for ratio, factor in seen])
    weights = np.concatenate([np.full(len(ratio), 1 / max(len(ratio), 1)) for ratio, _factor in seen])
    order = np.argsort(ratios, kind="stable")
    ratios, share = ratios[order], np.cumsum(weights[order]) / weights.sum()
    outside = (1 - HELD) / 2
    begin = 0.0 if float(weights[order][ratios <= 0].sum() / weights.sum()) >= outside else outside
    low = float(ratios[np.searchsorted(share, begin)]) if begin else 0.0
    return low, float(ratios[min(int(np.searchsorted(share, begin + HELD - 1e-9)), len(ratios) - 1)])


def _parts(forecast: Floats) -> list[np.ndarray]:
    order = np.argsort(forecast, kind="stable")
    return np.array_split(order, max(min(PARTS, len(order) // LEAST), 1))


def _near(middle: Floats, value: float) -> int:
    return int(np.abs(np.log1p(middle) - np.log1p(value)).argmin())


def _together(tests: Sequence[Test]) -> Test:
    return np.concatenate([forecast for forecast, _real in tests]), np.concatenate([real for _forecast, real in tests])


def _put_right(forecast: Floats, real: Floats) -> Test:
    """A test with the real money multiplied so that its total is that of the forecast."""
    return (forecast, real * (forecast.sum() / real.sum())) if _has_money(forecast, real) else (forecast, real)


def _has_money(forecast: Floats, real: Floats) -> bool:
    return float(forecast.sum()) > 0 and float(real.sum()) > 0
