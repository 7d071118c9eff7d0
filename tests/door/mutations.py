"""Messages that somebody broke: a good one, and one mutation of a known kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

Message = dict[str, Any]
BAD_DAYS = ("2023-02-30", "31.31.1990", "someday")


def good(chance: random.Random, number: int) -> Message:
    """A message as SDKs send it."""
    who = f"u{number}"
    kind = chance.choice(["identify", "track", "track", "page", "group"])
    message: Message = {"type": kind, "userId": who, "messageId": f"m{number}"}
    if kind == "identify":
        message["traits"] = {"email": f"{who}@web.example", "phone": "+49 30 901820", "birthday": "1990-02-03"}
    if kind == "track":
        message["event"] = "Order Completed"
        message["properties"] = {"order_id": f"o{number}", "total": 12.5, "currency": "EUR", "products": []}
    if kind == "group":
        message |= {"groupId": f"g{number}", "traits": {"name": f"Kontor {number} GmbH", "employees": 5}}
    return message


def _trait(name: str, *values: object) -> Callable[[random.Random, Message], None]:
    def mutate(chance: random.Random, message: Message) -> None:
        place = message.setdefault("traits", {}) if message["type"] in ("identify", "group") else None
        place = message.setdefault("context", {}).setdefault("traits", {}) if place is None else place
        place[name] = chance.choice(values)

    return mutate


def _order(name: str, *values: object) -> Callable[[random.Random, Message], None]:
    def mutate(chance: random.Random, message: Message) -> None:
        message.update(type="track", event="Order Completed")
        message.setdefault("properties", {})[name] = chance.choice(values)

    return mutate


def _field(name: str, *values: object) -> Callable[[random.Random, Message], None]:
    def mutate(chance: random.Random, message: Message) -> None:
        message[name] = chance.choice(values)

    return mutate


def _event(chance: random.Random, message: Message) -> None:
    message.update(type="track", event=chance.choice(["Tea Poured", "Door Opened"]))


def _nobody(chance: random.Random, message: Message) -> None:
    del message["userId"]


def _large(chance: random.Random, message: Message) -> None:
    message["properties"] = {"text": "x" * 33_000}


MUTATIONS: Mapping[str, Callable[[random.Random, Message], None]] = {
    "none": lambda chance, message: None,
    "email": _trait("email", "anna@@web.example", "no address", "a b@c.example"),
    "phone": _trait("phone", "12", "+49 0000 call me"),
    "birthday": _trait("birthday", *BAD_DAYS),
    "country": _trait("address", {"country": "Nowhereland"}),
    "total": _order("total", "twelve", [], {}, "1.2.3"),
    "products": _order("products", "tea", 3),
    "unplanned": _event,
    "type": _field("type", "dance", None, 7),
    "timestamp": _field("timestamp", "yesterday", 17),
    "messageId": _field("messageId", "m" * 120),
    "nobody": _nobody,
    "large": _large,
    "number": _order("quantity", 2**70),
}


def mutated(seed: int, count: int) -> list[tuple[str, Message]]:
    """`count` messages with the name of their mutation."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        message, name = good(chance, number), chance.choice(list(MUTATIONS))
        MUTATIONS[name](chance, message)
        made.append((name, message))
    return made
