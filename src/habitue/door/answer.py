"""Answers: JSON or a pixel, with the status that SDKs look at and the words that people read."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b"
)  # one transparent GIF pixel
_OPEN: Headers = [(b"access-control-allow-origin", b"*"), (b"vary", b"origin")]
_JSON = (b"content-type", b"application/json")
_WANTED_HEADERS = re.compile(rb"[A-Za-z0-9, _-]{1,500}")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int
    body: bytes
    headers: Headers = field(default_factory=list)

    async def send(self, send: Send) -> None:
        """Give it to the client."""
        headers = [*_OPEN, *self.headers, (b"content-length", str(len(self.body)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


class Refused(Exception):
    """A whole request that is not taken: status, code and reason, and when a retry helps (seconds).

    `messages` is how many it held, where that could be told; `is_counted` whether the tally knows of it.
    """

    def __init__(self, status: int, code: str, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason
        self.retry_after = retry_after
        self.messages = 1
        self.is_counted = False

    def answer(self) -> Answer:
        """The same as an answer."""
        again: Headers = [] if self.retry_after is None else [(b"retry-after", str(self.retry_after).encode())]
        told = {"success": False, "code": self.code, "reason": self.reason}
        return Answer(self.status, _encode(told), [_JSON, *again])


def json_answer(status: int, data: object) -> Answer:
    """Plain data."""
    return Answer(status, _encode(data), [_JSON])


def pixel_answer(status: int) -> Answer:
    """The pixel, which no cache keeps."""
    return Answer(status, PIXEL, [(b"content-type", b"image/gif"), (b"cache-control", b"no-store")])


def preflight_answer(wanted: bytes | None) -> Answer:
    """Browsers may send from everywhere, with the headers that they ask for, and without cookies."""
    allowed = wanted if wanted and _WANTED_HEADERS.fullmatch(wanted) else b"authorization, content-type"
    headers = [
        (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
        (b"access-control-allow-headers", allowed),
        (b"access-control-max-age", b"86400"),
    ]
    return Answer(204, b"", headers)
