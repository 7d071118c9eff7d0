"""Requests: the body within its bounds, unpacked where it is packed, and the key in any of three places."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from habitue.door.answer import Receive, Refused, Scope

_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request says about its key: `secret` from a Bearer header, `key` from Basic, body or query."""

    key: str | None
    secret: str | None


def headers_of(scope: Scope) -> Mapping[bytes, bytes]:
    """The headers by their lower-case names; the last of several wins."""
    return dict(scope["headers"])


async def read_body(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The unpacked body; Refused with 413 when it is larger than `limit`, packed or not."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "disconnected", "The request ended before its body did.")
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            break
    body = parts[0] if len(parts) == 1 else b"".join(parts)
    encoding = headers.get(b"content-encoding", b"").strip().lower()
    if encoding == b"gzip":
        return _unpacked(body, limit)
    if encoding not in (b"", b"identity"):
        raise Refused(415, "encoding_unknown", "Bodies may be plain or gzip.")
    return body


def credentials(headers: Mapping[bytes, bytes], stated: str | None) -> Credentials:
    """The key of a request; Refused with 401 for a header that cannot be read."""
    kind, _, value = headers.get(b"authorization", b"").strip().partition(b" ")
    match kind.lower():
        case b"":
            return Credentials(stated, None)
        case b"bearer":
            return Credentials(stated, value.strip().decode("ascii", "replace"))
        case b"basic":
            return Credentials(_user(value) or stated, None)
    raise Refused(401, "key_unknown", "The authorization is neither Basic nor Bearer.")


def _user(value: bytes) -> str:
    try:
        return base64.b64decode(value.strip(), validate=True).decode("ascii", "replace").partition(":")[0]
    except binascii.Error as problem:
        raise Refused(401, "key_unknown", "The authorization cannot be read.") from problem


def _unpacked(body: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        data = unpacker.decompress(body, limit + 1)
    except zlib.error as problem:
        raise Refused(400, "gzip_broken", "The body is not valid gzip.") from problem
    if len(data) > limit:
        raise _too_large(limit)
    if not unpacker.eof:
        raise Refused(400, "gzip_broken", "The body ends before its gzip does.")
    return data


def _too_large(limit: int) -> Refused:
    return Refused(413, "body_too_large", f"A body may have {limit} bytes; send smaller batches.")
