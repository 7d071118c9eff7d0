"""Ordered sequences: whether some choice of somebody's events fits all steps, told from the last step backwards.

For every event that fits a step it is enough to know the nearest later event from which the rest is fulfilled:
nearer is better for every limit, and leaves less room for what must not happen in between. So each step costs one
window over the sorted events, however many choices there are. Several sequences are told in the same passes, and what
they ask alike is asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences.event_facts import inside
from habitue.audiences.moment import Moment
from habitue.audiences.properties import PRODUCTS, event_test, property_text
from habitue.audiences.rule import Sequence, Step
from habitue.audiences.rule_parts import PropertyTest, Window, other_of
from habitue.audiences.standing import PRODUCTS_SUFFIX, standing_events, with_places, with_products

# Later events are what stands before an event in the order from the last to the first: Spark and PostgreSQL count up to
# a row as they go, and from a row on anew for each row, which is quadratic for somebody busy.
_LATER = (None, -1)
_Fit = tuple[str, tuple[PropertyTest, ...], Window | None]


def people_of_sequences(events: ir.Table, nodes: Mapping[str, Sequence], moment: Moment) -> ir.Table:
    """The people (profile_id) with a true or false column for each key: whether they have such a sequence.

    Who has none of them may be missing.
    """
    fits = _Fits.of(nodes.values())
    table = _marked(events, fits, moment)
    chains = {key: _Chain(node, fits) for key, node in nodes.items()}
    table = _with_nearest(table, [each for chain in chains.values() for each in chain.nearest.values()])
    for depth in range(max(len(chain.happened) for chain in chains.values())):
        waiting = [chain for chain in chains.values() if depth < len(chain.happened)]
        table = _with_nearest(table, [each for chain in waiting for each in chain.look_for(depth)])
        told = {chain.last: chain.reached(table, depth, moment) for chain in waiting}
        new = {name: value for name, value in told.items() if name not in table.columns}
        table = table.mutate(**new) if new else table
    last = {key: table[chain.last] for key, chain in chains.items()}
    table = table.select("profile_id", **last).filter(lambda t: reduce(or_, [t[key] for key in last]))
    if len(last) == 1:
        return table.distinct()
    return table.group_by("profile_id").aggregate(**{key: table[key].any() for key in last})


def stands_alone(node: Sequence) -> bool:
    """Whether a step compares two different properties, which takes a join of its own."""
    return any(same.property != other_of(same) for step in node.steps for same in step.same)


@dataclass(frozen=True, slots=True)
class _Fits:
    """What makes an event fit a step, and the properties that are compared, each with the name of its column."""

    columns: Mapping[_Fit, str]
    values: Mapping[str, str]
    names: dict[object, int] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Sequence]) -> _Fits:
        """Of all steps of some sequences."""
        each = [(step, node) for node in nodes for step in node.steps]
        fits = dict.fromkeys(_fit(step, node) for step, node in each)
        names = sorted({name for step, _node in each for same in step.same for name in (same.property, other_of(same))})
        return cls(
            {fit: f"fits_{number}" for number, fit in enumerate(fits)},
            {name: f"value_{number}" for number, name in enumerate(names)},
        )

    def column(self, step: Step, node: Sequence) -> str:
        """The column that tells whether an event fits a step."""
        return self.columns[_fit(step, node)]

    def nearest(self, flag: str, step: Step) -> _Nearest:
        """The nearest later event with a flag that agrees with what the step compares."""
        pairs = tuple((self.values[other_of(same)], self.values[same.property]) for same in step.same)
        return _Nearest(flag, pairs, self.number((flag, pairs)))

    def number(self, key: object) -> int:
        """The number of what is asked: equal keys ask the same."""
        return self.names.setdefault(key, len(self.names))


def _fit(step: Step, node: Sequence) -> _Fit:
    return (step.event, step.where, None if step.negate else node.window)


@dataclass(frozen=True, slots=True)
class _Nearest:
    """The nearest later event that has a flag, and the same properties where that is asked."""

    flag: str
    pairs: tuple[tuple[str, str], ...]
    number: int

    @property
    def place(self) -> str:
        """The column of its place."""
        return f"place_{self.number}"

    @property
    def at(self) -> str:
        """The column of its time."""
        return f"at_{self.number}"


class _Chain:
    """One sequence on its way from the last step to the first: from which events the steps so far are fulfilled.

    `last` is the column that tells so.
    """

    def __init__(self, node: Sequence, fits: _Fits) -> None:
        self._steps, self._fits = node.steps, fits
        self._columns = [fits.column(step, node) for step in node.steps]
        self.happened = [number for number, step in enumerate(node.steps) if not step.negate][::-1]
        self.nearest = {
            number: fits.nearest(self._columns[number], step) for number, step in enumerate(node.steps) if step.negate
        }
        self.last = ""

    def look_for(self, depth: int) -> list[_Nearest]:
        """Which later event has to be known to tell the step at this depth; names its column."""
        number, found = self.happened[depth], list[_Nearest]()
        if depth:
            following = self.happened[depth - 1]
            found = [self._fits.nearest(self.last, self._steps[following])]
            self.nearest[following] = found[0]
        around = [(self.nearest[other], self._steps[other].within_minutes) for other in self._around(number)]
        self.last = f"reach_{self._fits.number((self._columns[number], tuple(around)))}"
        return found

    def reached(self, table: ir.Table, depth: int, moment: Moment) -> ir.BooleanValue:
        """From which events the steps from the one at this depth on are fulfilled."""
        number, steps = self.happened[depth], self._steps
        following = self.happened[depth - 1] if depth else None
        parts: list[Any] = [table[self._columns[number]]]
        for other in self._around(number):
            step, nearest = steps[other], self.nearest[other]
            if other == following:
                parts.append(table[nearest.place].notnull())
                parts += [table[nearest.at] < table["at"] + _length(step)] if step.within_minutes else []
                continue
            parts.append(self._absent(table, other, following))
            if following is None and step.within_minutes:
                # What must not happen is certain only when its time is over.
                parts.append(table["at"] + _length(step) <= moment.present())
        found: ir.BooleanValue = reduce(and_, [part.fill_null(False) for part in parts])
        return found

    def _around(self, number: int) -> range:
        """The steps from the one after `number` to the next that happened, or to the end."""
        later = [other for other in self.happened if other > number]
        return range(number + 1, min(later) + 1 if later else len(self._steps))

    def _absent(self, table: ir.Table, number: int, following: int | None) -> ir.BooleanValue:
        """Whether the nearest event of a negated step comes too late to matter, or never."""
        step, nearest = self._steps[number], self.nearest[number]
        found = table[nearest.place].isnull()
        if following is not None:
            found = found | (table[nearest.place] > table[self.nearest[following].place])
        if step.within_minutes:
            found = found | (table[nearest.at] >= table["at"] + _length(step))
        return found


def _marked(events: ir.Table, fits: _Fits, moment: Moment) -> ir.Table:
    """The events with their place, a true or false column for each fit, and the properties to compare."""
    table = standing_events(events, {event for event, _where, _window in fits.columns}, since=None, moment=moment)
    table = table.filter(table["at"] < moment.present())
    tests = {name: ((event,), where) for (event, where, _window), name in fits.columns.items()}
    table = with_products(table, tests, moment)
    columns: dict[str, Any] = {}
    for (event, where, window), name in fits.columns.items():
        parts = [table["name"] == event]
        parts += [event_test(table, test, moment) for test in where if not test.property.startswith(PRODUCTS)]
        if f"{name}{PRODUCTS_SUFFIX}" in table.columns:
            parts.append(table[f"{name}{PRODUCTS_SUFFIX}"])
        if window is not None:
            parts += inside(table["at"], window, moment)
        columns[name] = reduce(and_, parts)
    for property_name, name in fits.values.items():
        columns[name] = property_text(table, property_name)
    table = table.select("profile_id", "seq", "at", **columns)
    table = table.filter(reduce(or_, [table[name] for name in fits.columns.values()]))
    return with_places(table, "place")


def _with_nearest(table: ir.Table, wanted: Iterable[_Nearest]) -> ir.Table:
    """With the columns of everything that is looked for, those in equal windows in one pass."""
    missing = [each for each in dict.fromkeys(wanted) if each.place not in table.columns]
    columns: dict[str, Any] = {}
    for each in missing:
        if all(before == after for before, after in each.pairs):
            keys = [after for _before, after in each.pairs]
            marked = reduce(and_, [table[each.flag], *(table[key].notnull() for key in keys)])
            later = ibis.window(group_by=["profile_id", *keys], order_by=ibis.desc("place"), rows=_LATER)
            columns[each.place] = ibis.ifelse(marked, table["place"], None).min().over(later)
            columns[each.at] = ibis.ifelse(marked, table["at"], None).min().over(later)
    table = table.mutate(**columns) if columns else table
    for each in missing:
        if each.place not in columns:
            table = _with_nearest_of_pairs(table, each)
    return table


def _with_nearest_of_pairs(table: ir.Table, wanted: _Nearest) -> ir.Table:
    """The same where a property equals another one of the step before: both stand in one sorted table."""
    before = {f"key_{i}": table[name] for i, (name, _after) in enumerate(wanted.pairs)}
    after = {f"key_{i}": name for i, (_before, name) in enumerate(wanted.pairs)}
    nothing = {"hit_place": ibis.null("int64"), "hit_at": ibis.null("timestamp('UTC', 6)")}
    asking = table.select("profile_id", place=table.place.cast("int64"), role=ibis.literal(1), **before, **nothing)
    hits = table.filter(table[wanted.flag])
    place = hits.place.cast("int64")
    told = hits.select(
        "profile_id", place=place, role=ibis.literal(0), **{key: hits[name] for key, name in after.items()},
        hit_place=place, hit_at=hits["at"].cast("timestamp('UTC', 6)"),
    )  # fmt: skip
    told = told.filter(reduce(and_, [told[key].notnull() for key in after]))
    both = asking.union(told)
    later = ibis.window(group_by=["profile_id", *after], order_by=[ibis.desc("place"), ibis.desc("role")], rows=_LATER)
    found = both.mutate(**{wanted.place: both.hit_place.min().over(later), wanted.at: both.hit_at.min().over(later)})
    found = found.filter(found.role == 1).select(wanted.place, wanted.at, other_id="profile_id", other_place="place")
    joined = table.left_join(
        found, [table.profile_id == found.other_id, table.place.cast("int64") == found.other_place]
    )
    return joined.select(*table.columns, wanted.place, wanted.at)


def _length(step: Step) -> Any:
    return ibis.interval(minutes=step.within_minutes)
