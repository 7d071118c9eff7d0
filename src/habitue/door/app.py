"""The door as an ASGI application: key, bounds, check, journal, answer."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Mapping
from urllib.parse import parse_qs

import msgspec
import structlog

from habitue.access.api_keys import ApiKey
from habitue.door import checking, settings_of_sdks
from habitue.door.answer import (
    Answer,
    Receive,
    Refused,
    Scope,
    Send,
    json_answer,
    pixel_answer,
    preflight_answer,
)
from habitue.door.commit import GroupCommit
from habitue.door.description import description
from habitue.door.measures import Measures
from habitue.door.pressure import Pressure
from habitue.door.rates import Rates
from habitue.door.request import Credentials, credentials, headers_of, read_body
from habitue.door.sdk_files import sdk_file
from habitue.door.tally import Tally
from habitue.door.world import World

MOUNTS = ("/v1/", "/sourceConfig", "/sdk/")
TYPES = ("identify", "track", "page", "screen", "group", "alias")
SINGLE = {name: name for name in TYPES} | {name[0]: name for name in TYPES}
BATCH = frozenset({"batch", "import", "b"})
_encode = msgspec.json.Encoder().encode

log = structlog.get_logger()


class Door:
    """Takes messages of SDKs under /v1/; nothing is answered with 200 before it is durable."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.commit = GroupCommit(world.journal)
        self.pressure = Pressure(world, self.commit)
        self.measures = Measures()
        self._rates = Rates(time.monotonic)
        self.tally = Tally(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        begun = time.perf_counter()
        try:
            answer = await self._answer(scope, receive)
        except Refused as refused:
            self.measures.turned_away(refused.status, refused.code)
            answer = refused.answer()
            if scope["method"] == "POST" and refused.status != 404:
                self._count(scope, refused)
        self.measures.answered(answer.status, time.perf_counter() - begun)
        await answer.send(send)

    def _count(self, scope: Scope, refused: Refused, stated: str | None = None) -> None:
        """Note a refused request for the source whose key stands in it, wherever that can be told."""
        if refused.is_counted:
            return
        try:
            given = credentials(headers_of(scope), stated)
        except Refused:
            given = Credentials(stated, None)
        text = given.secret or given.key
        self.tally.refused(self.pressure.keys.known(text) if text else None, refused, refused.messages)
        refused.is_counted = True

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        headers, method = headers_of(scope), scope["method"]
        parts = scope["path"].strip("/").split("/")
        if method == "OPTIONS":
            return preflight_answer(headers.get(b"access-control-request-headers"))
        match method, parts:
            case "GET", ["v1", "openapi.json"]:
                return json_answer(200, description(self._world.limits))
            case "POST", ["v1", "m"]:
                await read_body(receive, headers, self._world.limits.body_bytes)
                return json_answer(200, {"success": True})
            case "POST", ["v1", name] if name in SINGLE or name in BATCH:
                body = await self._body(receive, headers)
                return await self._take(body, SINGLE.get(name, ""), headers)
            case "GET", ["v1", "pixel", name] if name in ("track", "page"):
                return await self._pixel(scope, name, headers)
            case "GET", ["v1", "projects", key, "settings"]:
                return await self._settings(scope, key, headers)
            case "GET", ["sdk", *names]:
                tag = headers.get(b"if-none-match", b"")
                return await asyncio.to_thread(sdk_file, self._world.sdk_folder, names, tag)
            case "GET", ["sourceConfig"]:
                return await self._source_config(scope, headers)
        raise Refused(404, "address_unknown", "There is nothing at this address.")

    async def _body(self, receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
        await self.pressure.look()
        self.pressure.check()
        return await read_body(receive, headers, self._world.limits.body_bytes)

    async def _take(self, body: bytes, kind: str, headers: Mapping[bytes, bytes]) -> Answer:
        envelope = checking.read_envelope(body)
        try:
            return await self._answered(body, envelope, kind, headers)
        except Refused as refused:
            refused.messages = 1 if envelope.batch is None else len(envelope.batch)
            self._count({"headers": list(headers.items())}, refused, envelope.write_key)
            raise

    async def _answered(
        self, body: bytes, envelope: checking.Envelope, kind: str, headers: Mapping[bytes, bytes]
    ) -> Answer:
        key = await self._key(credentials(headers, envelope.write_key), headers)
        world = self._world
        if kind:
            if key.is_secret and envelope.write_key:
                body = checking.without_key(body)
            found = checking.check_single(body, kind, world.limits, world.ids.new)
        else:
            found = checking.check_batch(body, envelope, world.limits, world.ids.new)
        self._rates.take(key, len(found.kept))
        if found.kept:
            await self._keep(key, found.kept, envelope)
        self.tally.answered(key, len(found.kept), found.rejected)
        self.measures.took(key.source_id, len(found.kept), [each.code for each in found.rejected])
        is_refused = bool(kind and found.rejected)
        told = {
            "success": not is_refused,
            "accepted": len(found.kept),
            "rejected": [each.as_dict() for each in found.rejected],
        }
        return json_answer(400 if is_refused else 200, told)

    async def _keep(self, key: ApiKey, messages: list[bytes], envelope: checking.Envelope) -> None:
        head = {
            "source_id": key.source_id,
            "proof": "proven" if key.is_secret else "claimed",
            "sent_at": checking.sent_at(envelope),
        }
        frame = _encode(head)[:-1] + b',"batch":[' + b",".join(messages) + b"]}"
        try:
            await self.commit.append(frame)
        except OSError as problem:
            log.error("the journal could not be written", error=type(problem).__name__, errno=problem.errno)
            raise Refused(503, "not_durable", "The disk did not take it.", 1) from problem

    async def _key(self, given: Credentials, headers: Mapping[bytes, bytes]) -> ApiKey:
        key = await self._find(given.secret or given.key)
        if key is None:
            raise Refused(401, "key_unknown", "The key is missing, unknown, paused, expired or revoked.")
        if given.secret is not None and not key.is_secret:
            raise Refused(401, "key_not_secret", "Bearer takes a secret key.")
        if given.secret is not None and given.key is not None:
            beside = await self._find(given.key)
            if beside is None or beside.source_id != key.source_id:
                raise Refused(401, "key_of_other_source", "The writeKey belongs to another source.")
        origin = headers.get(b"origin")
        if key.allowed_origins and origin is not None and origin.decode("latin-1") not in key.allowed_origins:
            raise Refused(401, "origin_not_allowed", "The key may not be used on this site.")
        return key

    async def _find(self, text: str | None) -> ApiKey | None:
        if not text:
            return None
        await self.pressure.look()
        self.pressure.check()
        key = self.pressure.keys.find(text, self._world.clock.now())
        if key is None:
            await self.pressure.look_for_new_keys()
            key = self.pressure.keys.find(text, self._world.clock.now())
        return key

    async def _pixel(self, scope: Scope, name: str, headers: Mapping[bytes, bytes]) -> Answer:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        try:
            text = asked.get("data", [""])[0].replace("-", "+").replace("_", "/").replace(" ", "+")
            body = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
            answer = await self._take(body, name, headers)
        except ValueError:  # no Base64, or characters that are no ASCII
            return pixel_answer(400)
        except Refused as refused:
            return pixel_answer(refused.status)
        return pixel_answer(answer.status)

    async def _settings(self, scope: Scope, text: str, headers: Mapping[bytes, bytes]) -> Answer:
        key = await self._find(text)
        if key is None or key.is_secret:
            raise Refused(404, "key_unknown", "There is no such key.")
        host = settings_of_sdks.host_of(headers.get(b"host", b""))
        return json_answer(200, settings_of_sdks.segment_settings(text, scheme=scope["scheme"], host=host))

    async def _source_config(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Answer:
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        text = credentials(headers, asked.get("writeKey", [""])[0]).key or ""
        key = await self._find(text)
        if key is None or key.is_secret:
            raise Refused(401, "key_unknown", "There is no such key.")
        host = settings_of_sdks.host_of(headers.get(b"host", b""))
        return json_answer(200, settings_of_sdks.rudder_config(text, key.source_id, scheme=scope["scheme"], host=host))
