"""Between what bounds the real money lies: learnt from what customers with similar forecasts did in the tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from habitue.insights.models.histories import Floats

LOW, HIGH = 0.1, 0.9
PARTS = 20
LEAST = 25


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


def bounds(forecast: Floats, real: Floats) -> Bounds:
    """Learn the bounds from tests; customers are taken together by forecast, 25 at least."""
    order = np.argsort(forecast, kind="stable")
    parts = np.array_split(order, max(min(PARTS, len(order) // LEAST), 1))
    ratio = real / np.maximum(forecast, 1e-9)
    return Bounds(
        at=np.array([np.log1p(max(float(forecast[part].mean()), 0.0)) for part in parts]),
        low=np.array([float(np.quantile(ratio[part], LOW)) for part in parts]),
        high=np.array([float(np.quantile(ratio[part], HIGH)) for part in parts]),
    )


def coverage(tests: list[tuple[Floats, Floats]]) -> float:
    """How often the real value lay within bounds learnt from the other tests (or the other half of the only one)."""
    if len(tests) == 1:
        forecast, real = tests[0]
        tests = [(forecast[0::2], real[0::2]), (forecast[1::2], real[1::2])]
    inside = []
    for number, (forecast, real) in enumerate(tests):
        others = [each for index, each in enumerate(tests) if index != number]
        learnt = bounds(np.concatenate([f for f, _r in others]), np.concatenate([r for _f, r in others]))
        low, high = learnt.around(forecast)
        inside.append((low - 1e-6 <= real) & (real <= high + 1e-6))
    return float(np.mean(np.concatenate(inside)))
