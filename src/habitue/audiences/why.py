"""Why somebody is in an audience or not: every condition with its answer and the facts it looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import ibis

from habitue.access import policy
from habitue.audiences import membership
from habitue.audiences.around import Around, around
from habitue.audiences.compile import ANY_CHANNEL
from habitue.audiences.event_facts import EventNode, counted_events
from habitue.audiences.moment import Moment
from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    Group,
    InsightIs,
    MayUse,
    Place,
    Related,
    Rule,
    Trait,
)
from habitue.audiences.tables import AGE, PEOPLE_COLUMNS
from habitue.audiences.topics import topics_of
from habitue.insights.card import Said
from habitue.insights.listing import why_of
from habitue.insights.store import stored
from habitue.kernel.context import Context
from habitue.privacy.consents import Consent as Statement
from habitue.profiles import reading, timeline
from habitue.profiles.reading import Person

MOST_EVENTS = 5
Figure = Decimal | str | None


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that a condition looked at; `amount` is in `currency` and None for events without money."""

    name: str
    at: datetime
    seq: int
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One condition, whether it holds, the values and the last events that it looked at.

    `figure` is what it compared: how often something happened, the sum of its money, or a measure of its properties;
    None for other conditions, and for a measure of nothing. `because` is the reason that an insight gives for what it
    says of the person, where it gives one.
    `more` are the earlier events that it counted beyond those, `more_money` the sum of their money. `consents` are
    the statements that a condition about consent looked at, newest first. `around` are the people whom a condition
    about a company, household or referral asked; None for other conditions. A group that is not a plain “all of these”
    has an answer of its own, before those of its conditions.
    """

    rule: Rule
    holds: bool
    depth: int
    values: tuple[tuple[str, str], ...]
    events: tuple[Happened, ...]
    figure: Figure = None
    because: Said | None = None
    more: int = 0
    more_money: Decimal = Decimal(0)
    consents: tuple[Statement, ...] = ()
    around: Around | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Whether the whole rule holds of a person, and the answer of every condition, in the order of the rule."""

    profile_id: str
    is_in: bool
    answers: tuple[Answer, ...]


def why(ws: Context, rule: Rule, profile_id: str) -> Why:
    """Ask every condition of one person; raises NotFound for nobody."""
    policy.require(ws.actor, "audiences.read")
    policy.require(ws.actor, "people.read")
    person = reading.person(ws, profile_id)
    nodes = list(_asked(rule, 0)) or [(0, rule)]
    table = membership.conditions(ws, [rule, *(node for _depth, node in nodes)], with_figures=True)
    rows = ws.lake.con.to_pyarrow(table.filter(table.profile_id == person.row.profile_id)).to_pylist()
    found: dict[str, Any] = rows[0] if rows else {}
    answers = [
        _answer(ws, node, depth, person, bool(found.get(f"c{number}")), _figure(node, found.get(f"figure_{number}")))
        for number, (depth, node) in enumerate(nodes, 1)
    ]
    return Why(person.row.profile_id, bool(found.get("c0")), tuple(answers))


def _asked(node: Rule, depth: int, *, is_among_all: bool = True) -> Iterator[tuple[int, Rule]]:
    """What is answered, parents first; what is asked of the people around is not asked of the person."""
    if not isinstance(node, Group):
        yield depth, node
        return
    is_all = node.match == "all" or len(node.rules) < 2
    if node.negate or (len(node.rules) > 1 and not (is_all and is_among_all)):
        yield depth, node
        depth, is_among_all = depth + 1, is_all and not node.negate
    for child in node.rules:
        yield from _asked(child, depth, is_among_all=is_among_all)


def _answer(ws: Context, node: Rule, depth: int, person: Person, holds: bool, figure: Figure) -> Answer:
    counted = _counted(ws, node, person.row.profile_id) if isinstance(node, EventNode) else []
    shown, more = counted[:MOST_EVENTS], counted[MOST_EVENTS:]
    told = _insight_row(ws, node, person) if isinstance(node, InsightIs) else {}
    return Answer(
        node,
        holds,
        depth,
        _insight_value(node, told) if isinstance(node, InsightIs) else _values(node, person),
        # Where nothing counts, the newest events of the name tell why: they are too old, or of another kind.
        tuple(shown) or _events(ws, node, person),
        figure,
        why_of(told),
        len(more),
        sum((event.amount or Decimal(0) for event in more), Decimal(0)),
        _statements(node, person.consents),
        around(ws, node, person.row.profile_id) if isinstance(node, Related) else None,
    )


def _counted(ws: Context, node: EventNode, profile_id: str) -> Sequence[Happened]:
    """The events of a person that a condition counts or adds up, newest first."""
    settings = ws.config.workspace
    moment = Moment(now=ws.clock.now(), timezone=settings.timezone, currency=settings.currency)
    found = counted_events(ws.lake.table("events"), node, moment)
    ordered = found.filter(found.profile_id == profile_id).order_by(
        [ibis.desc("at", nulls_first=False), ibis.desc("seq", nulls_first=False)]
    )
    rows = ws.lake.con.to_pyarrow(ordered).to_pylist()
    return [Happened(row["name"], row["at"], row["seq"], row["amount"], row["currency"] or "") for row in rows]


def _statements(node: Rule, consents: Sequence[Statement]) -> tuple[Statement, ...]:
    if isinstance(node, MayUse):
        return tuple(each for each in consents if each.purpose == node.purpose)
    if not isinstance(node, Consent):
        return ()
    channels = {node.channel, ANY_CHANNEL}
    return tuple(
        each
        for each in consents
        if each.purpose == node.purpose and (node.channel == ANY_CHANNEL or each.channel in channels)
    )


def _figure(node: Rule, value: Any) -> Figure:
    """What a condition about events compared; None for other conditions."""
    if isinstance(node, EventValue):
        return _measure(node, value)
    return Decimal(str(value or 0)) if isinstance(node, EventCount | EventSum) else None


def _measure(node: EventValue, value: Any) -> Figure:
    if node.measure == "average":
        return value["total"] / value["number"] if value and value["number"] else None
    if value is None:
        return Decimal(0) if node.measure in ("sum", "distinct") else None
    return value if isinstance(value, str) else Decimal(str(value))


def _values(node: Rule, person: Person) -> tuple[tuple[str, str], ...]:
    names: Sequence[str] = ()
    if isinstance(node, Trait):
        names = ["birth_date" if node.field == AGE else node.field]
    elif isinstance(node, Place):
        names = ["country", "region", "city", "postal_code"]
    found = []
    for name in names:
        value = getattr(person.row, name, None) if name in PEOPLE_COLUMNS else None
        value = person.traits.get(name) if value is None else value
        if value is not None and value != "":
            found.append((name, str(value)))
    return tuple(found)


def _insight_row(ws: Context, node: InsightIs, person: Person) -> dict[str, Any]:
    """All that an insight says of a person; nothing where it says nothing."""
    table = stored(ws, node.insight).table
    rows = ws.lake.con.to_pyarrow(table.filter(table.profile_id == person.row.profile_id).limit(1)).to_pylist()
    return rows[0] if rows else {}


def _insight_value(node: InsightIs, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a condition compared of it, under `insight.field`."""
    value = told.get(node.field)
    return () if value is None else ((f"{node.insight}.{node.field}", _text(value)),)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _events(ws: Context, node: Rule, person: Person) -> tuple[Happened, ...]:
    names = [] if isinstance(node, Group | Related) else sorted(topics_of(node, {}).events)
    if not names:
        return ()
    with ws.register.read() as conn:
        moments = timeline.of_identifiers(conn, person.identifier_ids, names=names, limit=MOST_EVENTS)
    return tuple(
        Happened(moment.name, moment.at, moment.seq, moment.amount, moment.currency or "") for moment in moments
    )
