"""A small workspace with known people and orders, written straight into register and lake."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from habitue.access.actor import Actor
from habitue.kernel.clock import FixedClock
from habitue.kernel.config import Config
from habitue.kernel.context import Context
from habitue.kernel.ids import Uuid7
from habitue.kernel.lake import Lake
from habitue.kernel.register import Register, metadata
from habitue.privacy import purposes
from habitue.profiles.own_fields import fields_table
from habitue.profiles.replica import FACTS, IDENTIFIERS, PEOPLE, STATEMENTS, SUPERSEDED

NOW = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)

# profile, name, e-mail, city, country, days of orders ago, amount each, newsletter
PERSONS = (
    ("anna", "Anna Weber", "anna@example.org", "Leipzig", "DE", (3, 10, 17, 24), "40", "given"),
    ("boris", "Boris Иванов", "boris@example.org", "Köln", "DE", (70, 77, 84, 91), "100", "given"),
    ("carl", "=HYPERLINK(1)", None, "Wien", "AT", (200,), "15.5", "given"),
    ("dora", "Dora Ortiz", "dora@example.org", "Leipzig", "DE", (), "0", None),
    ("emil", "Emil Groß", "emil@example.org", None, None, (400, 30), "9.9", "withdrawn"),
)
WINES = {"anna": "9", "boris": "10.5", "carl": "100"}


def make(folder: Path, *, roles: frozenset[str] = frozenset({"owner"})) -> Context:
    """A workspace with five persons and one company at the instant NOW."""
    (folder / "register.db").write_bytes(_empty_register(tuple(metadata.tables)))
    register = Register(f"sqlite:///{folder / 'register.db'}")
    clock = FixedClock(NOW)
    ids = Uuid7()
    lake = Lake(register, folder / "lake", ids)
    ws = Context(
        folder=folder,
        config=Config(),
        register=register,
        lake=lake,
        clock=clock,
        ids=ids,
        actor=Actor("u1", "Olga Owner", roles),
        master_key=b"0" * 32,
    )
    write_lake(ws)
    return ws


@cache
def _empty_register(_tables: tuple[str, ...]) -> bytes:
    """A register without anybody in it, made once: to make its tables takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        register = Register(f"sqlite:///{folder}/register.db")
        with register.write() as conn:
            metadata.create_all(conn)
            purposes.seed(conn)
        register.forget_deleted()
        register.close()
        return Path(folder, "register.db").read_bytes()


def write_lake(ws: Context, *, seq: int = 100) -> None:
    """Write the lake as a refresh would."""
    people = [_person(*row[:5]) for row in PERSONS] + [_person("firm", "Firma GmbH", None, "Leipzig", "DE", "company")]
    numbers = {row["profile_id"]: number for number, row in enumerate(people, 1)}
    facts: list[dict[str, Any]] = []
    statements: list[dict[str, Any]] = []
    for profile, _name, _email, _city, _country, days, amount, consent in PERSONS:
        for days_ago in days:
            facts.append(_order(len(facts) + 1, numbers[profile], days_ago, amount))
        if consent:
            statements.append(_statement(len(statements) + 1, numbers[profile], consent))
    identifiers = [{"identifier_id": number, "profile_id": profile} for profile, number in numbers.items()]
    ws.lake.write("facts", pa.Table.from_pylist(facts, schema=FACTS), seq=seq)
    ws.lake.write("superseded", SUPERSEDED.empty_table(), seq=seq)
    ws.lake.write("identifiers", pa.Table.from_pylist(identifiers, schema=IDENTIFIERS), seq=seq)
    ws.lake.write("statements", pa.Table.from_pylist(statements, schema=STATEMENTS), seq=seq)
    traits = [json.loads(row["traits"]) for row in people if row["kind"] == "person"]
    ws.lake.write("fields", fields_table(traits), seq=seq)
    ws.lake.write("people", pa.Table.from_pylist(people, schema=PEOPLE), seq=seq)


def _person(
    profile: str, name: str, email: str | None, city: str | None, country: str | None, kind: str = "person"
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(PEOPLE.names)
    traits = {"name": name, "hobby": "tea"} | ({"mnt_wines": WINES[profile]} if profile in WINES else {})
    return row | {
        "profile_id": profile,
        "kind": kind,
        "name": name,
        "email": email,
        "phone": "+4915112345678",
        "city": city,
        "country": country,
        "birth_date": date(1990, 1, 2),
        "first_seen_at": NOW - timedelta(days=500),
        "last_seen_at": NOW,
        "traits": json.dumps(traits),
    }


def _order(seq: int, identifier: int, days_ago: int, amount: str) -> dict[str, Any]:
    return {
        "seq": seq,
        "identifier_id": identifier,
        "source_id": "shop",
        "type": "track",
        "name": "Order Completed",
        "at": NOW - timedelta(days=days_ago),
        "amount": Decimal(amount),
        "currency": "EUR",
        "order_id": str(seq),
        "properties": "{}",
    }


def _statement(seq: int, identifier: int, state: str) -> dict[str, Any]:
    at = NOW - timedelta(days=50)
    return {
        "seq": seq,
        "identifier_id": identifier,
        "purpose": "newsletter",
        "channel": "email",
        "state": state,
        "at": at,
    }
