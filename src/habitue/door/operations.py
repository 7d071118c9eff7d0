"""What watches a process asks: `/health` (it runs), `/ready` (it takes messages), `/metrics` (how it does)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hmac
import ipaddress
import os
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from habitue.door.answer import Answer, Receive, Refused, Scope, Send, json_answer
from habitue.door.app import Door
from habitue.door.commit import GroupCommit
from habitue.door.gauges import Gauges
from habitue.door.pressure import Pressure
from habitue.door.request import headers_of
from habitue.door.world import World
from habitue.kernel import state
from habitue.kernel.clock import micros

MOUNTS = ("/health", "/ready", "/metrics")
METRICS_SECRET = "metrics"
_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-real-ip")
_PROBE = "ready.probe"


class Operations:
    """Answers about one door; `who` is the setting `serve.metrics`, `key` opens the metrics from anywhere."""

    def __init__(self, world: World, door: Door, *, who: str, key: str) -> None:
        self._world = world
        self._door = door
        self._who = who
        self._key = key
        door.measures.registry.register(Gauges(world, door.pressure))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope)
        except Refused as refused:
            answer = refused.answer()
        await answer.send(send)

    async def _answer(self, scope: Scope) -> Answer:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            raise Refused(405, "method_unknown", "Only GET is answered here.")
        match scope["path"].rstrip("/"):
            case "/health":
                return json_answer(200, {"status": "ok"})
            case "/ready":
                return await self._ready()
            case "/metrics":
                self._let_in(scope)
                text = await asyncio.to_thread(generate_latest, self._door.measures.registry)
                return Answer(200, text, [(b"content-type", CONTENT_TYPE_LATEST.encode())])
        raise Refused(404, "address_unknown", "There is nothing at this address.")

    async def _ready(self) -> Answer:
        await self._door.pressure.look(is_forced=True)
        checks = await asyncio.to_thread(self._checks)
        is_ready = all(said == "ok" for said in checks.values())
        told: dict[str, object] = {"status": "ready" if is_ready else "not ready", "checks": checks}
        # Without a projector the door takes messages too, until too much waits: it is told and counts for nothing.
        told["projector_seen_seconds_ago"] = await asyncio.to_thread(self._projector_age)
        return json_answer(200 if is_ready else 503, told)

    def _projector_age(self) -> float | None:
        """How long ago the projector left its last sign of life; None when it never did, or nobody can tell."""
        try:
            with self._world.register.read() as conn:
                seen = state.read(conn, "projector_seen")
        except SQLAlchemyError:
            return None
        return round(max(0.0, (micros(self._world.clock.now()) - seen) / 1e6), 1) if seen else None

    def _checks(self) -> Mapping[str, str]:
        return {name: _said(check) for name, check in self._all().items()}

    def _all(self) -> Mapping[str, Callable[[], None]]:
        return {
            "register": self._register,
            "journal": self._journal,
            "disk": self._door.pressure.check_disk,
            "backlog": self._door.pressure.check_backlog,
        }

    def _register(self) -> None:
        with self._world.register.read() as conn:
            conn.execute(sa.text("SELECT 1"))

    def _journal(self) -> None:
        """Write something where the journal is, and wait for the disk."""
        folder = self._world.folder / "journal"
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / _PROBE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, b"ready")
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
            (folder / _PROBE).unlink(missing_ok=True)

    def _let_in(self, scope: Scope) -> None:
        """Programs of this machine and whoever has the key; what a proxy passes on comes from elsewhere."""
        headers = headers_of(scope)
        kind, _, given = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() == b"bearer" and hmac.compare_digest(given.strip(), self._key.encode()):
            if self._who != "off":
                return
        elif self._who == "local" and not kind and not any(name in headers for name in _FORWARDED):
            client = scope.get("client")
            with contextlib.suppress(ValueError):
                if client and ipaddress.ip_address(client[0]).is_loopback:
                    return
        if self._who == "off":
            raise Refused(404, "address_unknown", "There is nothing at this address.")
        raise Refused(401, "key_unknown", "The metrics are for programs of this machine, or with their key.")


def figures(world: World) -> str:
    """The figures of all processes, without those that only a running door knows."""
    pressure = Pressure(world, GroupCommit(world.journal))
    asyncio.run(pressure.look(is_forced=True))
    registry = CollectorRegistry()
    registry.register(Gauges(world, pressure))
    return generate_latest(registry).decode()


def _said(check: Callable[[], None]) -> str:
    try:
        check()
    except Refused as refused:
        return refused.code
    except SQLAlchemyError:
        return "register_unreachable"
    except OSError as problem:
        return errno.errorcode.get(problem.errno or 0, "unwritable").lower()
    return "ok"
