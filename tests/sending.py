"""Sends messages into a workspace the way sources do: through the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from habitue import flow
from habitue.collect import projection
from habitue.collect.message import encode_body
from habitue.profiles.fingerprint import fingerprint
from habitue.workspace import Workspace

_numbers = iter(range(10**9))


def send(ws: Workspace, *messages: dict[str, Any], source: str = "shop", import_id: str | None = None) -> None:
    """Append messages to the journal and project them."""
    for message in messages:
        message.setdefault("messageId", f"m{next(_numbers)}")
    journal = projection.journal(ws.context)
    flow.catch_up(ws.context, journal.append([encode_body(source, messages, import_id=import_id)]))


def identify(
    user_id: str | None = None, *, number: str | None = None, at: str | None = None, **traits: object
) -> dict[str, Any]:
    """An identify message; `number` is a customer number."""
    context: dict[str, Any] = {"externalIds": [{"type": "customer_number", "id": number}]} if number else {}
    message: dict[str, Any] = {"type": "identify", "traits": traits, "context": context}
    if user_id:
        message["userId"] = user_id
    if at:
        message["timestamp"] = at
    return message


def order(order_id: str, total: str, *, at: str = "2026-05-01T10:00:00Z", **person: object) -> dict[str, Any]:
    """An Order Completed message of a person who is named by traits or `number`."""
    number = person.pop("number", None)
    context: dict[str, Any] = {"traits": person}
    if number:
        context["externalIds"] = [{"type": "customer_number", "id": number}]
    properties = {"order_id": order_id, "total": total, "currency": "EUR"}
    return {"type": "track", "event": "Order Completed", "properties": properties, "context": context, "timestamp": at}


def state_of(ws: Workspace) -> str:
    """The hash over everything that is known."""
    with ws.register.read() as conn:
        return fingerprint(conn)


def names(ws: Workspace) -> Sequence[str]:
    """The names of all people, sorted."""
    return sorted(row.name for row in ws.people.listing(limit=1000).rows)
