"""Days on which people ordered or were paid back, as arrays: read once for all that is told of purchases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from habitue.insights.catalogue import Facts
from habitue.insights.days import days_of_minutes
from habitue.insights.models.histories import Floats, Ints
from habitue.insights.numbered import by_number, ids_of, numbered
from habitue.insights.orders import MONEY, minutes_of_money

UNITS = 10_000
"""The lake knows money to the ten-thousandth."""
_Whole = TypeVar("_Whole", npt.NDArray[np.int32], npt.NDArray[np.int64])


@dataclass(frozen=True, slots=True)
class MoneyDays:
    """One row for each person and day with orders or refunds, sorted by person and day.

    `person` is a place in `people`, `day` counts from 1970, `units` is the money of the day in ten-thousandths.
    """

    people: list[str]
    person: npt.NDArray[np.int32]
    day: npt.NDArray[np.int32]
    orders: npt.NDArray[np.int32]
    other_orders: npt.NDArray[np.int32]
    units: Ints

    @property
    def money(self) -> Floats:
        """The money of each row."""
        found: Floats = self.units / UNITS
        return found


def money_days_of(facts: Facts) -> MoneyDays:
    """Everybody's days up to now."""
    found: MoneyDays = facts.once("money_days", _read)
    return found


def _read(facts: Facts) -> MoneyDays:
    ids = numbered(facts.people)
    events = facts.events.filter(facts.events["at"] < ibis.literal(facts.now, type="timestamp('UTC')"))
    # By minutes, for the zone is told to arrays in no time; as an expression it takes longer to plan than to compute.
    found = minutes_of_money(by_number(events, ids), currency=facts.currency)
    rows = found.select(
        person="profile_id",
        minute="on",
        orders=found.orders.cast("int32"),
        other_orders=found.other_orders.cast("int32"),
        money=found.money.cast(MONEY),
    ).to_pyarrow()
    person, day = _numbers(rows["person"]), days_of_minutes(_numbers(rows["minute"]), facts.timezone)
    key = (person.astype(np.int64) << 32) + day
    order = np.argsort(key)
    key = key[order]
    starts = np.flatnonzero(np.diff(key, prepend=key[:1] - 1))
    first = order[starts]
    return MoneyDays(
        people=ids_of(facts),
        person=person[first],
        day=day[first],
        orders=sums(_numbers(rows["orders"])[order], starts),
        other_orders=sums(_numbers(rows["other_orders"])[order], starts),
        units=sums(units_of(rows["money"])[order], starts),
    )


def sums(values: _Whole, starts: npt.NDArray[np.int64]) -> _Whole:
    """The sums of the runs of values that begin at `starts`, in the type of the values."""
    return np.add.reduceat(values, starts, dtype=values.dtype) if len(starts) else values


def units_of(column: pa.ChunkedArray | pa.Array) -> Ints:
    """Amounts of the lake's type, none of them missing, in ten-thousandths."""
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    # A decimal is kept in 128 bits, the lower 64 first; amounts of the lake fit into these.
    halves = [np.frombuffer(each.buffers()[1], np.int64)[2 * each.offset :][: 2 * len(each) : 2] for each in chunks]
    return np.concatenate(halves) if halves else np.empty(0, np.int64)


def money_of(units: Ints) -> pa.Array:
    """Ten-thousandths as amounts of the lake's type."""
    halves = np.stack([units, units >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(units), [None, pa.py_buffer(halves)])


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    found: npt.NDArray[np.int32] = column.to_numpy().astype(np.int32)
    return found
