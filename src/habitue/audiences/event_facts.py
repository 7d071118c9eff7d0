"""What people did, counted, added up and measured for all conditions of a rule in one pass over the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from hashlib import blake2b
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences import standing
from habitue.audiences.measures import from_groups, is_grouped, measured
from habitue.audiences.moment import Moment
from habitue.audiences.properties import PRODUCTS, event_test
from habitue.audiences.rule import EventCount, EventSum, EventValue, Window
from habitue.audiences.standing import standing_events, with_places, with_products
from habitue.insights.orders import COMPLETED, MONEY, REFUNDED, in_currency

EventNode = EventCount | EventSum | EventValue
PLACE = "place"


def event_facts(events: ir.Table, nodes: Mapping[str, EventNode], moment: Moment) -> ir.Table:
    """One row a person with a column for each node: its count, sum or measure (profile_id, …).

    What all nodes ask alike is asked once, of the rows; the rest stands in the aggregates.
    """
    marked, parts = _marked(events, nodes, moment)
    shared = [part for part in next(iter(parts.values())) if all(part in others for others in parts.values())]
    first = next(iter(parts.values()))
    marked = marked.filter([first[part](marked) for part in shared]) if shared else marked
    counts = {
        key: all_of([holds(marked) for part, holds in several.items() if part not in shared])
        for key, several in parts.items()
    }
    simple = {key: node for key, node in nodes.items() if not is_grouped(node)}
    facts = marked.group_by("profile_id").aggregate(
        **{key: _measure(marked, counts[key], node, moment) for key, node in simple.items()}
    )
    for key, node in nodes.items():
        if isinstance(node, EventValue) and is_grouped(node):
            found = from_groups(marked.filter(counts[key]), key, node, moment)
            if len(nodes) == 1:
                return found
            keyed = found.rename(other_id="profile_id")
            facts = facts.left_join(keyed, facts.profile_id == keyed.other_id).select(*facts.columns, key)
    return facts


def counted_events(events: ir.Table, node: EventNode, moment: Moment) -> ir.Table:
    """The events that count for a node (profile_id, name, at, seq, amount, currency).

    Of a sum those in its currency; what takes away from it is below zero.
    """
    marked, parts = _marked(events, {"node": node}, moment)
    counted = marked.filter(all_of([holds(marked) for holds in parts["node"].values()]))
    if isinstance(node, EventSum):
        counted = counted.filter(_own_money(counted, node, moment)).mutate(amount=_signed(counted, node))
    return counted.select("profile_id", "name", "at", "seq", "amount", "currency")


def _marked(
    events: ir.Table, nodes: Mapping[str, EventNode], moment: Moment
) -> tuple[ir.Table, Mapping[str, Mapping[object, Callable[[ir.Table], ir.BooleanValue]]]]:
    """The events that any node may look at, and what must hold of one to count for each."""
    names = _names_of_all(nodes)
    wanted = standing_events(events, names, since=_since(nodes, moment), moment=moment)
    windows = [node.window for node in nodes.values()]
    if any(w.kind == "since_event" for w in windows):
        wanted = _with_last_events(with_places(wanted, PLACE), windows, moment)
    tests = {key: (_names(node), node.where) for key, node in nodes.items()}
    marked = with_products(wanted, tests, moment)
    parts = {key: _parts(key, node, names, moment, marked.columns) for key, node in nodes.items()}
    return marked, parts


def _names(node: EventNode) -> frozenset[str]:
    """The events a node looks at; money of orders is less refunds."""
    nets = isinstance(node, EventSum) and node.event == COMPLETED
    return frozenset({node.event, REFUNDED}) if nets else frozenset({node.event})


def _names_of_all(nodes: Mapping[str, EventNode]) -> frozenset[str]:
    since = {node.window.event for node in nodes.values() if node.window.kind == "since_event"}
    return frozenset[str](since).union(*(_names(node) for node in nodes.values()))


def _since(nodes: Mapping[str, EventNode], moment: Moment) -> ir.TimestampScalar | None:
    """The first instant that any node looks at, None when one looks at all times."""
    windows = [node.window for node in nodes.values()]
    if any(moment.bounds(window)[0] is None for window in windows):
        return None
    return moment.instant(lambda then: min(start for w in windows if (start := then.bounds(w)[0]) is not None))


def _with_last_events(wanted: ir.Table, windows: Sequence[Window], moment: Moment) -> ir.Table:
    """A column with the place of the person's last event for each event that a window begins with."""
    names = sorted({window.event for window in windows if window.kind == "since_event"})
    if not names:
        return wanted
    own = ibis.window(group_by="profile_id")
    is_past = wanted["at"] < moment.present()
    columns = {
        _last_column(name): wanted[PLACE].max(where=(wanted["name"] == name) & is_past).over(own) for name in names
    }
    return wanted.mutate(**columns)


def _last_column(event: str) -> str:
    # Names of events are free text; their hash is a name that every engine takes.
    return f"last_{blake2b(event.encode(), digest_size=8).hexdigest()}"


def _parts(
    key: str, node: EventNode, names: frozenset[str], moment: Moment, columns: Sequence[str]
) -> dict[object, Callable[[ir.Table], ir.BooleanValue]]:
    """What must hold of an event to count for the node, by what is asked: equal keys ask the same."""
    parts: dict[object, Callable[[ir.Table], ir.BooleanValue]] = {}
    own, window = _names(node), node.window
    if own != names:
        parts[own] = lambda table: table["name"].isin(sorted(own))
    if any(moment.bounds(window)):
        parts[window] = lambda table: all_of(inside(table["at"], window, moment))
    if window.kind == "since_event":
        last = _last_column(window.event)
        parts[last] = lambda table: (table[PLACE] > table[last]).fill_null(False)
    for test in node.where:
        if not test.property.startswith(PRODUCTS):
            parts[test] = partial(event_test, test=test, moment=moment)
    marked = f"{key}{standing.PRODUCTS_SUFFIX}"
    if marked in columns:
        parts[marked] = lambda table: table[marked]
    return parts


def _measure(events: ir.Table, counts: ir.BooleanValue, node: EventNode, moment: Moment) -> ir.Value:
    if isinstance(node, EventCount):
        return events.count(where=counts)
    if isinstance(node, EventValue):
        return measured(events, counts, node, moment)
    own, signed = _own_money(events, node, moment), _signed(events, node)
    return signed.sum(where=counts & own).fill_null(0).cast(MONEY)


def _own_money(events: ir.Table, node: EventSum, moment: Moment) -> Any:
    """Whether an event is in the money that is added up."""
    if node.currency and node.currency != moment.currency:
        return (events.currency == node.currency).fill_null(False)
    return in_currency(events.currency, moment.currency)


def _signed(events: ir.Table, node: EventSum) -> Any:
    """The money of an event; a refund takes away from orders."""
    if REFUNDED in _names(node) and node.event == COMPLETED:
        return ibis.ifelse(events["name"] == REFUNDED, -events.amount.abs(), events.amount)
    return events.amount


def inside(at: ir.TimestampValue, window: Window, moment: Moment) -> list[ir.BooleanValue]:
    """What must hold of an instant inside a window."""
    since, until = moment.within(window)
    parts = [] if since is None else [at >= since]
    return parts if until is None else [*parts, at < until]


def compared(column: Any, op: str, value: object) -> ir.BooleanValue:
    """Whether a count or a sum fulfils the operator."""
    return {
        "at_least": column >= value,
        "at_most": column <= value,
        "exactly": column == value,
        "more_than": column > value,
        "less_than": column < value,
    }[op]


def any_of(parts: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether one of the conditions is true; false of none."""
    return reduce(or_, parts) if parts else ibis.literal(False)


def all_of(parts: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    """Whether every condition is true; true of none."""
    return reduce(and_, parts) if parts else ibis.literal(True)
