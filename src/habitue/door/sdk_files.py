"""Files of the SDK that the user has installed, at `/sdk/…`: only of one folder, and only what browsers load."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from habitue.door.answer import Answer, Headers, Refused

TYPES: Mapping[str, bytes] = {
    ".js": b"text/javascript; charset=utf-8",
    ".mjs": b"text/javascript; charset=utf-8",
    ".map": b"application/json",
    ".json": b"application/json",
    ".css": b"text/css; charset=utf-8",
    ".wasm": b"application/wasm",
}
LARGEST_BYTES = 8 * 2**20
_CACHE = (b"cache-control", b"public, max-age=3600")


def sdk_file(folder: Path | None, parts: list[str], known_tag: bytes) -> Answer:
    """The file that `parts` name below `folder`; 304 where the browser holds it already (`known_tag`).

    Raises Refused with 404 for everything else: other types, hidden files, links that lead out of the folder.
    """
    try:
        path = _inside(folder, parts)
        body = path.read_bytes() if path else b""
    except OSError:  # a name that is too long, a loop of links, a file that may not be read or has just gone
        path = None
    if path is None:
        raise Refused(404, "address_unknown", "There is nothing at this address.")
    tag = b'"' + hashlib.sha256(body).hexdigest()[:32].encode() + b'"'
    headers: Headers = [(b"content-type", TYPES[path.suffix]), (b"etag", tag), _CACHE]
    headers.append((b"x-content-type-options", b"nosniff"))
    if tag in [each.strip().removeprefix(b"W/") for each in known_tag.split(b",")]:
        return Answer(304, b"", headers)
    return Answer(200, body, headers)


def _inside(folder: Path | None, parts: list[str]) -> Path | None:
    if folder is None or not parts or any(part.startswith(".") or "\0" in part for part in parts):
        return None
    root = folder.resolve()
    path = root.joinpath(*parts).resolve()
    if path.suffix not in TYPES or not path.is_relative_to(root) or not path.is_file():
        return None
    return path if path.stat().st_size <= LARGEST_BYTES else None
