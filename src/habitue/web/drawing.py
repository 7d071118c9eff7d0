"""A chart drawn twice, for wide and for narrow screens, so that its writing stays readable on a telephone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from habitue.web import charts

WIDE, NARROW = 600, 310
STEPS = (1, 2, 2.5, 5, 10)

Describe = Callable[[int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with its message and its table; `describe` gives the Vega-Lite description for a width in pixels."""

    title: str
    describe: Describe
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @property
    def wide(self) -> SafeString:
        """The drawing for wide screens."""
        return charts.svg(self.describe(WIDE))

    @property
    def narrow(self) -> SafeString:
        """The drawing for telephones."""
        return charts.svg(self.describe(NARROW))


def ticks(highest: float, *, count: int = 4) -> list[float]:
    """Round numbers from 0 up to at least `highest`, about `count` steps."""
    if highest <= 0:
        return [0, 1]
    rough = highest / count
    power = float(Decimal(10) ** Decimal(str(rough)).adjusted())
    step = next(step * power for step in STEPS if step * power >= rough)
    found = [0.0]
    while found[-1] < highest:
        found.append(round(found[-1] + step, 10))
    return found


def axis(values: Sequence[float], write: Callable[[float], str], **more: Any) -> dict[str, Any]:
    """An axis whose marks are written as the reader writes numbers."""
    words = {f"t{number}": write(value) for number, value in enumerate(values)}
    branches = "".join(
        f"datum.value == {json.dumps(value)} ? {json.dumps(words[f't{number}'])} : "
        for number, value in enumerate(values)
    )
    return {"title": None, "values": list(values), "labelExpr": f"{branches}''", **more}
