"""The server: the pages, plain health answers, and whatever else is mounted in front of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from habitue.web import project

if TYPE_CHECKING:
    from habitue.workspace import Workspace

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BACKLOG = 2048
SHUTDOWN_SECONDS = 10


def application(ws: Workspace, *, mounts: Mapping[str, ASGIApp] | None = None) -> ASGIApp:
    """The application of `ws`: `/health`, `/ready`, `mounts` by path prefix, everything else to the pages."""
    project.configure(ws)
    project.migrate()
    from django.core.asgi import get_asgi_application

    pages = get_asgi_application()
    fronts = dict(mounts or {})

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        path = scope.get("path", "")
        front = next((front for prefix, front in fronts.items() if path.startswith(prefix)), None)
        if front is not None:
            await front(scope, receive, send)
        elif path == "/health":
            await _answer(send, 200, {"status": "ok"})
        elif path == "/ready":
            ready = await asyncio.to_thread(is_ready, ws)
            await _answer(send, 200 if ready else 503, {"status": "ready" if ready else "register unreachable"})
        else:
            await pages(scope, receive, send)

    return app


def is_ready(ws: Workspace) -> bool:
    """Whether the register answers."""
    try:
        with ws.register.read() as conn:
            conn.execute(sa.text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def serve(ws: Workspace, host: str, port: int, *, mounts: Mapping[str, ASGIApp] | None = None) -> None:
    """Answer on `host`:`port` until the process is told to stop."""
    uvicorn.run(
        application(ws, mounts=mounts),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _answer(send: Send, status: int, body: Mapping[str, str]) -> None:
    data = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
