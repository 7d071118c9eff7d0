"""A door without a network: requests go straight into the ASGI application."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from habitue import flow
from habitue.door.app import Door
from habitue.door.world import Limits, world_of
from habitue.workspace import Workspace


@dataclass
class Answered:
    """What the door said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Caller:
    """Calls one door from one event loop."""

    ws: Workspace
    door: Door
    key: str
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __call__(
        self,
        method: str,
        path: str,
        body: object = b"",
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        auth: str | None = "key",
    ) -> Answered:
        return self.loop.run_until_complete(self.send(method, path, body, query=query, headers=headers, auth=auth))

    async def send(
        self,
        method: str,
        path: str,
        body: object = b"",
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        auth: str | None = "key",
    ) -> Answered:
        given = {"content-type": "application/json", "host": "cdp.example:8321", **(headers or {})}
        if auth is not None and "authorization" not in given:
            user = self.key if auth == "key" else auth
            given["authorization"] = "Basic " + base64.b64encode(f"{user}:".encode()).decode()
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            return {"type": "http.request", "body": data, "more_body": False}

        async def answer(message: Any) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "scheme": "http",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
        await self.door(scope, receive, answer)
        said = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answered(sent[0]["status"], said, sent[1]["body"])

    def batch(self, *messages: object, **shared: object) -> Answered:
        """Send a batch."""
        return self("POST", "/v1/batch", {"batch": list(messages), **shared})

    def project(self) -> int:
        """Project what was accepted."""
        return flow.catch_up(self.ws.context)


MakeCaller = Callable[..., Caller]


@pytest.fixture
def make_caller() -> Iterator[MakeCaller]:
    made: list[Caller] = []

    def make(ws: Workspace, **limits: int) -> Caller:
        key = ws.sources.create_key("Website").text
        made.append(Caller(ws, Door(world_of(ws.context, Limits(**limits))), key))
        return made[-1]

    yield make
    for caller in made:
        caller.loop.close()


@pytest.fixture
def call(ws: Workspace, make_caller: MakeCaller) -> Caller:
    """A door on SQLite and on PostgreSQL, with a public key of the source `website`."""
    return make_caller(ws)


@pytest.fixture
def quick(sqlite_ws: Workspace, make_caller: MakeCaller) -> Caller:
    """A door on SQLite, for what does not depend on the database."""
    return make_caller(sqlite_ws)
