"""The journal of a workspace, a file or a table by its settings, and how far it has been projected."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from habitue.collect.journal import Journal, JournalLike, Position
from habitue.collect.journal_table import TableJournal
from habitue.kernel import state
from habitue.kernel.context import Context


def journal(ws: Context) -> JournalLike:
    """The journal of a workspace."""
    if ws.config.journal.kind == "table":
        return TableJournal(ws.register, ws.clock)
    return Journal(ws.folder / "journal", ws.clock)


def position(conn: Connection) -> Position:
    """How far the journal has been projected."""
    segment, offset = state.read(conn, "journal_segment"), state.read(conn, "journal_offset")
    return Position(segment, offset) if segment else Position()
