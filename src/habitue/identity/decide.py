"""Writes: a person decides that identifiers belong to one person, or that they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import sqlalchemy as sa

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect import projection
from habitue.collect.envelope import INTERNAL_SOURCE
from habitue.collect.journal import Position
from habitue.collect.message import encode_body
from habitue.identity import commands, rulebook
from habitue.identity.rulebook import Rulebook
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
    """An identifier is of somebody else than what it was linked to; returns the journal position to wait for."""
    policy.require(ws.actor, "people.edit")
    with ws.register.read() as conn:
        met = sa.or_(links.c.a == identifier_id, links.c.b == identifier_id)
        query = sa.select(links.c.a, links.c.b).where(met, links.c.state == "active")
        pairs = tuple((int(a), int(b)) for a, b in conn.execute(query.order_by(links.c.a, links.c.b)))
        profile_id = _profile_of(conn, identifier_id)
    if not pairs:
        raise NothingToSeparate()
    _note(ws, "identity.separated", profile_id, reason)
    return submit(ws, commands.Separate(pairs=pairs, by=ws.actor.actor_id, by_name=ws.actor.name))


def undo_link(ws: Context, *, a: int, b: int, reason: str = "") -> Position:
    """Take one link back; returns the journal position to wait for.

    What somebody had decided is as if it had never been decided. What records or a matching run had linked is of
    different people from now on, or else the next message would link it again.
    """
    policy.require(ws.actor, "people.edit")
    with ws.register.read() as conn:
        pair = sa.and_(links.c.a == min(a, b), links.c.b == max(a, b), links.c.state == "active")
        link = conn.execute(sa.select(links.c.seq, links.c.rule, links.c.score).where(pair)).first()
        profile_id = _profile_of(conn, a)
    if link is None:
        raise NothingToSeparate()
    _note(ws, "identity.separated", profile_id, reason)
    if link.rule == "decision":
        return submit(ws, commands.Undo(seqs=(link.seq,)))
    return submit(ws, commands.Separate(pairs=((a, b),), by=ws.actor.actor_id, by_name=ws.actor.name, score=link.score))


def join(ws: Context, *, profile_ids: Sequence[str], reason: str = "") -> Position:
    """Decide that two profiles are one person; returns the journal position to wait for."""
    policy.require(ws.actor, "people.edit")
    if len(set(profile_ids)) != 2:
        raise NothingToJoin()
    with ws.register.read() as conn:
        firsts = [_first_identifier(conn, profile_id) for profile_id in profile_ids[:2]]
    _note(ws, "identity.joined", profile_ids[0], reason)
    return submit(ws, commands.Join(a=firsts[0], b=firsts[1], by=ws.actor.actor_id, by_name=ws.actor.name))


def judge(ws: Context, *, identifier_id: int, state: Literal["blocked", "allowed"], reason: str = "") -> Position:
    """Say that a value links nobody, or that it is not shared whatever it looks like; from the beginning on."""
    policy.require(ws.actor, "people.edit")
    with ws.register.read() as conn:
        profile_id = _profile_of(conn, identifier_id)
    if not profile_id:
        raise NotFound(what=_("identifier"), key=str(identifier_id))
    _note(ws, f"identity.value_{state}", profile_id, reason)
    command = commands.SayShared(identifier_id, state, by=ws.actor.actor_id, by_name=ws.actor.name)
    return submit(ws, command)


def change_rules(ws: Context, book: Rulebook) -> Position:
    """Let other rules hold, from the beginning on: everybody is made anew under them, and nobody gets a new id."""
    policy.require(ws.actor, "settings.edit")
    rulebook.check(book)
    with ws.register.write() as conn:
        ledger.record(conn, ws, verb="identity.rules_changed", subject_kind="identity", subject_id="rules", details={})
    text = msgspec.json.encode(book).decode()
    return submit(ws, commands.ChangeRules(book=text, by=ws.actor.actor_id, by_name=ws.actor.name))


def undo(ws: Context, *, seqs: Sequence[int], verb: str, subject_id: str, details: Mapping[str, object]) -> Position:
    """Take decisions back, as if they had never been made; the caller has checked the permission."""
    with ws.register.write() as conn:
        ledger.record(conn, ws, verb=verb, subject_kind="identity", subject_id=subject_id, details=details)
    return submit(ws, commands.Undo(seqs=tuple(seqs)))


def submit(ws: Context, *told: commands.Command) -> Position:
    """Append commands to the journal; the caller has checked the permission."""
    messages = [commands.message(command, message_id=ws.ids.new()) for command in told]
    return projection.journal(ws).append([encode_body(INTERNAL_SOURCE, messages, is_checked=True)])


def _note(ws: Context, verb: str, profile_id: str, reason: str) -> None:
    details = {"reason": reason} if reason else {}
    with ws.register.write() as conn:
        ledger.record(conn, ws, verb=verb, subject_kind="person", subject_id=profile_id, details=details)


def _profile_of(conn: sa.Connection, identifier_id: int) -> str:
    query = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id == identifier_id)
    return str(conn.scalar(query) or "")


def _first_identifier(conn: sa.Connection, profile_id: str) -> int:
    query = sa.select(identifiers.c.identifier_id).where(identifiers.c.profile_id == profile_id)
    found = conn.scalar(query.order_by(identifiers.c.first_seq, identifiers.c.identifier_id).limit(1))
    if found is None:
        raise NotFound(what=_("person"), key=profile_id)
    return int(found)
