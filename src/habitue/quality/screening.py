"""Every message by the rules of its source: taken, taken without a value, quarantined, or dropped with its reason."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE, Event
from habitue.collect.member import MEMBER
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.quality import held, policies, releases
from habitue.quality.admission import admit, is_plain
from habitue.quality.event_rules import plan_problem, property_problems
from habitue.quality.events import FORMER_NAMES
from habitue.quality.gate import FieldProblem
from habitue.quality.policies import Measure, Policy

PART_CODE = "belongs_to_held"
_AT_FIRST: Mapping[Measure, held.State] = {"keep": "noted", "quarantine": "open", "drop": "dropped"}
_AFTER_RELEASE: Mapping[Measure, held.State] = {"keep": "released", "quarantine": "open", "drop": "dropped"}


@dataclass(slots=True)
class _Judged:
    """What becomes of one event; `was` is the event as it came, where something is wrong with it."""

    measure: Measure
    problems: tuple[FieldProblem, ...] = ()
    was: Event | None = None


_TAKEN = _Judged("keep")


def screen(ws: Context, conn: Connection, events: Iterable[Event]) -> list[Event]:
    """The events that are taken, normalised; the others are kept in quarantine, in the same transaction."""
    return _Screen(ws, conn).run(events)


def released(ws: Context, conn: Connection, orders: Iterable[Event]) -> list[Event]:
    """The messages that some orders release and that the present rules let pass, each with the order's number.

    An order for a message that does not wait any more does nothing, so that a message is replayed once.
    """
    return _Screen(ws, conn).release(list(orders))


@dataclass(slots=True)
class _Screen:
    ws: Context
    conn: Connection
    rows: list[dict[str, Any]] = field(default_factory=list)
    known: Mapping[str, Policy] | None = None
    today: date | None = None
    lenient: dict[str, bool] = field(default_factory=dict)

    def run(self, events: Iterable[Event]) -> list[Event]:
        taken: list[Event] = []
        left: dict[tuple[str, str], Measure] = {}
        take = taken.append
        for event in events:
            if event.is_checked or event.source_id == INTERNAL_SOURCE:
                take(event)
                continue
            if not left and self._is_taken_unread(event):
                event.name = FORMER_NAMES.get(event.name, event.name)
                take(event)
                continue
            whole = left.get((event.source_id, event.message_id.removesuffix(MEMBER))) if left else None
            whole = whole if event.message_id.endswith(MEMBER) else None
            judged = self._judge(event) if whole is None else _Judged(whole, was=copy.copy(event))
            if judged.problems or whole is not None:
                self._note(judged, is_part=whole is not None)
            if judged.measure == "keep":
                taken.append(event)
            elif event.type == "group":
                left[event.source_id, event.message_id] = judged.measure
        held.add(self.conn, self.rows)
        return taken

    def release(self, orders: Sequence[Event]) -> list[Event]:
        waiting = held.open_bodies(self.conn, [releases.held_id(order) for order in orders])
        taken: list[Event] = []
        for order in orders:
            held_id = releases.held_id(order)
            if held_id not in waiting:
                continue
            known = waiting.pop(held_id)
            event = known.event
            event.seq = order.seq
            judged = self._judge(event)
            state: held.State = _AFTER_RELEASE[judged.measure]
            row = held.row_of(judged.was or event, judged.problems, held_id=held_id, state=state, is_part=known.is_part)
            if not judged.problems:
                row |= {"code": known.code, "problems": known.problems}
            self.rows.append({**row, "decided_at": None if state == "open" else self.ws.clock.now()})
            if judged.measure == "keep":
                taken.append(event)
        held.settle(self.conn, self.rows)
        return taken

    def _policy(self, source_id: str) -> Policy:
        if self.known is None:
            self.known = policies.of_all(self.conn)
        return self.known.get(source_id, policies.DEFAULT)

    def _is_taken_unread(self, event: Event) -> bool:
        """Whether the rules of its source would take an event as it is and find nothing to note."""
        return is_plain(event) and self._takes_everything(event.source_id) and not property_problems(event)

    def _takes_everything(self, source_id: str) -> bool:
        """Whether messages of a source are kept, whatever is wrong with them."""
        found = self.lenient.get(source_id)
        if found is None:
            policy = self._policy(source_id)
            found = self.lenient[source_id] = policy.unplanned_events == policy.broken_values == "keep"
        return found

    def _judge(self, event: Event) -> _Judged:
        policy = self._policy(event.source_id)
        unplanned = None if policy.unplanned_events == "keep" else plan_problem(event, policy.planned)
        properties = property_problems(event)
        as_it_came = (event.name, event.read, event.person_traits, event.identifiers)
        broken = admit(event, country=self.ws.config.workspace.country, today=self._today()) + properties
        if not broken and unplanned is None:
            return _TAKEN
        was = copy.copy(event)
        was.name, was.read, was.person_traits, was.identifiers = as_it_came
        measures: list[Measure] = [policy.broken_values] if broken else []
        if unplanned is not None:
            measures.append(policy.unplanned_events)
            broken = (unplanned, *broken)
        return _Judged(max(measures, key=policies.MEASURES.index), broken, was)

    def _today(self) -> date:
        if self.today is None:
            self.today = day_in(self.ws.clock.now(), self.ws.config.workspace.timezone)
        return self.today

    def _note(self, judged: _Judged, *, is_part: bool) -> None:
        assert judged.was is not None
        state: held.State = _AT_FIRST[judged.measure]
        row = held.row_of(judged.was, judged.problems, held_id=self.ws.ids.new(), state=state, is_part=is_part)
        self.rows.append({**row, "code": row["code"] or PART_CODE})
