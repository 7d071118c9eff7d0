"""Which reports there are: every module of this folder that has a REPORT; and what they are computed from."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Literal

import ibis.expr.types as ir
import pyarrow as pa

from habitue.insights.days import minus_months
from habitue.insights.reports.shape import Outcome, Row
from habitue.kernel.clock import day_in

Theme = Literal["customers", "products", "money", "places", "opinions", "departments"]
Department = Literal["marketing", "sales", "service"]


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is computed from: lake tables, the last instant that the data tells of, zone and currency.

    `rows` runs a table and returns its rows, `arrow` the same as an Arrow table, `keep` computes one once for
    several uses. `rfm` gives recency, frequency and money at an instant, `learnt` the table of
    an insight that passed its test, None for another. `is_past` tells that the data ends long
    before today, so that `now` is the end of the data, not today.
    """

    events: ir.Table
    people: ir.Table
    consents: ir.Table
    now: datetime
    timezone: str
    currency: str
    rows: Callable[[ir.Table], list[Row]]
    arrow: Callable[[ir.Table], pa.Table]
    keep: Callable[[ir.Table], ir.Table]
    rfm: Callable[[datetime], ir.Table]
    is_past: bool = False
    learnt: Callable[[str], ir.Table | None] = lambda _name: None

    @property
    def today(self) -> date:
        """The last day that the report looks at."""
        return day_in(self.now, self.timezone)

    @property
    def year(self) -> tuple[date, date]:
        """The first and the last day of the last twelve months."""
        return minus_months(self.today, 12) + timedelta(days=1), self.today


@dataclass(frozen=True, slots=True)
class Report:
    """A report: `label`, `question` and `needs` are msgids, `needs` telling which data it wants."""

    name: str
    label: str
    question: str
    needs: str
    theme: Theme
    compute: Callable[[Material], Outcome]
    departments: Sequence[Department] = ()
    order: int = 50


@cache
def reports() -> Mapping[str, Report]:
    """All reports by name, in the order in which they are shown."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    found: list[Report] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(folder)):
        report = getattr(importlib.import_module(f"{package}.{module}"), "REPORT", None)
        if isinstance(report, Report):
            found.append(report)
    return MappingProxyType({report.name: report for report in sorted(found, key=lambda each: each.order)})
