"""What people decide about identity, as events through the journal like everything else."""

from __future__ import annotations

from typing import assert_never

import msgspec
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE, Event
from habitue.identity import graph
from habitue.kernel.context import Context


class Separate(msgspec.Struct, frozen=True, tag="Identity Separated", tag_field="command"):
    """Links between pairs of identifiers are taken back."""

    pairs: tuple[tuple[int, int], ...]


class Join(msgspec.Struct, frozen=True, tag="Identity Joined", tag_field="command"):
    """Two identifiers belong to one person."""

    a: int
    b: int


class UndoImport(msgspec.Struct, frozen=True, tag="Import Undone", tag_field="command"):
    """An import shall be as if it had never happened."""

    import_id: str


class ErasePerson(msgspec.Struct, frozen=True, tag="Person Erased", tag_field="command"):
    """Everything that hangs on some identifiers shall go."""

    identifier_ids: tuple[int, ...]


Command = Separate | Join | UndoImport | ErasePerson
Decision = Separate | Join


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


def home(decision: Decision) -> int:
    """The identifier that the record of a decision hangs on."""
    match decision:
        case Separate(pairs=pairs):
            return pairs[0][0] if pairs else 0
        case Join(a=a):
            return a
    assert_never(decision)


def apply(conn: Connection, ws: Context, decision: Decision, event: Event) -> graph.Resolved:
    """Carry a decision out."""
    match decision:
        case Separate(pairs=pairs):
            return graph.separate(conn, ws, pairs=pairs, seq=event.seq, at=event.at)
        case Join(a=a, b=b):
            return graph.join(conn, ws, a=a, b=b, event=event)
    assert_never(decision)
