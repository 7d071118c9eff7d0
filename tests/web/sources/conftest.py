"""A source whose messages come through the door."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from habitue import flow
from habitue.door.app import Door
from habitue.door.world import world_of
from habitue.workspace import Workspace

Send = Callable[..., int]


@pytest.fixture
def key(ws: Workspace) -> str:
    """A public key of the source `website`."""
    return ws.sources.create_key("Website").text


@pytest.fixture
def send(ws: Workspace) -> Send:
    """Sends a batch through the door with a key, and projects it; returns the status."""

    def sending(key: str, *messages: dict[str, Any], origin: str | None = None) -> int:
        status = asyncio.run(_send(ws, key, messages, origin))
        flow.catch_up(ws.context)
        return status

    return sending


async def _send(ws: Workspace, key: str, messages: Any, origin: str | None) -> int:
    door, said = Door(world_of(ws.context)), []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps({"batch": messages}).encode(), "more_body": False}

    async def answer(message: Any) -> None:
        said.append(message.get("status"))

    basic = b"Basic " + base64.b64encode(f"{key}:".encode())
    headers = [(b"authorization", basic), *([(b"origin", origin.encode())] if origin else [])]
    scope = {"type": "http", "method": "POST", "path": "/v1/batch", "scheme": "http", "query_string": b""}
    await door({**scope, "headers": headers}, receive, answer)
    door.tally.flush()
    return int(said[0])
