"""A test event that goes through the door as any other: key, limits, check, journal, answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from habitue.collect.envelope import TRIAL_VISITOR
from habitue.door.app import Door
from habitue.door.world import world_of

if TYPE_CHECKING:
    from habitue.workspace import Workspace

EVENT = "Test Sent"


def send(ws: Workspace, key: str) -> dict[str, Any]:
    """Send one event with a public key, and return what the door answered."""
    message = {"writeKey": key, "anonymousId": TRIAL_VISITOR, "event": EVENT, "properties": {"by": "Habitué"}}
    return asyncio.run(_send(ws, msgspec.json.encode(message)))


async def _send(ws: Workspace, body: bytes) -> dict[str, Any]:
    door, said = Door(world_of(ws.context)), []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def answer(message: Any) -> None:
        said.append(message.get("body", b""))

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/track", "scheme": "http", "headers": headers}
    await door({**scope, "query_string": b""}, receive, answer)
    await asyncio.to_thread(door.tally.flush)
    found: dict[str, Any] = msgspec.json.decode(b"".join(said))
    return found
