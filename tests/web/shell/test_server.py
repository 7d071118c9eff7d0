from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from django.core.management import call_command

from habitue import asgi
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


def _get(app: asgi.ASGIApp, path: str) -> tuple[int, bytes]:
    sent: list[Any] = []

    heard = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in heard:
            return message
        return await asyncio.Future()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "scheme": "http", "root_path": "",
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def test_health_and_readiness_are_answered_without_the_pages(ws: Workspace) -> None:
    app = asgi.application(ws)
    assert _get(app, "/health") == (200, b'{"status": "ok"}')
    assert _get(app, "/ready") == (200, b'{"status": "ready"}')


def test_a_register_that_does_not_answer_is_not_ready(ws: Workspace) -> None:
    (ws.folder / "register.db").unlink()
    (ws.folder / "register.db").mkdir()
    ws.register.close()
    assert not asgi.is_ready(ws)


def test_mounted_applications_stand_before_the_pages(ws: Workspace) -> None:
    async def door(scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        await send({"type": "http.response.start", "status": 207, "headers": []})
        await send({"type": "http.response.body", "body": b"door"})

    app = asgi.application(ws, mounts={"/v1/": door})
    assert _get(app, "/v1/track") == (207, b"door")
    assert _get(app, "/")[0] == 302


def test_styles_come_from_the_package(ws: Workspace) -> None:
    status, body = _get(asgi.application(ws), "/static/tokens.css")
    assert status == 200
    assert b"--accent" in body


def test_cookies_are_secure_on_encrypted_connections_only(browser: Client, owner_id: str) -> None:
    plain = browser.get("/sign-in/").cookies
    encrypted = browser.get("/sign-in/", secure=True).cookies
    assert {bool(cookie["secure"]) for cookie in plain.values()} == {False}
    assert {bool(cookie["secure"]) for cookie in encrypted.values()} == {True}


def test_pages_forbid_scripts_and_styles_from_elsewhere(owner: Client) -> None:
    response = owner.get("/settings/")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    page = response.content.decode()
    assert not [word for word in ("<script>", " style=", "onclick=", "javascript:") if word in page]
    assert "no-store" in response.headers["Cache-Control"]


def test_django_has_nothing_to_say_against_the_deployment(ws: Workspace) -> None:
    call_command("check", deploy=True, fail_level="WARNING")
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
