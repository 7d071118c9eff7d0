"""Writes: a person decides that identifiers belong to one person, or that they do not."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect import projection
from habitue.collect.envelope import INTERNAL_SOURCE
from habitue.collect.journal import Position
from habitue.collect.message import encode_body
from habitue.identity import commands
from habitue.identity.tables import identifiers, links
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.text import gettext_noop as _


class NothingToSeparate(HabitueError):
    """The identifier stands alone, or its links are gone already."""

    code = "nothing_to_separate"
    message = _("This stands alone already; there is nothing to separate.")
    next_step = _("Open the person again to see how things are now.")


class NothingToJoin(HabitueError):
    """Two different people are wanted."""

    code = "nothing_to_join"
    message = _("Joining needs two different people.")
    next_step = _("Choose the other person from the list.")


def separate(ws: Context, *, identifier_id: int, reason: str = "") -> Position:
    """Take every link of one identifier back; returns the journal position to wait for."""
    policy.require(ws.actor, "people.edit")
    with ws.register.read() as conn:
        met = sa.or_(links.c.a == identifier_id, links.c.b == identifier_id)
        query = sa.select(links.c.a, links.c.b).where(met, links.c.state == "active")
        pairs = tuple((int(a), int(b)) for a, b in conn.execute(query))
        profile_id = conn.scalar(
            sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id == identifier_id)
        )
    if not pairs:
        raise NothingToSeparate()
    return _submit(ws, commands.Separate(pairs=pairs), str(profile_id), "identity.separated", reason)


def undo_link(ws: Context, *, a: int, b: int, reason: str = "") -> Position:
    """Take one link back; returns the journal position to wait for."""
    policy.require(ws.actor, "people.edit")
    with ws.register.read() as conn:
        profile_id = conn.scalar(sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id == a))
        pair = sa.and_(links.c.a == min(a, b), links.c.b == max(a, b), links.c.state == "active")
        is_linked = conn.scalar(sa.select(links.c.seq).where(pair)) is not None
    if not is_linked:
        raise NothingToSeparate()
    return _submit(ws, commands.Separate(pairs=((a, b),)), str(profile_id), "identity.separated", reason)


def join(ws: Context, *, profile_ids: Sequence[str], reason: str = "") -> Position:
    """Decide that two profiles are one person; returns the journal position to wait for."""
    policy.require(ws.actor, "people.edit")
    if len(set(profile_ids)) != 2:
        raise NothingToJoin()
    with ws.register.read() as conn:
        firsts = [_first_identifier(conn, profile_id) for profile_id in profile_ids[:2]]
    command = commands.Join(a=firsts[0], b=firsts[1])
    return _submit(ws, command, profile_ids[0], "identity.joined", reason)


def submit(ws: Context, command: commands.Command) -> Position:
    """Append a command to the journal; the caller has checked the permission."""
    body = encode_body(INTERNAL_SOURCE, [commands.message(command, message_id=ws.ids.new())], is_checked=True)
    return projection.journal(ws).append([body])


def _submit(ws: Context, command: commands.Command, profile_id: str, verb: str, reason: str) -> Position:
    details = {"reason": reason} if reason else {}
    with ws.register.write() as conn:
        ledger.record(conn, ws, verb=verb, subject_kind="person", subject_id=profile_id, details=details)
    return submit(ws, command)


def _first_identifier(conn: sa.Connection, profile_id: str) -> int:
    query = sa.select(identifiers.c.identifier_id).where(identifiers.c.profile_id == profile_id)
    found = conn.scalar(query.order_by(identifiers.c.first_seq, identifiers.c.identifier_id).limit(1))
    if found is None:
        raise NotFound(what=_("person"), key=profile_id)
    return int(found)
