"""A part of everybody beside the lake, small enough that a rule is estimated of it while somebody types.

Only a large lake has one. Whoever falls into it is chosen by a hash of the profile; their events and consents are
copied with them, so that every condition about one person says of the part what it says of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from math import sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any, cast

import ibis.expr.types as ir

from habitue.audiences.asking import asks_relations
from habitue.audiences.flags import PARTS as FINEST
from habitue.audiences.flags import part_of_everybody
from habitue.audiences.rule import Rule, Sample
from habitue.insights.orders import cancellations
from habitue.kernel import lake, state
from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.kernel.lake import Lake
from habitue.profiles import replica
from habitue.profiles.replica_tables import PEOPLE
from habitue.profiles.slices import CONSENTS, EVENTS

ABOUT = 500_000
"""So many events are in the part, more or less."""
PAUSE = timedelta(minutes=10)
WRITTEN_AT = "part_written_at"
COPIES: Mapping[str, str] = {"people": "part_people", "events": "part_events", "consents": "part_consents"}
for _name, _columns in zip(COPIES.values(), (PEOPLE, EVENTS, CONSENTS), strict=True):
    lake.declare(_name, _columns)
# No rule can name its sample so, which would be of the same people.
_NAME = "\x1fpart"
_SURE = NormalDist().inv_cdf(0.975)


class PartLake:
    """The lake as the part has it: what is about one person is of the part, everything else is whole."""

    def __init__(self, whole: Lake) -> None:
        self.whole = whole

    @property
    def con(self) -> Any:
        """The engine's connection of this thread."""
        return self.whole.con

    def table(self, name: str) -> ir.Table:
        """The table or view of the name."""
        return self.whole.table(COPIES.get(name, name))

    def has(self, name: str) -> bool:
        """Whether the table was ever written."""
        return self.whole.has(COPIES.get(name, name))


@dataclass(frozen=True, slots=True)
class About:
    """How many people fulfil a rule as far as the part tells: likely between `low` and `high` (95 %), of `of`.

    So many as `asked` of them are in the part.
    """

    people: int
    low: int
    high: int
    of: int
    asked: int

    @property
    def shown(self) -> tuple[int, int, int]:
        """People, low and high with as many digits as are known."""
        digits = max(0, len(str(max(self.high - self.low, 1))) - 1)
        most, least, middle = -(-self.high // 10**digits), self.low // 10**digits, round(self.people, -digits)
        return middle, least * 10**digits, most * 10**digits


def of(ws: Context, rule: Rule, mentioned: Mapping[str, Rule]) -> Context | None:
    """The world of the part, where there is one and it can answer; a rule about people around somebody needs all."""
    if not ws.lake.has(COPIES["people"]) or any(map(asks_relations, (rule, *mentioned.values()))):
        return None
    return replace(ws, lake=cast(Lake, PartLake(ws.lake)))


def whole(ws: Context) -> Context:
    """The world of everybody."""
    return replace(ws, lake=ws.lake.whole) if isinstance(ws.lake, PartLake) else ws


def about(found: int, asked: int, everybody: int) -> About:
    """What `found` of the people `asked` say about everybody, with the score interval of Wilson (1927)."""
    share, weight = found / asked, _SURE**2 / asked
    middle = (share + weight / 2) / (1 + weight)
    half = _SURE / (1 + weight) * sqrt(share * (1 - share) / asked + weight / (4 * asked))
    low, high = (round(everybody * min(max(each, 0.0), 1.0)) for each in (middle - half, middle + half))
    return About(people=round(everybody * share), low=low, high=high, of=everybody, asked=asked)


def renew(ws: Context, *, events: int = ABOUT) -> bool:
    """Copy the part anew where the lake has grown since, though not more often than every ten minutes.

    A lake of fewer events than `lake.estimate_from` has none, for they are counted in no time. Returns whether it was
    copied.
    """
    # While somebody is erased nothing is copied, or the copy would come after it.
    with replica.only_one(ws):
        return _renew(ws, events)


def _renew(ws: Context, events: int) -> bool:
    rows = ws.lake.rows("facts")
    if rows < ws.config.lake.estimate_from:
        _forget(ws)
        return False
    if not _is_due(ws):
        return False
    share = Sample(_NAME, 0, max(1, round(FINEST * events / rows)))
    sequence = replica.sequence(ws)
    people = ws.lake.table("people")
    chosen = people.filter((people.kind == "person") & part_of_everybody(people, share))
    consents = ws.lake.table("consents").semi_join(chosen, "profile_id")
    copied = {"people": chosen, "events": _events_of(ws.lake.table("events"), chosen), "consents": consents}
    tables = {COPIES[name]: ws.lake.con.to_pyarrow(table) for name, table in copied.items()}
    ws.lake.write_together(tables, seq=sequence)
    with ws.register.write() as conn:
        state.store(conn, {WRITTEN_AT: micros(ws.clock.now())})
    return True


def _events_of(events: ir.Table, chosen: ir.Table) -> ir.Table:
    """The events of the chosen people, and what cancelled an order of theirs, whoever it counts for."""
    own = events.semi_join(chosen, "profile_id")
    others = cancellations(events).anti_join(chosen, "profile_id")
    return own.union(others.semi_join(own, ["source_id", "order_id"]))


def forget(ws: Context) -> None:
    """Take the part away, as when somebody is erased; the next renewal copies it anew."""
    with replica.only_one(ws):
        _forget(ws)


def _forget(ws: Context) -> None:
    if any(map(ws.lake.has, COPIES.values())):
        ws.lake.forget(COPIES.values())


def _is_due(ws: Context) -> bool:
    copy = COPIES["people"]
    if not ws.lake.has(copy) or not all(
        Path(path).exists() for name in COPIES.values() for path in ws.lake.paths(name)
    ):
        return True
    with ws.register.read() as conn:
        waited = micros(ws.clock.now()) - state.read(conn, WRITTEN_AT)
    # A clock set back must not stop it for good.
    is_rested = not 0 <= waited < PAUSE / timedelta(microseconds=1)
    return is_rested and ws.lake.sequence(copy) != replica.sequence(ws)
