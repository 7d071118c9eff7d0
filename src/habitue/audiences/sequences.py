"""Ordered sequences: whether some choice of somebody's events fits all steps, told from the last step backwards.

For every event that fits a step it is enough to know the nearest later event from which the rest is fulfilled:
nearer is better for every limit, and leaves less room for what must not happen in between. So each step costs one
window over the sorted events, however many choices there are.
"""

from __future__ import annotations

from collections.abc import Sequence as Items
from functools import reduce
from operator import and_
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences.event_facts import inside
from habitue.audiences.moment import Moment
from habitue.audiences.properties import PRODUCTS, event_test, property_text
from habitue.audiences.rule import Sequence, Step
from habitue.audiences.rule_parts import other_of
from habitue.audiences.standing import PRODUCTS_SUFFIX, standing_events, with_places, with_products

_AFTER = (1, None)


def people_of_sequence(events: ir.Table, node: Sequence, moment: Moment) -> ir.Table:
    """The people (profile_id) who have such a sequence."""
    table = _marked(events, node, moment)
    happened = [number for number, step in enumerate(node.steps) if not step.negate]
    for place in range(len(happened) - 1, -1, -1):
        number = happened[place]
        following = happened[place + 1] if place + 1 < len(happened) else None
        until = following if following is not None else len(node.steps)
        table = _reached(table, node.steps, number, following, range(number + 1, until), moment)
    found = table.filter(table[_reach(happened[0])])
    return found.select("profile_id").distinct()


def _marked(events: ir.Table, node: Sequence, moment: Moment) -> ir.Table:
    """The events with their place, a true or false column for each step, and the properties to compare."""
    table = standing_events(events, {step.event for step in node.steps}, since=None, moment=moment)
    table = table.filter(table["at"] < moment.instant(lambda m: m.now))
    tests = {f"step_{number}": ((step.event,), step.where) for number, step in enumerate(node.steps)}
    table = with_products(table, tests, moment)
    columns: dict[str, Any] = {}
    for number, step in enumerate(node.steps):
        parts = [table["name"] == step.event]
        parts += [event_test(table, test, moment) for test in step.where if not test.property.startswith(PRODUCTS)]
        if f"step_{number}{PRODUCTS_SUFFIX}" in table.columns:
            parts.append(table[f"step_{number}{PRODUCTS_SUFFIX}"])
        if not step.negate:
            parts += inside(table["at"], node.window, moment)
        columns[_fits(number)] = reduce(and_, parts)
    for number, name in enumerate(_names(node.steps)):
        columns[f"value_{number}"] = property_text(table, name)
    table = table.select("profile_id", "seq", "at", **columns)
    table = table.filter(reduce(lambda a, b: a | b, [table[_fits(n)] for n in range(len(node.steps))]))
    return with_places(table, "place")


def _reached(
    table: ir.Table, steps: Items[Step], number: int, following: int | None, missing: range, moment: Moment
) -> ir.Table:
    """With the column that tells from which events the steps from `number` on are fulfilled."""
    if following is not None:
        table = _nearest(table, steps, following, _reach(following))
    for other in missing:
        table = _nearest(table, steps, other, _fits(other))
    parts: list[Any] = [table[_fits(number)]]
    if following is not None:
        parts.append(table[f"place_{following}"].notnull())
        if steps[following].within_minutes:
            parts.append(table[f"at_{following}"] < table["at"] + _length(steps[following]))
    for other in missing:
        parts.append(_absent(table, steps[other], other, following))
        if following is None and steps[other].within_minutes:
            # What must not happen is certain only when its time is over.
            parts.append(table["at"] + _length(steps[other]) <= moment.instant(lambda m: m.now))
    return table.mutate(**{_reach(number): reduce(and_, [part.fill_null(False) for part in parts])})


def _absent(table: ir.Table, step: Step, number: int, following: int | None) -> Any:
    """Whether the nearest event of a negated step comes too late to matter, or never."""
    found = table[f"place_{number}"].isnull()
    if following is not None:
        found = found | (table[f"place_{number}"] > table[f"place_{following}"])
    if step.within_minutes:
        found = found | (table[f"at_{number}"] >= table["at"] + _length(step))
    return found


def _nearest(table: ir.Table, steps: Items[Step], number: int, flag: str) -> ir.Table:
    """With place and time of the nearest later event that has the flag, and the same properties where that is asked."""
    names = _names(steps)
    pairs = [(f"value_{names.index(other_of(s))}", f"value_{names.index(s.property)}") for s in steps[number].same]
    if any(before != after for before, after in pairs):
        return _nearest_of_pairs(table, pairs, number, flag)
    keys = [after for _before, after in pairs]
    marked = reduce(and_, [table[flag], *(table[key].notnull() for key in keys)])
    later = ibis.window(group_by=["profile_id", *keys], order_by="place", rows=_AFTER)
    return table.mutate(
        **{
            f"place_{number}": ibis.ifelse(marked, table["place"], None).min().over(later),
            f"at_{number}": ibis.ifelse(marked, table["at"], None).min().over(later),
        }
    )


def _nearest_of_pairs(table: ir.Table, pairs: Items[tuple[str, str]], number: int, flag: str) -> ir.Table:
    """The same where a property equals another one of the step before: both stand in one sorted table."""
    before = {f"key_{i}": table[name] for i, (name, _after) in enumerate(pairs)}
    after = {f"key_{i}": table[name] for i, (_before, name) in enumerate(pairs)}
    nothing = {"hit_place": ibis.null("int64"), "hit_at": ibis.null("timestamp('UTC', 6)")}
    asking = table.select("profile_id", place=table.place.cast("int64"), role=ibis.literal(1), **before, **nothing)
    hits = table.filter(table[flag])
    place = hits.place.cast("int64")
    hit_keys = {name: hits[after[name].get_name()] for name in after}
    told = hits.select(
        "profile_id", place=place, role=ibis.literal(0), **hit_keys, hit_place=place,
        hit_at=hits["at"].cast("timestamp('UTC', 6)"),
    )  # fmt: skip
    told = told.filter(reduce(and_, [told[name].notnull() for name in after]))
    both = asking.union(told)
    later = ibis.window(group_by=["profile_id", *after], order_by=["place", "role"], rows=_AFTER)
    found = both.mutate(
        **{f"place_{number}": both.hit_place.min().over(later), f"at_{number}": both.hit_at.min().over(later)}
    )
    found = found.filter(found.role == 1).select(
        f"place_{number}", f"at_{number}", other_id="profile_id", other_place="place"
    )
    joined = table.left_join(
        found, [table.profile_id == found.other_id, table.place.cast("int64") == found.other_place]
    )
    return joined.select(*table.columns, f"place_{number}", f"at_{number}")


def _names(steps: Items[Step]) -> list[str]:
    """The properties that are compared between steps."""
    return sorted({name for step in steps for same in step.same for name in (same.property, other_of(same))})


def _length(step: Step) -> Any:
    return ibis.interval(minutes=step.within_minutes)


def _fits(number: int) -> str:
    return f"fits_{number}"


def _reach(number: int) -> str:
    return f"reach_{number}"
