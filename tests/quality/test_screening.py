"""Events with nothing but properties go past the gate; what the gate would have noted of them is noted there too."""

from __future__ import annotations

import copy
import random
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from habitue.collect.envelope import Event, to_event
from habitue.collect.message import Body, decode_message
from habitue.quality import screening
from habitue.quality.admission import is_plain
from habitue.quality.events import EVENTS, FORMER_NAMES
from habitue.quality.screening import _Screen
from habitue.workspace import Workspace

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
# kind -> values that can be read, values that cannot
VALUES: dict[str, tuple[Sequence[Any], Sequence[Any]]] = {
    "money": ((12, 12.5, "12.50", "-3", None, ""), ("twelve", "1,50", True, [], {"a": 1}, "1e400")),
    "decimal": ((1, 2.5, "3", None, ""), ("many", [1], False, "2 kg")),
    "integer": ((1, "7", None), ("first", {}, "∞")),
    "instant": (("2026-06-15T10:00:00Z", None), ("soon", 17, [])),
    "list": (([], [{"sku": "T-1"}], None), ("T-1", 5, {"sku": "T-1"})),
    "email": (("anna@web.example", None), ("anna(at)web", 3, [])),
    "currency": (("EUR", None, ""), (978, ["EUR"], True)),
}
FORMER = {name: former for former, name in FORMER_NAMES.items()}
Made = tuple[Event, frozenset[str]]


def made(seed: int, count: int) -> list[Made]:
    """Events with random properties, each with the names of those that cannot be read."""
    rng = random.Random(seed)
    return [_one(rng, number) for number in range(count)]


def _one(rng: random.Random, number: int) -> Made:
    kind = rng.choice(list(EVENTS.values()))
    properties: dict[str, Any] = {"unplanned": "twelve"}
    broken = set()
    for each in kind.properties:
        good, bad = VALUES.get("currency" if each.name == "currency" else each.kind, (("x", None), ()))
        if bad and rng.random() < 0.15:
            broken.add(each.name)
            properties[each.name] = rng.choice(bad)
        elif rng.random() < 0.7:
            properties[each.name] = rng.choice(good)
    name = FORMER.get(kind.name, kind.name) if rng.random() < 0.5 else kind.name
    sent = {"type": "track", "messageId": f"m{number}", "event": name, "properties": properties}
    sent |= rng.choice(({"userId": "u1"}, {"anonymousId": "a1"}, {"userId": "u1", "anonymousId": "a1"}))
    if rng.random() < 0.2:
        sent["context"] = {"traits": {"first_name": "Anna"}}
    body = Body(source_id="shop", batch=(), proof="proven")
    message = decode_message(msgspec.json.encode(sent))
    return to_event(message, seq=number, body=body, received_at=AT), frozenset(broken)


def test_what_cannot_be_read_is_noted_and_the_rest_is_taken(ws: Workspace) -> None:
    sent = b'{"type":"track","userId":"u-1","messageId":"m1","event":"Order Completed","properties":%s}'
    event = to_event(
        decode_message(sent % b'{"order_id":"X1","total":"twelve","currency":"EUR"}'),
        seq=1,
        body=Body(source_id="shop", batch=(), proof="proven"),
        received_at=AT,
    )
    assert is_plain(event)
    with ws.register.write() as conn:
        assert screening.screen(ws.context, conn, [event]) == [event]
    (noted,) = ws.sources.quarantine("shop", states=("noted",))
    assert [(each["field"], each["value"], each["code"]) for each in noted.problems] == [
        ("total", "twelve", "amount_unreadable")
    ]


PRODUCTS = (
    b'[{"sku":"A","price":"4.50","quantity":2},{"sku":"B","price":-3,"quantity":1},{"price":"four","quantity":"two"},'
    b'"loose",{"price":0,"quantity":-1},{"price":"","quantity":null},{"price":1e3,"quantity":"2.5"}]'
)


def test_a_price_or_quantity_of_a_product_that_makes_no_sense_is_noted_and_nothing_is_lost(ws: Workspace) -> None:
    sent = b'{"type":"track","userId":"u-1","messageId":"m1","event":"Order Completed","properties":{"products":%s}}'
    event = to_event(
        decode_message(sent % PRODUCTS), seq=1, body=Body(source_id="shop", batch=(), proof="proven"), received_at=AT
    )
    with ws.register.write() as conn:
        (taken,) = screening.screen(ws.context, conn, [event])
    assert taken.facts == {"products": msgspec.json.decode(PRODUCTS)}
    (noted,) = ws.sources.quarantine("shop", states=("noted",))
    assert [(each["field"], each["value"], each["code"]) for each in noted.problems] == [
        ("products.1.price", "-3", "below_zero"),
        ("products.2.price", "four", "amount_unreadable"),
        ("products.2.quantity", "two", "number_unreadable"),
        ("products.4.quantity", "-1", "below_zero"),
    ]


def test_a_price_inside_a_list_is_put_right_and_replayed(ws: Workspace) -> None:
    ws.sources.create_key("Shop")
    ws.sources.change_rules("shop", broken_values="quarantine")
    sent = b'{"type":"track","userId":"u-1","messageId":"m1","event":"Order Completed","properties":{"products":%s}}'
    event = to_event(
        decode_message(sent % b'[{"sku":"A","price":"4,50","quantity":2}]'),
        seq=1, body=Body(source_id="shop", batch=(), proof="proven"), received_at=AT,
    )  # fmt: skip
    with ws.register.write() as conn:
        assert screening.screen(ws.context, conn, [event]) == []
    (waits,) = ws.sources.quarantine("shop")
    ws.sources.correct(waits.held_id, {"products.0.price": "4.50"})
    assert ws.sources.replay("shop") == 1
    assert ws.sources.quarantine("shop") == []
    with ws.register.read() as conn:
        (body,) = conn.execute(sa.text("SELECT facts FROM profiles_events WHERE name = 'Order Completed'")).scalars()
    assert '"price":"4.50"' in str(body).replace(" ", "").replace("'", '"')


def differences(ws: Workspace, seen: list[Made]) -> list[str]:
    """Where the screen notes something else than was broken, or than the gate notes, or changes what was written."""
    found = []
    with ws.register.write() as conn:
        slow = [_Screen(ws.context, conn)._judge(copy.copy(event)) for event, _broken in seen]
        written = [event.raw for event, _broken in seen]
        fast = _Screen(ws.context, conn)
        taken = fast.run([event for event, _broken in seen])
    noted = {row["message_id"]: {each["field"] for each in row["problems"]} for row in fast.rows}
    for (event, broken), judged, raw in zip(seen, slow, written, strict=True):
        told = noted.get(event.message_id, set())
        if told != broken or told != {each.field for each in judged.problems}:
            found.append(f"{event.name}: {sorted(told)} noted, {sorted(broken)} broken")
        if event.facts_json != raw.decode():
            found.append(f"{event.name}: rewritten")
    return found if len(taken) == len(seen) else [*found, "not everything was taken"]


def test_the_short_way_notes_whatever_the_long_way_notes(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = made(seed=11, count=3_000)
    kinds = Counter("plain" if is_plain(event) else "with traits" for event, _broken in seen)
    fields = Counter(name for _event, broken in seen for name in broken)
    sys.stdout.write(f"{dict(kinds)}; nothing broken {sum(not broken for _e, broken in seen)}; broken {dict(fields)}\n")
    assert fields.keys() >= {"total", "price", "quantity", "currency", "products", "renews_at", "invitee_email", "step"}
    assert differences(ws, seen) == []

    def past_the_gate(self: _Screen, event: Event) -> bool:
        return is_plain(event) and self._takes_everything(event.source_id)

    monkeypatch.setattr(_Screen, "_is_taken_unread", past_the_gate)
    assert len(differences(ws, made(seed=12, count=500))) > 50, "what is not looked at must be missed here"
