"""Finds people by what they are called elsewhere: addresses, numbers of customers and cards, ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.collect.envelope import namespace_kind, priority
from habitue.identity.tables import identifiers
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.register import among, chunks
from habitue.kernel.text import gettext_noop as _
from habitue.profiles.tables import people
from habitue.quality.normalise.email import normalise_email
from habitue.quality.normalise.phone import normalise_phone
from habitue.quality.normalise.result import Normalised

PART = 5_000
MOST = 20_000
_ASKED_BY = frozenset({"user_id", "customer_number", "loyalty_card", "email", "phone"})
_CELL = re.compile(r"[,;\t]")
_BETWEEN_ADDRESSES = re.compile(r"[\s|]+")
# Zero-width characters, which tables and mail programs leave around addresses.
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_PHONE = re.compile(r"\+?[\d\s()/.-]{6,30}")


class TooManyTexts(HabitueError):
    """More was pasted than a request can look up."""

    code = "too_many_texts"
    message = _("The text holds %(texts)s values; at most %(most)s are looked up at a time.")
    next_step = _("Paste it in parts, or leave only the column with addresses or numbers.")


@dataclass(frozen=True, slots=True)
class Found:
    """Who was meant by some texts: the profiles, each once, and the texts that nobody has."""

    profile_ids: tuple[str, ...]
    unknown: tuple[str, ...]


def find_in_text(ws: Context, text: str) -> Found:
    """The people of a pasted text or a file of lines with one or several cells.

    Of a line in which nobody is found, the first cell that holds a number or an address is told as unknown; of a line
    of several e-mail addresses, each that nobody has.
    """
    lines = [_cells(line) for line in _INVISIBLE.sub("", text).splitlines()]
    found = find_people(ws, [cell for line in lines for cell in line])
    unknown = set(found.unknown)
    missing = []
    for line in lines:
        cells = [cell for cell in line if cell]
        addresses = [cell for cell in cells if "@" in cell]
        if len(addresses) > 1:
            missing += [cell for cell in addresses if cell in unknown]
        elif cells and all(cell in unknown for cell in cells):
            missing += [cell for cell in cells if "@" in cell or any(sign.isdigit() for sign in cell)][:1]
    return Found(found.profile_ids, tuple(dict.fromkeys(missing)))


def _cells(line: str) -> list[str]:
    cells = [cell.strip().strip('"') for cell in _CELL.split(line)]
    # Two addresses in one cell are two people, however they are parted; "Ann Lee <ann@…>" is one.
    return [part for cell in cells for part in (_BETWEEN_ADDRESSES.split(cell) if cell.count("@") > 1 else [cell])]


def find_people(ws: Context, texts: Sequence[str]) -> Found:
    """The people whose e-mail address, phone, customer number, card number, user id or profile id each text is.

    Raises PermissionMissing and TooManyTexts.
    """
    policy.require(ws.actor, "people.read")
    wanted = list(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if len(wanted) > MOST:
        raise TooManyTexts(texts=len(wanted), most=MOST)
    spelled = {text: _spellings(text, ws.config.workspace.country) for text in wanted}
    with ws.register.read() as conn:
        owners = _owners(conn, [value for values in spelled.values() for value in values])
    found, unknown = dict[str, None](), []
    for text, values in spelled.items():
        hits = [profile for value in values for profile in owners.get(value, ())]
        found.update(dict.fromkeys(hits))
        if not hits:
            unknown.append(text)
    return Found(tuple(found), tuple(unknown))


def place_of(conn: Connection, profile_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The most trusted identifier (namespace, value) of each profile that is not shared with others."""
    found: dict[str, tuple[tuple[int, int], tuple[str, str]]] = {}
    columns = identifiers.c
    for part in chunks(list(profile_ids), PART):
        query = sa.select(columns.profile_id, columns.namespace, columns.value, columns.first_seq).where(
            among(conn, columns.profile_id, part), columns.blocked_seq.is_(None)
        )
        for row in conn.execute(query):
            rank = priority(row.namespace), row.first_seq
            if row.profile_id not in found or rank < found[row.profile_id][0]:
                found[row.profile_id] = rank, (row.namespace, row.value)
    return {profile_id: place for profile_id, (_rank, place) in found.items()}


def _owners(conn: Connection, values: Sequence[str]) -> dict[str, list[str]]:
    """The persons of some values of identifiers or profile ids."""
    found: dict[str, list[str]] = {}
    for part in chunks(list(dict.fromkeys(values)), PART):
        persons = sa.select(people.c.profile_id).where(people.c.kind == "person")
        query = sa.select(identifiers.c.value, identifiers.c.namespace, identifiers.c.profile_id).where(
            among(conn, identifiers.c.value, part), identifiers.c.profile_id.in_(persons)
        )
        for row in conn.execute(query.order_by(identifiers.c.first_seq)):
            if namespace_kind(row.namespace) in _ASKED_BY:
                found.setdefault(row.value, []).append(row.profile_id)
        own = persons.where(among(conn, people.c.profile_id, part))
        found |= {profile_id: [profile_id] for profile_id in conn.scalars(own)}
    return found


def _spellings(text: str, country: str) -> list[str]:
    """A text as it may be stored: as it is, as an e-mail address, as a phone number."""
    if not text.isprintable():
        return [text]
    read: list[Any] = [normalise_email(text)] if "@" in text else []
    if _PHONE.fullmatch(text):
        read.append(normalise_phone(text, country=country))
    return list(dict.fromkeys([text, *(str(each.value) for each in read if isinstance(each, Normalised))]))
