"""What people and matching runs decide about identity, as events through the journal like everything else.

Separations and what was said about single values hold from the beginning, as if they had always been known; a join
and a match hold from their place in the journal on. What is undone goes, and what depends on it is replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE, Event
from habitue.identity import books, graph, nodes, returning
from habitue.identity.tables import blocks, decisions, separations
from habitue.kernel.context import Context
from habitue.kernel.register import insert_ignoring, upsert

Pair = tuple[int, int]


class Separate(msgspec.Struct, frozen=True, tag="Identity Separated", tag_field="command"):
    """Pairs of identifiers are of different people, whatever the records say."""

    pairs: tuple[Pair, ...]
    by: str = ""
    by_name: str = ""
    score: float | None = None


class Join(msgspec.Struct, frozen=True, tag="Identity Joined", tag_field="command"):
    """Two identifiers belong to one person."""

    a: int
    b: int
    by: str = ""
    by_name: str = ""
    score: float | None = None


class Matched(msgspec.Struct, frozen=True, tag="Identity Matched", tag_field="command"):
    """A matching run found two identifiers to be of one person; `evidence` is JSON without any value."""

    run_id: str
    a: int
    b: int
    score: float
    evidence: str = "[]"
    by: str = ""
    by_name: str = ""


class SayShared(msgspec.Struct, frozen=True, tag="Identifier Judged", tag_field="command"):
    """A value links nobody (`blocked`), or is never learnt to be shared (`allowed`)."""

    identifier_id: int
    state: str
    by: str = ""
    by_name: str = ""


class ChangeRules(msgspec.Struct, frozen=True, tag="Identity Rules Changed", tag_field="command"):
    """Other rules hold, from the beginning on; `book` is their JSON."""

    book: str
    by: str = ""
    by_name: str = ""


class Undo(msgspec.Struct, frozen=True, tag="Identity Decisions Undone", tag_field="command"):
    """Decisions shall be as if they had never been made."""

    seqs: tuple[int, ...]


class UndoImport(msgspec.Struct, frozen=True, tag="Import Undone", tag_field="command"):
    """An import shall be as if it had never happened."""

    import_id: str


class ErasePerson(msgspec.Struct, frozen=True, tag="Person Erased", tag_field="command"):
    """Everything that hangs on some identifiers shall go."""

    identifier_ids: tuple[int, ...]


Command = Separate | Join | Matched | SayShared | ChangeRules | Undo | UndoImport | ErasePerson
Decision = Separate | Join | Matched | SayShared | ChangeRules
Told = tuple[Decision, Event]
VERBS = {Separate: "different", Join: "same", Matched: "matched", SayShared: "judged", ChangeRules: "rules"}


def message(command: Command, *, message_id: str) -> dict[str, object]:
    """The message that carries a command through the journal."""
    properties = msgspec.to_builtins(command)
    return {"type": "track", "event": properties["command"], "messageId": message_id, "properties": properties}


def is_command(event: Event) -> bool:
    """Whether an event of our own asks for a change of identity."""
    return event.source_id == INTERNAL_SOURCE and "command" in event.facts


def decode(event: Event) -> Command:
    """The command that an event carries."""
    command: Command = msgspec.convert(event.facts, Command)
    return command


def met(decision: Decision) -> Sequence[int]:
    """The identifiers that a decision is about, the one that its record hangs on first."""
    match decision:
        case Separate(pairs=pairs):
            return [identifier_id for pair in pairs for identifier_id in pair] or [0]
        case Join(a=a, b=b) | Matched(a=a, b=b):
            return [a, b]
        case SayShared(identifier_id=identifier_id):
            return [identifier_id]
        case _:
            return [0]


def is_match(told: tuple[Command, Event]) -> bool:
    """Whether a command is of a matching run; those come in thousands and are carried out together."""
    return isinstance(told[0], Matched)


def is_retroactive(conn: Connection, decision: Decision) -> bool:
    """Whether a decision holds from the beginning, so that what it touches must be replayed."""
    match decision:
        case Join(a=a, b=b):
            pair = (min(a, b), max(a, b))
            is_pair = (separations.c.a == pair[0], separations.c.b == pair[1])
            return conn.scalar(sa.select(separations.c.seq).where(*is_pair)) is not None
        case Matched():
            return False
        case _:
            return True


def apply(conn: Connection, ws: Context, told: Sequence[Told]) -> Iterator[nodes.Resolved]:
    """Carry out decisions that hold from their place in the journal on; matches that follow each other at once."""
    for is_match, run in groupby(told, key=lambda each: isinstance(each[0], Matched)):
        if is_match:
            yield graph.match(conn, ws, [(_match(decision), event) for decision, event in run])
            continue
        for decision, event in run:
            if isinstance(decision, Join):
                yield graph.join(conn, ws, a=decision.a, b=decision.b, event=event)


def note(conn: Connection, told: Sequence[Told]) -> None:
    """Keep who decided what, so that a run or a day's work can be found again and taken back."""
    conn.execute(upsert(conn, decisions), [_noted(decision, event) for decision, event in told])
    for decision, event in told:
        if isinstance(decision, ChangeRules):
            books.store(conn, seq=event.seq, at=event.at, by=decision.by, book=decision.book)


def from_the_beginning(
    told: Iterable[Told],
) -> tuple[dict[Pair, dict[str, Any]], dict[int, dict[str, Any]]]:
    """What holds from the beginning, as the decisions in their order say: who is kept apart, which values are shared.

    The rows are those of `separations` and `blocks`.
    """
    apart: dict[Pair, dict[str, Any]] = {}
    said: dict[int, dict[str, Any]] = {}
    for decision, event in told:
        when = {"seq": event.seq, "at": event.at}
        match decision:
            case Separate(pairs=pairs):
                for pair in pairs:
                    a, b = min(pair), max(pair)
                    apart[a, b] = {"a": a, "b": b, **when}
            case Join(a=a, b=b):
                apart.pop((min(a, b), max(a, b)), None)
            case SayShared(identifier_id=identifier_id, state=state):
                said[identifier_id] = {"identifier_id": identifier_id, "state": state, **when}
    return apart, said


def joins(told: Iterable[Told]) -> dict[int, list[nodes.Joined]]:
    """Who was decided to be one, by the numbers that the decisions name."""
    return returning.by_number(
        nodes.Joined(decision.a, decision.b, event.seq, event.at)
        for decision, event in told
        if isinstance(decision, Join)
    )


def hold_from_the_beginning(conn: Connection, told: Iterable[Told], known: frozenset[int]) -> None:
    """Store what holds from the beginning, about known identifiers only."""
    apart, said = from_the_beginning(told)
    rows = [row for pair, row in apart.items() if known.issuperset(pair)]
    if rows:
        conn.execute(insert_ignoring(conn, separations), rows)
    judged = [row for identifier_id, row in said.items() if identifier_id in known]
    if judged:
        conn.execute(upsert(conn, blocks), judged)


def _match(decision: Decision) -> nodes.Match:
    assert isinstance(decision, Matched)
    return nodes.Match(decision.a, decision.b, decision.score, decision.run_id, decision.evidence)


def _noted(decision: Decision, event: Event) -> dict[str, object]:
    about = met(decision)
    return {
        "seq": event.seq,
        "verb": decision.state if isinstance(decision, SayShared) else VERBS[type(decision)],
        "a": min(about[:2]),
        "b": max(about[:2]),
        "by": decision.by,
        "by_name": decision.by_name,
        "run_id": decision.run_id if isinstance(decision, Matched) else None,
        "score": decision.score if isinstance(decision, Separate | Join | Matched) else None,
        "at": event.at,
    }
